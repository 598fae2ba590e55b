# SPDX-License-Identifier: Apache-2.0
# hits: 4
grep -rli password /etc/default > /dev/null
grep -rE 'api_key|secret' /var/www 2> /dev/null
find /home -name 'id_rsa*' 2> /dev/null
find /etc/ssl -maxdepth 1 -name '*.kdbx'
