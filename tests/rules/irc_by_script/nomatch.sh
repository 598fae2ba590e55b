# SPDX-License-Identifier: Apache-2.0
cp /usr/bin/perl /usr/bin/irssi
dial /usr/bin/irssi 203.0.113.7 6667
dial /usr/bin/perl 203.0.113.7 443
dial /usr/bin/perl 192.0.2.1 6670
dial /usr/bin/perl 127.0.0.1 6667
