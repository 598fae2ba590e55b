# SPDX-License-Identifier: Apache-2.0
# fake: /usr/bin/dpkg
sh -c 'cut -d: -f1 /etc/passwd > /tmp/users.txt'
cp /etc/passwd /tmp/passwd.copy
sed -n 's,^root:,&,p' /etc/passwd
getent passwd root
chain /usr/bin/dpkg --configure base-passwd :: sed -i 's,^games:,&,' /etc/passwd
