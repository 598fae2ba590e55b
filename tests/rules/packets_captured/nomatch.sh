# SPDX-License-Identifier: Apache-2.0
# fake: /usr/bin/tcpdump /usr/bin/ngrep
tcpdump -nr trace.pcap
tcpdump --version
tcpdump -D
/bin/echo tcpdump -i any -w /tmp/c.pcap port 21 or port 110
/bin/echo ngrep -d any -q password
