# SPDX-License-Identifier: Apache-2.0
# hits: 2
# fake: /usr/bin/gpg
mkdir -p /srv/share
touch /srv/share/a.doc
sh -c 'for f in /srv/share/*.doc; do openssl enc -aes-256-cbc -pbkdf2 -k pw -in "$f" -out "$f.locked" && rm "$f"; done'
find /srv/share -type f -exec gpg --batch --yes --passphrase pw --symmetric {} +
