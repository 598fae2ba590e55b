# SPDX-License-Identifier: Apache-2.0
# hits: 2
# rights: sys_admin
mount --bind /tmp /proc/1
python3 -c 'import ctypes
ctypes.CDLL(None).mount(b"none", b"/proc/1/", b"tmpfs", 0, None)'
umount /proc/1
umount /proc/1
