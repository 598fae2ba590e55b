# SPDX-License-Identifier: Apache-2.0
# fake: /usr/bin/systemctl /usr/bin/dpkg
install -m 0644 build/app.service /etc/systemd/system/app.service
systemctl enable --now app.service
systemctl cat ssh.service
sh -c 'systemctl list-timers > /tmp/timers.txt'
chain /usr/bin/dpkg --configure app :: sh -c 'echo "[Unit]" > /etc/systemd/system/app.service'
