# SPDX-License-Identifier: Apache-2.0
# fake: /usr/sbin/getcap /usr/sbin/cron
mkdir -p /srv/tree
find /srv/tree -perm -4000
find /usr -maxdepth 1 -perm 0644
getcap /usr/bin/ping
chain /usr/sbin/cron -f :: find / -maxdepth 1 -perm -4000
