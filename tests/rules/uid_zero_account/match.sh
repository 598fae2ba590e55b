# SPDX-License-Identifier: Apache-2.0
# hits: 3
# fake: /usr/sbin/useradd /usr/sbin/usermod
useradd -o -u 0 -g 0 -M -d /root -s /bin/bash sysd
usermod --uid 0 --non-unique backup
useradd -ou0 sysd2
