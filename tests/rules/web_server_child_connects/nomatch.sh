# SPDX-License-Identifier: Apache-2.0
# fake: /usr/sbin/nginx /usr/sbin/php-fpm8.2 /usr/sbin/cron
chain /usr/sbin/nginx :: bash -c 'exec 3<>/dev/tcp/127.0.0.1/9000' || true
chain /usr/sbin/cron :: perl -MSocket -e 'socket(S, AF_INET, SOCK_STREAM, 0); connect(S, sockaddr_in(443, inet_aton("203.0.113.7")))'
cp /usr/bin/perl /usr/lib/sendmail
chain /usr/sbin/php-fpm8.2 :: /usr/lib/sendmail -MSocket -e 'socket(S, AF_INET, SOCK_STREAM, 0); connect(S, sockaddr_in(25, inet_aton("203.0.113.7")))'
