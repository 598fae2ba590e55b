# SPDX-License-Identifier: Apache-2.0
mkdir -p /etc/ssh
sed -i 's/^#*PermitRootLogin .*/PermitRootLogin no/' /etc/ssh/sshd_config
grep -c 'PermitRootLogin yes' /etc/ssh/sshd_config
