# SPDX-License-Identifier: Apache-2.0
# rights: sys_admin
mount -t tmpfs none /mnt
mkdir /mnt/proc
mount -t proc proc /mnt/proc
umount /proc/1
mount --bind /proc/1 /opt
umount /opt
python3 -c 'import ctypes; libc = ctypes.CDLL(None)
libc.mount(b"/tmp", b"/proc/self/fdinfo", None, 4096, None)'
