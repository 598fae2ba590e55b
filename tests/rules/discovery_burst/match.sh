# SPDX-License-Identifier: Apache-2.0
# hits: 1
# fake: /usr/bin/w /usr/bin/who /usr/bin/ps /usr/bin/ss /usr/bin/ip /usr/bin/lastlog
whoami
w
who
ps aux
ss -tlnp
ip addr
lastlog
