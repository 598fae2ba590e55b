# SPDX-License-Identifier: Apache-2.0
# hits: 6
# fake: /usr/sbin/xtables-nft-multi=iptables /usr/sbin/nft /usr/bin/systemctl /usr/sbin/ufw
iptables -F
iptables -t nat -F
iptables -P INPUT ACCEPT
nft flush ruleset
systemctl stop firewalld
python3 /usr/sbin/ufw disable
