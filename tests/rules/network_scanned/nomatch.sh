# SPDX-License-Identifier: Apache-2.0
# fake: /usr/bin/nmap /usr/bin/masscan /usr/bin/ping
nmap --version
ping -c 1 192.0.2.1
bash -c 'for i in 1 2 3; do ping -c1 192.0.2.1 && break; done'
/bin/echo nmap -sS -p- 192.0.2.0/24
/bin/echo masscan 198.51.100.0/24 -p22
/bin/echo bash -c 'for i in {1..254}; do ping -c1 -W1 192.0.2.$i & done; wait'
