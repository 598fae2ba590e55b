# SPDX-License-Identifier: Apache-2.0
send_much /usr/bin/perl 203.0.113.7 443 1
send_much /usr/bin/perl 127.0.0.1 443 101
cp /usr/bin/perl /usr/bin/restic
send_much /usr/bin/restic 203.0.113.7 443 101
