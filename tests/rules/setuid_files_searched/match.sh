# SPDX-License-Identifier: Apache-2.0
# hits: 3
# fake: /usr/sbin/getcap
find / -xdev -maxdepth 1 -perm -4000 -type f 2> /dev/null
find /usr -maxdepth 1 -perm /u+s
getcap -r / 2> /dev/null
