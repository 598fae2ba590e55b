# SPDX-License-Identifier: Apache-2.0
# fake: /usr/bin/gpg
mkdir -p /srv/share
openssl enc -aes-256-cbc -pbkdf2 -k pw -in /etc/hostname -out /tmp/hostname.enc
sh -c 'for f in /srv/share/*.enc; do openssl enc -d -aes-256-cbc -pbkdf2 -k pw -in "$f" -out "$f.txt" 2> /dev/null; done'
find /srv/share -type f -exec gzip {} +
sh -c 'openssl enc -aes-256-cbc -pbkdf2 -k pw -in /etc/hostname -out /tmp/h.enc'
/bin/echo sh -c 'for f in /srv/share/*.doc; do openssl enc -aes-256-cbc -pbkdf2 -k pw -in "$f" -out "$f.locked" && rm "$f"; done'
/bin/echo find /srv/share -type f -exec gpg --batch --yes --passphrase pw --symmetric {} +
