# SPDX-License-Identifier: Apache-2.0
# hits: 3
cp /usr/bin/perl /tmp/spread
dial /tmp/spread 192.0.2.20 22
dial /usr/bin/perl 192.0.2.21 22
bash -c ': < /dev/tcp/192.0.2.22/22' || true
