# SPDX-License-Identifier: Apache-2.0
# hits: 2
# fake: /usr/bin/strings
cat /proc/1/environ > /dev/null
strings /proc/1/environ > /dev/null
