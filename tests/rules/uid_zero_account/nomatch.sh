# SPDX-License-Identifier: Apache-2.0
# fake: /usr/sbin/useradd /usr/sbin/usermod
useradd -u 1010 -g 100 -m alice
usermod --uid 1001 backup
useradd -u 0123 -m oscar
