# SPDX-License-Identifier: Apache-2.0
# fake: /usr/sbin/apache2 /usr/sbin/cron
serve /usr/bin/perl 0.0.0.0 4444
chain /usr/sbin/cron :: perl -MSocket -e 'socket(S, AF_INET, SOCK_STREAM, 0); bind(S, sockaddr_in(4444, INADDR_ANY)); listen(S, 1)'
cp /usr/bin/perl /usr/sbin/rotatelogs
chain /usr/sbin/apache2 :: /usr/sbin/rotatelogs -MSocket -e 'socket(S, AF_INET, SOCK_STREAM, 0); bind(S, sockaddr_in(4444, INADDR_ANY)); listen(S, 1)'
