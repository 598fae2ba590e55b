# SPDX-License-Identifier: Apache-2.0
mkdir -p /root/.ssh
cat /root/.ssh/authorized_keys
sh -c 'cat /root/.ssh/authorized_keys > /tmp/keys.txt'
chmod 600 /root/.ssh/authorized_keys
cp /root/.ssh/authorized_keys /srv/backup/
sed -n 1p /root/.ssh/authorized_keys
/bin/echo sh -c 'echo "ssh-ed25519 AAAAC3 back@door" >> /root/.ssh/authorized_keys'
/bin/echo cp /tmp/k /root/.ssh/authorized_keys
/bin/echo sed -i 1d /root/.ssh/authorized_keys
