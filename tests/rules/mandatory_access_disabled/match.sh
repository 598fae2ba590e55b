# SPDX-License-Identifier: Apache-2.0
# hits: 4
# fake: /usr/sbin/setenforce /usr/bin/systemctl /usr/sbin/aa-teardown
setenforce 0
mkdir -p /etc/selinux
touch /etc/selinux/config
sed -i s/SELINUX=enforcing/SELINUX=disabled/ /etc/selinux/config
systemctl disable --now apparmor
sh /usr/sbin/aa-teardown
