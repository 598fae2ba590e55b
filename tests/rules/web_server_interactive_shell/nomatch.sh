# SPDX-License-Identifier: Apache-2.0
# fake: /usr/sbin/php-fpm8.2 /usr/sbin/apache2
chain /usr/sbin/apache2 -k start :: python3 --version
chain /usr/sbin/php-fpm8.2 --nodaemonize :: sh -c 'true'
bash -i < /dev/null 2> /dev/null
