# SPDX-License-Identifier: Apache-2.0
mkdir -p /root/.ssh
cat /root/.ssh/authorized_keys
sh -c 'cat /root/.ssh/authorized_keys > /tmp/keys.txt'
chmod 600 /root/.ssh/authorized_keys
cp /root/.ssh/authorized_keys /srv/backup/
