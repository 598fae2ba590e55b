# SPDX-License-Identifier: Apache-2.0
mkdir -p /var/www /etc/profile.d
echo '* * * * * root sa1' > /etc/cron.d/sysstat.new && mv /etc/cron.d/sysstat.new /etc/cron.d/sysstat
echo page > /var/www/new && mv /var/www/new /var/www/index.html
mv /etc/cron.d/sysstat /var/www/saved
