# SPDX-License-Identifier: Apache-2.0
sh -c 'echo dHJ1ZQo= | base64 -d > /tmp/certificate.pem'
bash -c 'echo dHJ1ZQo= | base64 --decode | sha256sum'
sh -c 'echo true | base64 | tr -d "\n"'
sh -c 'echo true | sh'
/bin/echo bash -c 'echo dHJ1ZQo= | base64 -d | bash'
/bin/echo sh -c 'eval "$(echo dHJ1ZQo= | base64 --decode)"'
/bin/echo bash -c '{echo,dHJ1ZQo=}|{base64,-d}|{bash,-i}'
