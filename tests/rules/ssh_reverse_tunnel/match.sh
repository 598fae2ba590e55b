# SPDX-License-Identifier: Apache-2.0
# hits: 3
# fake: /usr/bin/ssh
ssh -f -N -R 2222:localhost:22 tunnel@192.0.2.7
ssh -fNR 0.0.0.0:8080:127.0.0.1:80 tunnel@192.0.2.7
ssh -N -f -D 1080 tunnel@192.0.2.7
