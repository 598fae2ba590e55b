# SPDX-License-Identifier: Apache-2.0
mkdir -p /var/cache/build/base /srv/host-data
chroot /var/cache/build/base true
chroot /srv/host-data true
/bin/echo chroot /host sh -c id
/bin/echo chroot /proc/1/root bash
