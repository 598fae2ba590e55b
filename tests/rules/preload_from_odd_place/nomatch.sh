# SPDX-License-Identifier: Apache-2.0
env LD_PRELOAD=/usr/lib/x86_64-linux-gnu/libjemalloc.so.2 id 2> /dev/null
sh -c 'test -z "$LD_PRELOAD"'
env LD_LIBRARY_PATH=/home/deploy/lib id
