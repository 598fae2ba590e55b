# SPDX-License-Identifier: Apache-2.0
# fake: /usr/lib/postgresql/15/bin/postgres /usr/bin/redis-server
chain /usr/lib/postgresql/15/bin/postgres :: bash -c 'exec 3<>/dev/tcp/127.0.0.1/5432' || true
dial /usr/bin/perl 203.0.113.7 443
cp /usr/bin/perl /usr/sbin/mysqld
chain /usr/bin/redis-server :: /usr/sbin/mysqld -MSocket -e 'socket(S, AF_INET, SOCK_STREAM, 0); connect(S, sockaddr_in(3306, inet_aton("203.0.113.7")))'
