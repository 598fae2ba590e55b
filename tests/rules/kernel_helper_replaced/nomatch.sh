# SPDX-License-Identifier: Apache-2.0
# fake: /usr/sbin/sysctl /usr/bin/dpkg /usr/bin/dnf
sh -c 'cat /proc/sys/kernel/core_pattern > /tmp/pattern'
sysctl -w kernel.core_pattern=/var/crash/core.%p
sysctl kernel.modprobe
sh -c 'echo core > /srv/core_pattern'
chain /usr/bin/dpkg --configure apport :: sysctl -w 'kernel.core_pattern=|/usr/share/crash %p'
chain /usr/bin/dnf install abrt :: sysctl -w 'kernel.core_pattern=|/usr/libexec/abrt %p'
sysctl -w 'kernel.core_pattern=|/usr/lib/systemd/systemd-coredump %P'
/bin/echo sh -c 'echo /cmd > /tmp/cg/release_agent'
/bin/echo sh -c 'echo "|/var/tmp/x %p" > /proc/sys/kernel/core_pattern'
/bin/echo sysctl -w 'kernel.core_pattern=|/var/tmp/x'
