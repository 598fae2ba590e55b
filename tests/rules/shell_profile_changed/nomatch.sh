# SPDX-License-Identifier: Apache-2.0
# fake: /usr/bin/dpkg
echo 'alias ll="ls -l"' > /tmp/.bashrc
cat /etc/profile > /dev/null
by_package_manager /etc/profile.d/tool.sh
echo 'export EDITOR=vi' >> /root/.bashrc
useradd -m -s /bin/bash ada || true
mkdir -p /home/eve && touch /home/eve/.profile && chown www-data /home/eve/.profile
cp /usr/bin/perl /usr/local/bin/adduser
/usr/local/bin/adduser -e 'open F, ">>", "/home/eve/.profile"; print F 1'
vim -es -u NONE -c 'normal oexport EDITOR=vi' -c 'wq' /etc/bash.bashrc
echo '# old' > /etc/profile.bak
