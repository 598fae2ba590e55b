# SPDX-License-Identifier: Apache-2.0
# fake: /usr/bin/dd /usr/bin/rm /usr/sbin/wipefs /usr/bin/find
dd if=/dev/zero of=/srv/swapfile bs=1M count=1
dd if=/dev/sda of=/dev/null bs=512 count=1
rm -rf /srv/scratch/
wipefs /dev/sda
dd if=/srv/image.raw of=/dev/sda bs=4M
find / -xdev -name core -delete
/bin/echo dd if=/dev/zero of=/dev/sda bs=1M
/bin/echo rm -rf --no-preserve-root /
/bin/echo wipefs -a /dev/nvme0n1
