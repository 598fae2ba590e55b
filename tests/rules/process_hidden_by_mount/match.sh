# SPDX-License-Identifier: Apache-2.0
# hits: 2
# fake: /usr/bin/mount
mkdir -p /tmp/empty
mount --bind /tmp/empty /proc/1
mount -o bind /tmp/empty /proc/2044
