# SPDX-License-Identifier: Apache-2.0
# fake: /usr/bin/systemctl /usr/bin/dpkg /usr/bin/dnf
install -m 0644 build/app.service /etc/systemd/system/app.service
systemctl enable --now app.service
systemctl cat ssh.service
sh -c 'systemctl list-timers > /tmp/timers.txt'
chain /usr/bin/dpkg --configure app :: sh -c 'echo "[Unit]" > /etc/systemd/system/app.service'
chain /usr/bin/dnf install app :: sh -c 'echo "[Unit]" > /etc/systemd/system/app.service'
/bin/echo sh -c 'printf "[Service]\nExecStart=/tmp/.x\n" > /etc/systemd/system/network-check.service'
/bin/echo cp /tmp/network-check.service /etc/systemd/system/
/bin/echo systemctl enable --now /tmp/network-check.service
