# SPDX-License-Identifier: Apache-2.0
mkdir -p /tmp/build-1 /tmp/.mount_tool
cp /usr/bin/true /tmp/build-1/configure.test
cp /usr/bin/true /tmp/.mount_tool/tool
/tmp/build-1/configure.test
/tmp/.mount_tool/tool
cat /tmp/.X0-lock 2> /dev/null
/bin/echo /tmp/.X11-cache/sync
/bin/echo /var/tmp/.../d
