# SPDX-License-Identifier: Apache-2.0
cp /usr/bin/perl /usr/bin/firefox
dial /usr/bin/firefox 127.0.0.1 9150
dial /usr/bin/perl 127.0.0.1 9051
bash -c 'echo 127.0.0.1:9050'
