# SPDX-License-Identifier: Apache-2.0
# hits: 2
dial /usr/bin/perl 127.0.0.1 9050
bash -c 'exec 3<>/dev/tcp/127.0.0.1/9150' || true
