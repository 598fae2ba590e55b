# SPDX-License-Identifier: Apache-2.0
# hits: 2
# rights: sys_admin sys_ptrace
unshare --cgroup nsenter --target 1 --cgroup true
unshare --cgroup python3 -c 'import ctypes, os
ctypes.CDLL(None).setns(os.open("/proc/1/ns/cgroup", os.O_RDONLY), 0)'
