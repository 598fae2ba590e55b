# SPDX-License-Identifier: Apache-2.0
# fake: /usr/bin/ssh
ssh -o BatchMode=yes deploy@192.0.2.9 true
ssh -L 5432:localhost:5432 db.example.org
ssh-keygen -R 192.0.2.7 -f /tmp/known_hosts
ssh -T git@192.0.2.9
