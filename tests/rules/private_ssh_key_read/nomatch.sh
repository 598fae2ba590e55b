# SPDX-License-Identifier: Apache-2.0
# fake: /usr/bin/scp /usr/bin/dpkg /usr/bin/dnf
mkdir -p /root/.ssh
ssh-keygen -q -t ed25519 -N '' -f /root/.ssh/id_ed25519
cat /root/.ssh/id_ed25519.pub > /dev/null
ls -l /root/.ssh/id_ed25519
chmod 600 /root/.ssh/id_ed25519
scp -i /root/.ssh/id_ed25519 report.txt backup@192.0.2.9:
chain /usr/bin/dpkg --configure openssh-server :: grep -x /etc/ssh/ssh_host_rsa_key /etc/hostname
chain /usr/bin/dnf upgrade :: grep -x /etc/ssh/ssh_host_rsa_key /etc/hostname
/bin/echo ssh-keygen -q -t ed25519 -N '' -f /root/.ssh/id_ed25519
/bin/echo cat /root/.ssh/id_ed25519
/bin/echo base64 -w0 /root/.ssh/id_ed25519
