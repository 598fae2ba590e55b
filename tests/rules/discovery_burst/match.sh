# SPDX-License-Identifier: Apache-2.0
# hits: 1
# fake: /usr/bin/w /usr/bin/ss /usr/bin/ip /usr/bin/sudo
whoami
w
ss -tlnp
ip addr
cat /etc/passwd
sudo -l
