# SPDX-License-Identifier: Apache-2.0
# fake: /usr/sbin/logrotate
touch /var/log/syslog /var/log/auth.log.4.gz /var/log/app.log
rm /var/log/auth.log.4.gz /var/log/app.log
chain /usr/sbin/logrotate /etc/logrotate.conf :: rm /var/log/syslog
touch /tmp/auth.log && rm /tmp/auth.log
mkdir /tmp/log && perl -e 'mkdir "/var/log/wtmp"; rmdir "/var/log/wtmp"'
touch /var/log/syslog && cp /usr/bin/perl /usr/local/bin/logrotate
/usr/local/bin/logrotate -e 'unlink "/var/log/syslog"'
