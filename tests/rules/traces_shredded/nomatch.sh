# SPDX-License-Identifier: Apache-2.0
mkdir /srv/keys
cd /srv/keys
echo x > old.key
shred -u old.key
rm -f /tmp/tool.tar
