# SPDX-License-Identifier: Apache-2.0
# hits: 4
# fake: /usr/bin/php8.2=php /usr/bin/ruby3.1=ruby
python3 -c 'import base64; exec(base64.b64decode("cGFzcwo="))'
perl -MMIME::Base64 -e 'eval(decode_base64("MTs="));'
php -r 'eval(base64_decode("MTs="));'
ruby -e 'eval(["MQ=="].unpack("m")[0])'
