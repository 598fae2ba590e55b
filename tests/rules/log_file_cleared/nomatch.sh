# SPDX-License-Identifier: Apache-2.0
# fake: /usr/sbin/logrotate /usr/bin/utmpdump
grep -c sshd /var/log/auth.log
sh -c 'tail -n 100 /var/log/syslog > /tmp/extract'
sh -c 'ls -l /var/log/audit/ 2> /dev/null'
rm -f /var/log/myapp/debug.log
cp /var/log/wtmp /tmp/
chain /usr/sbin/logrotate /etc/logrotate.conf :: sh -c 'rm -f /var/log/syslog.7.gz; : > /var/log/syslog'
utmpdump /var/log/wtmp
sed -n 1,5p /var/log/auth.log
/bin/echo sh -c '> /var/log/auth.log'
/bin/echo sh -c 'cat /dev/null > /var/log/wtmp; echo > /var/log/btmp'
/bin/echo truncate -s 0 /var/log/syslog
