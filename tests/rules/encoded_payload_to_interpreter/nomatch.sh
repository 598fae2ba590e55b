# SPDX-License-Identifier: Apache-2.0
# fake: /usr/bin/php8.2=php /usr/bin/ruby3.1=ruby
python3 -c 'import base64; print(base64.b64decode("cGFzcwo="))'
perl -MMIME::Base64 -e 'print decode_base64("MTs=");'
php -r 'echo base64_decode("MTs=");'
ruby -e 'puts ["MQ=="].unpack("m")'
/bin/echo python3 -c 'import base64; exec(base64.b64decode("cGFzcwo="))'
/bin/echo perl -MMIME::Base64 -e 'eval(decode_base64("MTs="));'
/bin/echo php -r 'eval(base64_decode("MTs="));'
