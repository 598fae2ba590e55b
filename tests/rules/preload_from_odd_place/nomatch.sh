# SPDX-License-Identifier: Apache-2.0
# fake: /usr/bin/sudo /usr/bin/su
env LD_PRELOAD=/usr/lib/x86_64-linux-gnu/libjemalloc.so.2 id 2> /dev/null
sh -c 'test -z "$LD_PRELOAD"'
env LD_LIBRARY_PATH=/home/deploy/lib id
/bin/echo env LD_PRELOAD=/tmp/.h.so id
/bin/echo sh -c 'LD_PRELOAD=/dev/shm/hook.so sudo find'
/bin/echo env LD_AUDIT=/var/tmp/a.so su
