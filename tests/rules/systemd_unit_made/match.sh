# SPDX-License-Identifier: Apache-2.0
# hits: 3
printf '[Service]\nExecStart=/tmp/.x\n' > /etc/systemd/system/dbus-helper.service
mkdir -p /root/.config/systemd/user
cp /etc/hostname /root/.config/systemd/user/updater.timer
mkdir -p /etc/systemd/system/ssh.service.d
echo '[Service]' > /etc/systemd/system/ssh.service.d/override.conf
