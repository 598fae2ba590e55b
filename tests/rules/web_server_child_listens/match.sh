# SPDX-License-Identifier: Apache-2.0
# hits: 4
# fake: /usr/sbin/apache2 /usr/sbin/cron
chain /usr/sbin/apache2 :: perl -MSocket -e 'socket(S, AF_INET, SOCK_STREAM, 0); bind(S, sockaddr_in(4444, INADDR_ANY)); listen(S, 1)'
chain /usr/sbin/apache2 :: sh -c 'perl -MSocket -e "socket(S, AF_INET, SOCK_STREAM, 0); bind(S, sockaddr_in(4445, INADDR_ANY)); listen(S, 1)"; :'
cp /usr/bin/perl /usr/local/bin/ncat
chain /usr/sbin/apache2 :: /usr/local/bin/ncat -MSocket -e 'socket(S, AF_INET, SOCK_STREAM, 0); bind(S, sockaddr_in(4446, INADDR_ANY)); listen(S, 1)'
cp /usr/bin/perl /tmp/x
chain /usr/sbin/apache2 :: /tmp/x -MSocket -e 'socket(S, AF_INET, SOCK_STREAM, 0); bind(S, sockaddr_in(4447, INADDR_ANY)); listen(S, 1)'
