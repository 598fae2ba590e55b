# SPDX-License-Identifier: Apache-2.0
# fake: /usr/sbin/setenforce /usr/sbin/getenforce /usr/bin/systemctl /usr/sbin/aa-status /usr/bin/dpkg
setenforce 1
getenforce
systemctl reload apparmor
grep SELINUX= /etc/selinux/config
aa-status
chain /usr/bin/dpkg --remove apparmor :: systemctl disable apparmor
