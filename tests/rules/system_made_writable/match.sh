# SPDX-License-Identifier: Apache-2.0
# hits: 2
# rights: sys_admin
mount --bind /opt /etc
mount --bind /opt /boot
mount -o remount,bind,rw /boot
mount -o remount,bind,rw,noexec /etc
