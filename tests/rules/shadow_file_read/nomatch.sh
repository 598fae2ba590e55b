# SPDX-License-Identifier: Apache-2.0
# fake: /usr/bin/dpkg /usr/bin/dnf
cat /etc/passwd > /dev/null
ls -l /etc/shadow
getent passwd root
cd /var/backups
cp -p /etc/shadow shadow.bak
chain /usr/bin/dpkg --configure passwd :: grep -c root /etc/shadow
sed -i 's/^x:/&/' /etc/shadow
chain /usr/bin/dnf upgrade :: grep -c root /etc/shadow
/bin/echo cat /etc/shadow
/bin/echo tar cf /tmp/s.tar /etc/shadow
/bin/echo grep -c root /etc/shadow-
