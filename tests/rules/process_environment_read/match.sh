# SPDX-License-Identifier: Apache-2.0
# hits: 3
# fake: /usr/bin/strings
cat /proc/1/environ > /dev/null
strings /proc/1/environ > /dev/null
xargs -0 -a /proc/1/environ echo > /dev/null
