# SPDX-License-Identifier: Apache-2.0
cp /usr/bin/perl /usr/bin/ssh
dial /usr/bin/ssh 192.0.2.20 22
dial /usr/bin/perl 127.0.0.1 22
dial /usr/bin/perl 192.0.2.20 2222
