# SPDX-License-Identifier: Apache-2.0
# hits: 3
# fake: /usr/bin/dd /usr/bin/rm /usr/sbin/wipefs
dd if=/dev/zero of=/dev/sda bs=1M
rm -rf --no-preserve-root /
wipefs -a /dev/nvme0n1
