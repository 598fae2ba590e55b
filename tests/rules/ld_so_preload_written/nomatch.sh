# SPDX-License-Identifier: Apache-2.0
# fake: /usr/bin/chattr
cat /etc/ld.so.preload
ls -l /etc/ld.so.preload
sh -c 'test -s /etc/ld.so.preload && echo preloaded > /tmp/report'
/bin/echo sh -c 'echo /usr/local/lib/libprocess.so > /etc/ld.so.preload'
/bin/echo chattr +i /etc/ld.so.preload
/bin/echo sed -i 's,^,/usr/local/lib/libprocess.so,' /etc/ld.so.preload
