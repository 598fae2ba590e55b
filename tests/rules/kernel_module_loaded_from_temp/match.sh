# SPDX-License-Identifier: Apache-2.0
# hits: 2
# guest: a kernel with modules, as in tests/vm, where a module has been copied to these places
insmod /tmp/xfs.ko
rmmod xfs
insmod /dev/shm/.x.ko
