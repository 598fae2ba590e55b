# SPDX-License-Identifier: Apache-2.0
# fake: /usr/bin/chattr
chattr +i /etc/resolv.conf
chattr +C /var/lib/libvirt/images
lsattr /etc/passwd
chattr +d /tmp/scratch
/bin/echo chattr +i /root/.ssh/authorized_keys
/bin/echo chattr +ia /etc/cron.d/root
/bin/echo chattr -i /etc/passwd
