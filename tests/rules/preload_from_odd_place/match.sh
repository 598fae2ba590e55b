# SPDX-License-Identifier: Apache-2.0
# hits: 3
# fake: /usr/bin/sudo /usr/bin/su
env LD_PRELOAD=/tmp/.h.so id 2> /dev/null
sh -c 'LD_PRELOAD=/dev/shm/hook.so sudo find' 2> /dev/null
env LD_AUDIT=/var/tmp/a.so su 2> /dev/null
