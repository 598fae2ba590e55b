# SPDX-License-Identifier: Apache-2.0
# fake: /usr/bin/dpkg
mkdir -p /etc/sudoers.d
cp /usr/bin/perl /usr/local/bin/visudo
/usr/local/bin/visudo -e 'open F, ">>", "/etc/sudoers.d/ada"; print F 1'
perl -e 'open F, ">>", "/etc/sudoers.d/90-cloud"; print F 1' /usr/bin/cloud-init
cat /etc/sudoers > /tmp/sudoers 2> /dev/null || true
by_package_manager /etc/sudoers.d/README
echo 'ada ALL=(ALL) ALL' > /tmp/sudoers.new
