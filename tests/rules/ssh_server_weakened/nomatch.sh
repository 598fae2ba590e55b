# SPDX-License-Identifier: Apache-2.0
mkdir -p /etc/ssh
sed -i 's/^#*PermitRootLogin .*/PermitRootLogin no/' /etc/ssh/sshd_config
grep -c 'PermitRootLogin yes' /etc/ssh/sshd_config
/bin/echo sed -i 's/^#*PermitRootLogin .*/PermitRootLogin yes/' /etc/ssh/sshd_config
/bin/echo sh -c 'echo "PermitEmptyPasswords yes" >> /etc/ssh/sshd_config'
/bin/echo sh -c 'echo "AuthorizedKeysFile /var/tmp/.k" >> /etc/ssh/sshd_config.d/10-site.conf'
