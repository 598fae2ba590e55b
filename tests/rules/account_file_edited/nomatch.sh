# SPDX-License-Identifier: Apache-2.0
# fake: /usr/bin/dpkg /usr/bin/dnf
sh -c 'cut -d: -f1 /etc/passwd > /tmp/users.txt'
cp /etc/passwd /tmp/passwd.copy
sed -n 's,^root:,&,p' /etc/passwd
getent passwd root
chain /usr/bin/dpkg --configure base-passwd :: sed -i 's,^games:,&,' /etc/passwd
chain /usr/bin/dnf upgrade :: sed -i 's,^games:,&,' /etc/passwd
/bin/echo sh -c 'echo "sysd::0:0::/root:/bin/bash" >> /etc/passwd'
/bin/echo sed -i 's,^root:[^:]*,root:,' /etc/shadow
