# SPDX-License-Identifier: Apache-2.0
mkdir -p /tmp/build/tests
cp /usr/bin/true /tmp/build/tests/sshd_config_test
cp /usr/bin/true /usr/local/sbin/sshd
/tmp/build/tests/sshd_config_test
/usr/local/sbin/sshd -t
/bin/echo /tmp/.cache/sshd -D
/bin/echo /var/tmp/kswapd0
