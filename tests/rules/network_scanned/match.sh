# SPDX-License-Identifier: Apache-2.0
# hits: 3
# fake: /usr/bin/nmap /usr/bin/masscan /usr/bin/ping
nmap -sS -p- 192.0.2.0/24
masscan 198.51.100.0/24 -p22
bash -c 'for i in {1..254}; do ping -c1 -W1 192.0.2.$i & done; wait'
