# SPDX-License-Identifier: Apache-2.0
# fake: /usr/bin/w /usr/bin/who /usr/bin/ps /usr/bin/ss /usr/bin/ip /usr/bin/hostname /usr/sbin/cron
uname -a
hostname
id -u
id -g
ps aux
df -h
ss -tln
ls -la /root
cat /etc/os-release
chain /usr/sbin/cron -f :: bash -c 'whoami; w; who; ps; ss; ip addr; true'
/bin/echo whoami
/bin/echo w
/bin/echo ss -tlnp
