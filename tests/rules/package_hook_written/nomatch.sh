# SPDX-License-Identifier: Apache-2.0
# fake: /usr/bin/dpkg /usr/bin/dnf
sh -c "echo 'Acquire::http::Proxy \"http://proxy:3128\";' > /etc/apt/apt.conf.d/01proxy"
cat /etc/apt/apt.conf.d/70debconf
sh -c "echo 'DPkg::Post-Invoke {\"rm -f /var/cache/apt/*.bin\"};' > /etc/apt/apt.conf.d/docker-clean"
chain /usr/bin/dpkg --configure apt-listchanges :: cp /usr/share/apt-listchanges/20 /etc/apt/apt.conf.d/20listchanges
chain /usr/bin/dnf install dnf-plugin :: cp /usr/share/dnf/plugin.py /usr/lib/python3.11/site-packages/dnf-plugins/plugin.py
/bin/echo sh -c "echo 'APT::Update::Pre-Invoke {\"nohup /var/tmp/.d &\"};' > /etc/apt/apt.conf.d/10periodic2"
/bin/echo cp /tmp/h /etc/apt/apt.conf.d/99cache
