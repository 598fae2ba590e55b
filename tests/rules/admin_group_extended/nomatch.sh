# SPDX-License-Identifier: Apache-2.0
# fake: /usr/sbin/usermod /usr/bin/gpasswd /usr/sbin/useradd /usr/bin/dpkg /usr/bin/cloud-init /usr/bin/dnf
usermod -aG audio,video bob
useradd -m -G users carol
gpasswd -d bob docker-users
usermod -L sudoku
chain /usr/bin/dpkg --configure docker.io :: usermod -aG docker jenkins
useradd -g root -m dave
chain /usr/bin/cloud-init modules :: useradd -m -G sudo debian
chain /usr/bin/dnf install docker :: usermod -aG docker jenkins
/bin/echo usermod -aG sudo bob
/bin/echo gpasswd -a bob docker
/bin/echo useradd -m -G users,wheel carol
