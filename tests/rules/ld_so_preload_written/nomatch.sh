# SPDX-License-Identifier: Apache-2.0
cat /etc/ld.so.preload
ls -l /etc/ld.so.preload
sh -c 'test -s /etc/ld.so.preload && echo preloaded > /tmp/report'
