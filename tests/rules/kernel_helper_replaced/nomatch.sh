# SPDX-License-Identifier: Apache-2.0
# fake: /usr/sbin/sysctl
sh -c 'cat /proc/sys/kernel/core_pattern > /tmp/pattern'
sysctl -w kernel.core_pattern=/var/crash/core.%p
sysctl kernel.modprobe
sh -c 'echo core > /srv/core_pattern'
