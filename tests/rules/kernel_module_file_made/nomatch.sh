# SPDX-License-Identifier: Apache-2.0
# fake: /usr/bin/dpkg /usr/bin/dkms-parent
mkdir -p /usr/lib/modules/6.1.0/kernel /etc/modules-load.d
by_package_manager /usr/lib/modules/6.1.0/kernel/ext4.ko
echo ko > /tmp/example.ko
chain /usr/bin/dkms-parent /usr/sbin/dkms build :: sh -c 'echo ko > /usr/lib/modules/6.1.0/kernel/zfs.ko'
echo list > /usr/lib/modules/6.1.0/modules.dep
