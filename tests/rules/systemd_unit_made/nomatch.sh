# SPDX-License-Identifier: Apache-2.0
# fake: /usr/bin/dpkg
mkdir -p /tmp/systemd/system
echo '[Service]' > /tmp/systemd/system/example.service
cat /etc/systemd/system.conf > /dev/null
by_package_manager /usr/lib/systemd/system/tool.service
install -m 0644 /etc/hostname /etc/systemd/system/app.service
mkdir -p /etc/systemd/system/other.service.d
ln -s /usr/lib/systemd/system/tool.service /etc/systemd/system/tool.service
