# SPDX-License-Identifier: Apache-2.0
# hits: 2
# fake: /usr/bin/tcpdump /usr/bin/ngrep
tcpdump -i any -w /tmp/c.pcap port 21 or port 110
ngrep -d any -q password
