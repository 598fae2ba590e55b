# SPDX-License-Identifier: Apache-2.0
# hits: 2
echo 'echo hello' > /tmp/tool
sh -c /tmp/tool
cp /usr/bin/true /dev/shm/agent
chmod 644 /dev/shm/agent
(cd /dev/shm && ./agent)
