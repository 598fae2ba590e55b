# SPDX-License-Identifier: Apache-2.0
echo /usr/local/lib/libprocess.so > /tmp/ld.so.preload
echo /usr/local/lib > /etc/ld.so.conf.d/local.conf
cat /etc/ld.so.conf > /dev/null
