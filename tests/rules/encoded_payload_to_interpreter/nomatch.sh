# SPDX-License-Identifier: Apache-2.0
# fake: /usr/bin/php8.2=php
python3 -c 'import base64; print(base64.b64decode("cGFzcwo="))'
perl -MMIME::Base64 -e 'print decode_base64("MTs=");'
php -r 'echo base64_decode("MTs=");'
