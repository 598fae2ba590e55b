# SPDX-License-Identifier: Apache-2.0
# fake: /usr/bin/dpkg
mkdir -p /lib/x86_64-linux-gnu/security
by_package_manager /lib/x86_64-linux-gnu/security/pam_tool.so
echo module > /tmp/pam_tool.so
ls /lib/x86_64-linux-gnu/security
