# SPDX-License-Identifier: Apache-2.0
# fake: /usr/bin/strings
cat /proc/self/environ > /dev/null
cat /proc/1/status > /dev/null
cat /proc/1/cmdline > /dev/null
/bin/echo cat /proc/1/environ
/bin/echo strings /proc/1/environ
/bin/echo xargs -0 -a /proc/1/environ echo
