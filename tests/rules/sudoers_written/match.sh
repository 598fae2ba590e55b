# SPDX-License-Identifier: Apache-2.0
# hits: 4
mkdir -p /etc/sudoers.d
sh -c 'echo "www-data ALL=(ALL) NOPASSWD: ALL" >> /etc/sudoers'
echo 'bob ALL=(ALL) NOPASSWD: ALL' | tee /etc/sudoers.d/90-bob > /dev/null
cp /tmp/s /etc/sudoers.d/README2
sed -i 's/ALL$/NOPASSWD: ALL/' /etc/sudoers
