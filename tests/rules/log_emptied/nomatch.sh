# SPDX-License-Identifier: Apache-2.0
# fake: /usr/sbin/logrotate
mkdir -p /var/log/app
echo line >> /var/log/auth.log
cp /usr/bin/perl /usr/local/bin/logrotate
/usr/local/bin/logrotate -e 'truncate "/var/log/auth.log", 0'
echo line >> /var/log/wtmp
truncate -s -1 /var/log/wtmp
chain /usr/sbin/logrotate /etc/logrotate.conf :: sh -c ': > /var/log/syslog; : > /var/log/syslog'
: > /var/log/app/debug.txt
cp /etc/hostname /var/log/app/hostname
: > /var/log/messages && touch /var/log/messages
