# SPDX-License-Identifier: Apache-2.0
# hits: 3
mkdir -p /var/www/html
touch /root/.pgpass /var/www/html/wp-config.php
cat /root/.pgpass
grep DB_PASSWORD /var/www/html/wp-config.php
head -n 5 /var/www/html/.env 2> /dev/null
