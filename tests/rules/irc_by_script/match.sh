# SPDX-License-Identifier: Apache-2.0
# hits: 2
dial /usr/bin/perl 203.0.113.7 6667
cp /usr/bin/perl /var/tmp/sshd
dial /var/tmp/sshd 198.51.100.9 6697
