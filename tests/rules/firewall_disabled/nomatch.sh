# SPDX-License-Identifier: Apache-2.0
# fake: /usr/sbin/xtables-nft-multi=iptables /usr/sbin/nft /usr/bin/systemctl /usr/sbin/ufw /usr/sbin/netfilter-persistent /usr/bin/dpkg
iptables -F DOCKER-USER
iptables -A INPUT -s 192.0.2.7 -j DROP
iptables -P INPUT DROP
nft list ruleset
systemctl reload nftables
python3 /usr/sbin/ufw status
chain /usr/lib/systemd/systemd --system :: nft flush ruleset
chain /usr/sbin/netfilter-persistent flush :: iptables -F
chain /usr/bin/dpkg --configure nftables :: nft flush ruleset
/bin/echo iptables -F
/bin/echo iptables -t nat -F
/bin/echo iptables -P INPUT ACCEPT
