# SPDX-License-Identifier: Apache-2.0
# hits: 5
# fake: /usr/sbin/unshadow
cat /etc/shadow > /dev/null
tar cf /tmp/s.tar /etc/shadow 2> /dev/null
grep -c root /etc/shadow-
base64 /var/backups/shadow.bak 2> /dev/null
unshadow /tmp/passwd /tmp/shadow
