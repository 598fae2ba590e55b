# SPDX-License-Identifier: Apache-2.0
bash -c 'exec 3<>/dev/tcp/127.0.0.1/8080' || true
dial /usr/bin/perl 198.51.100.7 443
bash -c 'echo /dev/tcp/198.51.100.7/443'
busybox wget -q -O - http://203.0.113.7/
