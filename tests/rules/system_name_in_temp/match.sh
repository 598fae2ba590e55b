# SPDX-License-Identifier: Apache-2.0
# hits: 2
mkdir -p /tmp/.cache
cp /usr/bin/true /tmp/.cache/sshd
cp /usr/bin/true /var/tmp/kswapd0
/tmp/.cache/sshd -D
/var/tmp/kswapd0
