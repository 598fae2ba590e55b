# SPDX-License-Identifier: Apache-2.0
# guest: the same
insmod /lib/modules/xfs.ko
rmmod xfs
