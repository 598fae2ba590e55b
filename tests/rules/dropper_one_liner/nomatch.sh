# SPDX-License-Identifier: Apache-2.0
# fake: /usr/bin/wget /usr/bin/curl /usr/bin/dpkg
sh -c 'cd /srv/app && curl -fsSLO https://example.org/app.tar.gz && tar xzf app.tar.gz'
sh -c 'cd /tmp && wget -q https://example.org/a.deb && dpkg -i a.deb'
sh -c 'curl -fsSLo /usr/local/bin/tool https://example.org/tool && chmod +x /usr/local/bin/tool && tool --version'
