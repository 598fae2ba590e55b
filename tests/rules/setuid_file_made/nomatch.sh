# SPDX-License-Identifier: Apache-2.0
# fake: /usr/bin/make
cp /bin/true /tmp/tool && chmod 0755 /tmp/tool
mkdir /tmp/shared && chmod 2775 /tmp/shared && chmod 1777 /tmp/shared
mkdir /tmp/odd && perl -e 'open F, "<", "/tmp/odd"; chmod 04775, *F'
mkdir -p /srv/stage && cp /bin/true /srv/stage/one
chain /usr/bin/make install :: chmod 4755 /srv/stage/one
mkdir -p /root/image/usr/bin && cp /bin/true /root/image/usr/bin/sudo && chmod 4755 /root/image/usr/bin/sudo
