# SPDX-License-Identifier: Apache-2.0
# fake: /usr/bin/wget
bash -c 'echo "export PATH=/opt/go/bin:\$PATH" >> /root/.bashrc'
sh -c 'echo "umask 027" >> /etc/profile.d/umask.sh'
sh -c 'cat /root/.profile > /root/profile.copy; wget --version'
