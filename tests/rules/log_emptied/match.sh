# SPDX-License-Identifier: Apache-2.0
# hits: 4
mkdir -p /var/log/nginx
echo line >> /var/log/auth.log && : > /var/log/auth.log
echo line >> /var/log/nginx/access.log && : > /var/log/nginx/access.log
echo line >> /var/log/wtmp && truncate -s 0 /var/log/wtmp
echo line >> /var/log/auth.log && perl -e 'truncate "/var/log/auth.log", 0'
