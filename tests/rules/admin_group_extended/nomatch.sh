# SPDX-License-Identifier: Apache-2.0
# fake: /usr/sbin/usermod /usr/bin/gpasswd /usr/sbin/useradd /usr/bin/dpkg
usermod -aG audio,video bob
useradd -m -G users carol
gpasswd -d bob docker-users
usermod -L sudoku
chain /usr/bin/dpkg --configure docker.io :: usermod -aG docker jenkins
