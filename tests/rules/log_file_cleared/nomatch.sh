# SPDX-License-Identifier: Apache-2.0
# fake: /usr/sbin/logrotate
grep -c sshd /var/log/auth.log
sh -c 'tail -n 100 /var/log/syslog > /tmp/extract'
sh -c 'ls -l /var/log/audit/ 2> /dev/null'
rm -f /var/log/myapp/debug.log
cp /var/log/wtmp /tmp/
chain /usr/sbin/logrotate /etc/logrotate.conf :: sh -c 'rm -f /var/log/syslog.7.gz; : > /var/log/syslog'
