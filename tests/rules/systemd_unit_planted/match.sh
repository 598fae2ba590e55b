# SPDX-License-Identifier: Apache-2.0
# hits: 4
# fake: /usr/bin/systemctl
sh -c 'printf "[Service]\nExecStart=/tmp/.x\n" > /etc/systemd/system/network-check.service'
echo '[Timer]' | tee /etc/systemd/system/network-check.timer > /dev/null
cp /tmp/network-check.service /etc/systemd/system/
systemctl enable --now /tmp/network-check.service
