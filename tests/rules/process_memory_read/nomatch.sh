# SPDX-License-Identifier: Apache-2.0
# fake: /usr/bin/gdb /usr/bin/strace
gdb -p 612 -batch -ex 'thread apply all bt'
gdb ./app core
strace -c -p 612
cat /proc/meminfo
cat /proc/self/status
gdb -batch -ex 'call (int)getpid()' ./app
strace -e trace=read,write true
