# SPDX-License-Identifier: Apache-2.0
cp /usr/bin/perl /tmp/test-server
serve /tmp/test-server 127.0.0.1 31337
serve /usr/bin/perl 0.0.0.0 31337
dial /tmp/test-server 192.0.2.1 8080
