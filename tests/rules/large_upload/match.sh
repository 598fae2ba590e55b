# SPDX-License-Identifier: Apache-2.0
# hits: 1
send_much /usr/bin/perl 203.0.113.7 443 101
