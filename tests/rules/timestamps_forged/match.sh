# SPDX-License-Identifier: Apache-2.0
# hits: 2
cp /usr/bin/true /usr/bin/lsd
touch -r /bin/ls /usr/bin/lsd
touch -d '2021-03-04 05:06:07' /etc/cron.d/sysstat
