# SPDX-License-Identifier: Apache-2.0
# fake: /usr/bin/curl
cd /tmp
curl -fsSLo /tmp/release.tar.gz https://example.org/release.tar.gz
chmod 0644 /tmp/release.tar.gz
mkdir /srv/app
cp /usr/bin/true /srv/app/server
chmod +x /srv/app/server
/srv/app/server
