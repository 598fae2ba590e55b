# SPDX-License-Identifier: Apache-2.0
# fake: /usr/sbin/capsh
ls -la /
cat /proc/self/status > /dev/null
capsh --decode=00000000a80425fb
/bin/echo ls -la /.dockerenv
/bin/echo cat /proc/1/cgroup
/bin/echo capsh --print
