# SPDX-License-Identifier: Apache-2.0
# fake: /usr/bin/dpkg
cat /etc/passwd > /dev/null
ls -l /etc/shadow
getent passwd root
cd /var/backups
cp -p /etc/shadow shadow.bak
chain /usr/bin/dpkg --configure passwd :: grep -c root /etc/shadow
