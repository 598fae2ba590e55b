# SPDX-License-Identifier: Apache-2.0
# hits: 3
mkdir -p /root/.ssh
ssh-keygen -q -t ed25519 -N '' -f /root/.ssh/id_ed25519
cat /root/.ssh/id_ed25519 > /dev/null
base64 -w0 /root/.ssh/id_ed25519 > /dev/null
cp /etc/ssh/ssh_host_rsa_key /tmp/k 2> /dev/null
