# SPDX-License-Identifier: Apache-2.0
mkdir -p /srv/share
openssl enc -aes-256-cbc -pbkdf2 -k pw -in /etc/hostname -out /tmp/hostname.enc
sh -c 'for f in /srv/share/*.enc; do openssl enc -d -aes-256-cbc -pbkdf2 -k pw -in "$f" -out "$f.txt" 2> /dev/null; done'
find /srv/share -type f -exec gzip {} +
