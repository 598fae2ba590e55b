# SPDX-License-Identifier: Apache-2.0
# hits: 4
dial /usr/bin/perl 127.0.0.1 9050
bash -c 'exec 3<>/dev/tcp/127.0.0.1/9150' || true
cp /usr/bin/perl /usr/local/bin/curl
dial /usr/local/bin/curl 127.0.0.1 9050
cp /usr/bin/perl /tmp/x
dial /tmp/x 127.0.0.1 9050
