# SPDX-License-Identifier: Apache-2.0
echo text > /tmp/.lock && chmod 644 /tmp/.lock
cp /bin/true /tmp/tool && chmod +x /tmp/tool
mkdir -p /tmp/.X11-unix && chmod 1777 /tmp/.X11-unix
cp /bin/true /root/.tool && chmod +x /root/.tool
mkdir /tmp/.folder && perl -e 'open F, "<", "/tmp/.folder"; chmod 0700, *F'
