# SPDX-License-Identifier: Apache-2.0
dial /usr/bin/perl 203.0.113.7 3333
cp /usr/bin/perl /var/tmp/test
dial /var/tmp/test 203.0.113.7 443
dial /var/tmp/test 127.0.0.1 3333
