# SPDX-License-Identifier: Apache-2.0
# fake: /usr/bin/dig
bash -c 'for name in a b; do dig +short $name.example.org; done'
sh -c 'base64 /etc/hostname | tr -d "="'
dig +short example.org
