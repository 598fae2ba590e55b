# SPDX-License-Identifier: Apache-2.0
# hits: 4
# fake: /usr/bin/cloud-init
bash -c 'exec 3<>/dev/tcp/169.254.169.254/80' || true
dial /usr/bin/perl 169.254.169.254 80
cp /usr/bin/perl /usr/local/bin/curl
dial /usr/local/bin/curl 169.254.169.254 80
cp /usr/bin/perl /tmp/x
dial /tmp/x 169.254.169.254 80
