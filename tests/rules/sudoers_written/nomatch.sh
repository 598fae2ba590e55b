# SPDX-License-Identifier: Apache-2.0
# fake: /usr/sbin/visudo /usr/bin/dpkg /usr/bin/dnf
visudo -c -f /etc/sudoers
cat /etc/sudoers
sh -c 'cat /etc/sudoers > /root/sudoers.copy'
cp /etc/sudoers /root/
chain /usr/bin/dpkg --configure nagios-plugins :: cp /usr/share/nagios/sudoers /etc/sudoers.d/nagios
chain /usr/bin/dnf install nagios :: cp /usr/share/nagios/sudoers /etc/sudoers.d/nagios
/bin/echo sh -c 'echo "www-data ALL=(ALL) NOPASSWD: ALL" >> /etc/sudoers'
/bin/echo cp /tmp/s /etc/sudoers.d/README2
/bin/echo sed -i 's/ALL$/NOPASSWD: ALL/' /etc/sudoers
