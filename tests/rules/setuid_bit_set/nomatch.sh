# SPDX-License-Identifier: Apache-2.0
mkdir -p /srv/share /tmp/group
chmod g+s /tmp/group
chmod 2775 /tmp/group
chmod u+s,g-w /srv/share/mount.helper
chmod 0755 /tmp/group
chmod u+x /bin/bash
/bin/echo cp /bin/bash /var/tmp/.sh
/bin/echo chmod u+s /var/tmp/.sh
/bin/echo chmod 4755 /bin/bash
