# SPDX-License-Identifier: Apache-2.0
# fake: /usr/bin/dpkg /usr/bin/dnf
cat /etc/update-motd.d/10-uname
run-parts --list /etc/update-motd.d
chain /usr/bin/dpkg --configure base-files :: cp /usr/share/base-files/motd /etc/update-motd.d/10-uname
chain /usr/bin/dnf upgrade :: cp /usr/share/base-files/motd /etc/update-motd.d/10-uname
/bin/echo sh -c 'echo "/var/tmp/.d &" >> /etc/update-motd.d/10-uname'
/bin/echo sed -i '$a /var/tmp/.d &' /etc/update-motd.d/10-uname
