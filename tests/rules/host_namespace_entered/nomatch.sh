# SPDX-License-Identifier: Apache-2.0
# rights: sys_admin sys_ptrace
unshare --cgroup true
unshare --uts sleep 2 &
sleep 0.3
nsenter --target $! --uts true
cp /usr/bin/nsenter /usr/local/bin/crun
unshare --cgroup /usr/local/bin/crun --target 1 --cgroup true
