# SPDX-License-Identifier: Apache-2.0
# hits: 7
# fake: /usr/bin/utmpdump
sh -c '> /var/log/auth.log'
sh -c 'cat /dev/null > /var/log/wtmp; echo > /var/log/btmp'
truncate -s 0 /var/log/syslog
rm -rf /var/log/audit/
ln -sf /dev/null /var/log/lastlog
sed -i /192.0.2.7/d /var/log/auth.log
utmpdump -r -o /var/log/wtmp /tmp/edited
