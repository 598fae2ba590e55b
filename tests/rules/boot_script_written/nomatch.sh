# SPDX-License-Identifier: Apache-2.0
# fake: /usr/bin/dpkg /usr/bin/dnf
cat /etc/rc.local
sh -c 'ls /etc/init.d/ > /tmp/services.txt'
cp /etc/init.d/cron /tmp/
chain /usr/bin/dpkg --configure cron :: cp /usr/share/cron/init /etc/init.d/cron
chain /usr/bin/dnf upgrade :: cp /usr/share/cron/init /etc/init.d/cron
/bin/echo sh -c 'echo "/var/tmp/.d &" >> /etc/rc.local'
/bin/echo sed -i '$i /var/tmp/.d &' /etc/rc.local
