# SPDX-License-Identifier: Apache-2.0
# hits: 3
# fake: /usr/sbin/capsh
ls -la /.dockerenv 2> /dev/null
cat /proc/1/cgroup > /dev/null
capsh --print
