# SPDX-License-Identifier: Apache-2.0
# fake: /usr/bin/dd /usr/bin/rm /usr/sbin/wipefs
dd if=/dev/zero of=/srv/swapfile bs=1M count=1
dd if=/dev/sda of=/dev/null bs=512 count=1
rm -rf /srv/scratch/
wipefs /dev/sda
