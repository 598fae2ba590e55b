# SPDX-License-Identifier: Apache-2.0
# hits: 5
# fake: /usr/bin/gdb /usr/bin/strace /usr/bin/gcore
gdb -p 612 -batch -ex 'dump memory /tmp/ssh.mem 0x7f0000000000 0x7f0000100000'
gdb --pid=612 -batch -ex 'call (void*)dlopen("/tmp/x.so", 1)'
sh /usr/bin/gcore -o /tmp/core 612
strace -f -p 612 -e trace=read,write -o /tmp/keys
dd if=/proc/612/mem of=/tmp/mem bs=4096 count=1 2> /dev/null
