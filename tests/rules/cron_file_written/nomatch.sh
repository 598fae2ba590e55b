# SPDX-License-Identifier: Apache-2.0
# fake: /usr/bin/dpkg
cat /etc/crontab
sh -c 'cat /etc/crontab > /tmp/crontab.copy'
cp /etc/crontab /tmp/crontab.backup
sed -n 's/^#//p' /etc/crontab
chain /usr/bin/dpkg --configure sysstat :: sh -c 'echo "5-55/10 * * * * root sa1" > /etc/cron.d/sysstat'
