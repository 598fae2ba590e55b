# SPDX-License-Identifier: Apache-2.0
# rights: sys_admin
mount -t cgroup2 cgroup2 /mnt
umount /mnt
cp /usr/bin/mount /usr/local/bin/crun
/usr/local/bin/crun -t cgroup -o memory cgroup /mnt
umount /mnt
