# SPDX-License-Identifier: Apache-2.0
# rights: sys_admin
# fake: /usr/sbin/nginx
unshare --user true
chain /usr/sbin/nginx -g 'daemon off;' :: unshare --uts true
chain /usr/sbin/nginx -g 'daemon off;' :: python3 -c 'import ctypes, os
fd = os.open("/proc/self/ns/user", os.O_RDONLY)
if os.fork() == 0:
    ctypes.CDLL(None).unshare(0x20000); ctypes.CDLL(None).setns(fd, 0)'
