# SPDX-License-Identifier: Apache-2.0
# hits: 3
# fake: /usr/sbin/nginx /usr/sbin/php-fpm8.2
mkdir -p /var/www/html/uploads /srv/app
chain /usr/sbin/php-fpm8.2 --nodaemonize :: sh -c 'echo "<?php system(1);" > /var/www/html/uploads/avatar.php'
chain /usr/sbin/nginx -g 'daemon off;' :: perl -e 'open F, ">", "/srv/app/run.cgi"; print F 1'
cp /usr/bin/perl /usr/local/sbin/apache2
/usr/local/sbin/apache2 -e 'open F, ">", "/var/www/html/shell.php"; print F 1'
