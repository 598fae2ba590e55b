# SPDX-License-Identifier: Apache-2.0
# hits: 5
echo '* * * * * root /tmp/.x' > /etc/cron.d/sysupdate
mkdir -p /etc/cron.hourly && cp /etc/hostname /etc/cron.hourly/0clean
echo '@reboot root /tmp/.x' > /etc/crontab
mkdir -p /var/spool/cron/crontabs
echo '@daily x' > /var/spool/cron/crontabs/games
cp /usr/bin/perl /usr/local/bin/crontab
/usr/local/bin/crontab -e 'open F, ">", "/etc/cron.d/elsewhere"; print F 1'
