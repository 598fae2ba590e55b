# SPDX-License-Identifier: Apache-2.0
# fake: /usr/bin/mount
mkdir -p /srv/jail/proc
mount -t proc proc /srv/jail/proc
mount --bind /proc/sys /srv/jail/sys
/bin/echo mount --bind /tmp/empty /proc/1
/bin/echo mount -o bind /tmp/empty /proc/2044
