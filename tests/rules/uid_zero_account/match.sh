# SPDX-License-Identifier: Apache-2.0
# hits: 4
# fake: /usr/sbin/useradd /usr/sbin/usermod /usr/sbin/adduser
useradd -o -u 0 -g 0 -M -d /root -s /bin/bash sysd
usermod --uid 0 --non-unique backup
useradd -ou0 sysd2
perl /usr/sbin/adduser --uid 0 sysd3
