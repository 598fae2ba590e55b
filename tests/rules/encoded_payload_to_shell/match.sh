# SPDX-License-Identifier: Apache-2.0
# hits: 4
# fake: /usr/bin/xxd
bash -c 'echo dHJ1ZQo= | base64 -d | bash'
sh -c 'eval "$(echo dHJ1ZQo= | base64 --decode)"'
bash -c '{echo,dHJ1ZQo=}|{base64,-d}|{bash,-i}'
sh -c 'echo 747275650a | xxd -r -p | sh'
