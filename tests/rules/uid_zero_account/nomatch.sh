# SPDX-License-Identifier: Apache-2.0
# fake: /usr/sbin/useradd /usr/sbin/usermod /usr/sbin/adduser
useradd -u 1010 -g 100 -m alice
usermod --uid 1001 backup
useradd -u 0123 -m oscar
perl /usr/sbin/adduser --uid 1011 carol
/bin/echo useradd -o -u 0 -g 0 -M -d /root -s /bin/bash sysd
/bin/echo usermod --uid 0 --non-unique backup
/bin/echo useradd -ou0 sysd2
