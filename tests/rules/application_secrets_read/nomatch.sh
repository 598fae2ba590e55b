# SPDX-License-Identifier: Apache-2.0
mkdir -p /var/www/html
touch /var/www/html/wp-config-sample.php /root/.pgpass
cp /var/www/html/wp-config-sample.php /var/www/html/wp-config.php
chmod 600 /root/.pgpass
cat /var/www/html/index.php 2> /dev/null
ls -l /var/www/html/wp-config.php
/bin/echo cat /root/.pgpass
/bin/echo grep DB_PASSWORD /var/www/html/wp-config.php
/bin/echo head -n 5 /var/www/html/.env
