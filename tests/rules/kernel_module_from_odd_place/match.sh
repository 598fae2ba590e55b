# SPDX-License-Identifier: Apache-2.0
# hits: 2
# fake: /usr/bin/kmod=insmod=modprobe=lsmod
insmod /tmp/diamorphine.ko
mkdir /dev/shm/.b
cd /dev/shm/.b
insmod ./net.ko
