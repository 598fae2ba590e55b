# SPDX-License-Identifier: Apache-2.0
# hits: 2
# fake: /usr/bin/cloud-init
bash -c 'exec 3<>/dev/tcp/169.254.169.254/80' || true
dial /usr/bin/perl 169.254.169.254 80
