# SPDX-License-Identifier: Apache-2.0
# hits: 5
# fake: /usr/sbin/sysctl
sh -c 'echo /cmd > /tmp/cg/release_agent'
sh -c 'echo "|/var/tmp/x %p" > /proc/sys/kernel/core_pattern'
sysctl -w 'kernel.core_pattern=|/var/tmp/x'
echo /var/tmp/x | tee /sys/kernel/uevent_helper
sysctl -w kernel.modprobe=/var/tmp/x
