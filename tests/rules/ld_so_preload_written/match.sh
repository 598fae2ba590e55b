# SPDX-License-Identifier: Apache-2.0
# hits: 4
# fake: /usr/bin/chattr
sh -c 'echo /usr/local/lib/libprocess.so > /etc/ld.so.preload'
echo /usr/local/lib/libprocess.so | tee /etc/ld.so.preload > /dev/null
chattr +i /etc/ld.so.preload
sed -i 's,^,/usr/local/lib/libprocess.so,' /etc/ld.so.preload
