# SPDX-License-Identifier: Apache-2.0
# fake: /usr/bin/ssh
ssh -o BatchMode=yes deploy@192.0.2.9 true
ssh -L 5432:localhost:5432 db.example.org
ssh-keygen -R 192.0.2.7 -f /tmp/known_hosts
ssh -T git@192.0.2.9
/bin/echo ssh -f -N -R 2222:localhost:22 tunnel@192.0.2.7
/bin/echo ssh -fNR 0.0.0.0:8080:127.0.0.1:80 tunnel@192.0.2.7
/bin/echo ssh -N -f -D 1080 tunnel@192.0.2.7
