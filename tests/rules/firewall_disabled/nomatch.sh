# SPDX-License-Identifier: Apache-2.0
# fake: /usr/sbin/xtables-nft-multi=iptables /usr/sbin/nft /usr/bin/systemctl /usr/sbin/ufw
iptables -F DOCKER-USER
iptables -A INPUT -s 192.0.2.7 -j DROP
iptables -P INPUT DROP
nft list ruleset
systemctl reload nftables
python3 /usr/sbin/ufw status
chain /usr/lib/systemd/systemd --system :: nft flush ruleset
