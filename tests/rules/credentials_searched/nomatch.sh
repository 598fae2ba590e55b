# SPDX-License-Identifier: Apache-2.0
# fake: /usr/bin/make
mkdir -p /srv/src
cd /srv/src
grep -rn password .
grep -i password /etc/login.defs > /dev/null
find . -name '*.pem'
find /etc/ssl -maxdepth 1 -name '*.conf'
chain /usr/bin/make check :: find /etc/ssl -maxdepth 1 -name '*.pem'
/bin/echo grep -rli password /etc/default
/bin/echo grep -rE 'api_key|secret' /var/www
/bin/echo find /home -name 'id_rsa*'
