# SPDX-License-Identifier: Apache-2.0
# fake: /usr/sbin/getcap /usr/sbin/cron /usr/sbin/lynis
mkdir -p /srv/tree
find /srv/tree -perm -4000
find /usr -maxdepth 1 -perm 0644
getcap /usr/bin/ping
chain /usr/sbin/cron -f :: find / -maxdepth 1 -perm -4000
chain /usr/sbin/lynis audit system :: find / -xdev -maxdepth 1 -perm -4000
/bin/echo find / -xdev -maxdepth 1 -perm -4000 -type f
/bin/echo find /usr -maxdepth 1 -perm /u+s
/bin/echo getcap -r /
