# SPDX-License-Identifier: Apache-2.0
# hits: 5
# fake: /usr/bin/dd /usr/bin/rm /usr/sbin/wipefs /usr/bin/shred /usr/bin/find
dd if=/dev/zero of=/dev/sda bs=1M
rm -rf --no-preserve-root /
wipefs -a /dev/nvme0n1
shred -v -n 1 /dev/sdb
find / -delete
