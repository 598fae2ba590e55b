# SPDX-License-Identifier: Apache-2.0
# hits: 2
# fake: /usr/sbin/php-fpm8.2 /usr/sbin/apache2
chain /usr/sbin/php-fpm8.2 --nodaemonize :: bash -i < /dev/null
chain /usr/sbin/apache2 -k start :: python3 -c 'pass'
