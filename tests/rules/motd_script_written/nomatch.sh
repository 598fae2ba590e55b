# SPDX-License-Identifier: Apache-2.0
# fake: /usr/bin/dpkg
cat /etc/update-motd.d/10-uname
run-parts --list /etc/update-motd.d
chain /usr/bin/dpkg --configure base-files :: cp /usr/share/base-files/motd /etc/update-motd.d/10-uname
