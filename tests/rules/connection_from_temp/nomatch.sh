# SPDX-License-Identifier: Apache-2.0
cp /usr/bin/perl /tmp/probe
dial /tmp/probe 127.0.0.1 8443
cp /usr/bin/perl /srv/agent
dial /srv/agent 198.51.100.7 8443
cd /tmp
dial /usr/bin/perl 203.0.113.7 80
