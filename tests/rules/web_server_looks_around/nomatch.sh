# SPDX-License-Identifier: Apache-2.0
# fake: /usr/sbin/php-fpm8.2 /usr/sbin/apache2 /usr/sbin/sendmail /usr/bin/rotatelogs /usr/bin/convert
chain /usr/sbin/php-fpm8.2 --nodaemonize :: sh -c '/usr/sbin/sendmail -t -i'
chain /usr/sbin/apache2 -k start :: sh -c 'exec /usr/bin/rotatelogs /var/log/apache2/access.log 86400'
chain /usr/sbin/php-fpm8.2 --nodaemonize :: convert in.png -resize 100x100 out.png
whoami
