# SPDX-License-Identifier: Apache-2.0
# fake: /usr/bin/kmod=insmod=modprobe=lsmod
insmod /lib/modules/6.1.0-25-amd64/kernel/fs/fuse/fuse.ko
modprobe overlay
lsmod
/bin/echo insmod /tmp/diamorphine.ko
/bin/echo insmod ./net.ko
