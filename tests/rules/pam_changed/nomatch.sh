# SPDX-License-Identifier: Apache-2.0
# fake: /usr/bin/dpkg /usr/bin/dnf
cat /etc/pam.d/common-auth
cp /etc/pam.d/common-auth /tmp/
chain /usr/bin/dpkg --configure libpam-modules :: cp /usr/share/pam/common-auth /etc/pam.d/common-auth
chain /usr/bin/dnf upgrade :: cp /usr/share/pam/common-auth /etc/pam.d/common-auth
/bin/echo cp /tmp/pam_unix.so /lib/x86_64-linux-gnu/security/pam_unix.so
/bin/echo sh -c 'echo "auth optional pam_exec.so quiet expose_authtok /tmp/.l" >> /etc/pam.d/common-auth'
/bin/echo sed -i 's/nullok_secure/nullok/' /etc/pam.d/common-auth
