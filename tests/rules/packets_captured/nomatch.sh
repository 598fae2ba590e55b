# SPDX-License-Identifier: Apache-2.0
# fake: /usr/bin/tcpdump
tcpdump -nr trace.pcap
tcpdump --version
tcpdump -D
