# SPDX-License-Identifier: Apache-2.0
# fake: /usr/bin/socat /usr/bin/openssl
socat TCP-LISTEN:8443,fork,reuseaddr TCP:127.0.0.1:443
sh -c 'openssl s_client -connect 127.0.0.1:443 < /dev/null 2> /dev/null | openssl x509 -noout -dates'
sh -c 'mkfifo /tmp/queue; echo done > /tmp/queue & cat /tmp/queue'
