# SPDX-License-Identifier: Apache-2.0
# hits: 3
# fake: /usr/bin/php8.2=php
python3 -c 'import base64; exec(base64.b64decode("cGFzcwo="))'
perl -MMIME::Base64 -e 'eval(decode_base64("MTs="));'
php -r 'eval(base64_decode("MTs="));'
