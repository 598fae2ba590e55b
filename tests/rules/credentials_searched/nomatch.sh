# SPDX-License-Identifier: Apache-2.0
mkdir -p /srv/src
cd /srv/src
grep -rn password .
grep -i password /etc/login.defs > /dev/null
find . -name '*.pem'
find /etc/ssl -maxdepth 1 -name '*.conf'
