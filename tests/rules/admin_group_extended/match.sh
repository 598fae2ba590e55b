# SPDX-License-Identifier: Apache-2.0
# hits: 4
# fake: /usr/sbin/usermod /usr/bin/gpasswd /usr/sbin/useradd /usr/sbin/adduser
usermod -aG sudo bob
gpasswd -a bob docker
useradd -m -G users,wheel carol
chain /usr/sbin/adduser bob sudo :: usermod -aG sudo bob
