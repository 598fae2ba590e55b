# SPDX-License-Identifier: Apache-2.0
mkdir -p /etc/nginx /root/project
tar czf /tmp/nginx.tgz /etc/nginx 2> /dev/null
zip -qr /tmp/p.zip /root/project > /dev/null 2>&1
tar tzf /tmp/nginx.tgz > /dev/null
tar xzf /tmp/nginx.tgz -C /srv etc/.ssh/known_hosts 2> /dev/null
/bin/echo tar czf /tmp/d.tgz /root/.ssh /root/.aws
/bin/echo zip -qr /tmp/d.zip /root/.ssh /etc/shadow
