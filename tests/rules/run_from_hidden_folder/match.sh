# SPDX-License-Identifier: Apache-2.0
# hits: 2
mkdir -p /tmp/.X11-cache '/var/tmp/...'
cp /usr/bin/true /tmp/.X11-cache/sync
cp /usr/bin/true /var/tmp/.../d
/tmp/.X11-cache/sync
/var/tmp/.../d
