# SPDX-License-Identifier: Apache-2.0
# fake: /usr/sbin/nginx /usr/sbin/php-fpm8.2
mkdir -p /var/www/html/uploads /var/www/html/cache
chain /usr/sbin/php-fpm8.2 --nodaemonize :: sh -c 'echo image > /var/www/html/uploads/avatar.png'
chain /usr/sbin/php-fpm8.2 --nodaemonize :: sh -c 'echo "<?php" > /var/www/html/cache/page.php'
echo '<?php' > /var/www/html/index.php
chain /usr/sbin/nginx -g 'daemon off;' :: sh -c 'echo line >> /var/www/html/access.log'
