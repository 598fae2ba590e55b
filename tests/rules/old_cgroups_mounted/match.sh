# SPDX-License-Identifier: Apache-2.0
# hits: 1
# rights: sys_admin
mount -t cgroup -o memory cgroup /mnt
umount /mnt
