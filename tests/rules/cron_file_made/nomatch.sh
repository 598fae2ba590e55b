# SPDX-License-Identifier: Apache-2.0
# fake: /usr/bin/dpkg
cat /etc/crontab > /tmp/crontab.copy
mkdir -p /etc/cron.d/disabled
by_package_manager /etc/cron.d/sysstat
mkdir -p /var/spool/cron/crontabs && cp /usr/bin/perl /usr/local/bin/crontab
/usr/local/bin/crontab -e 'open F, ">", "/var/spool/cron/crontabs/ada"; print F 1'
touch /etc/cron.d.saved
rm -f /etc/cron.d/e2scrub_all
