# SPDX-License-Identifier: Apache-2.0
mkdir /srv/keys
cd /srv/keys
echo x > old.key
shred -u old.key
rm -f /tmp/tool.tar
/bin/echo shred -uz /dev/shm/stage
/bin/echo shred --remove tool.tar
