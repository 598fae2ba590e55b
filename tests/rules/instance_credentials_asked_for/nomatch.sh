# SPDX-License-Identifier: Apache-2.0
# fake: /usr/bin/cloud-init
cp /usr/bin/perl /usr/bin/amazon-ssm-agent
dial /usr/bin/amazon-ssm-agent 169.254.169.254 80
chain /usr/bin/cloud-init :: perl -MSocket -e 'socket(S, AF_INET, SOCK_STREAM, 0); connect(S, sockaddr_in(80, inet_aton("169.254.169.254")))'
dial /usr/bin/perl 192.0.2.254 80
