# SPDX-License-Identifier: Apache-2.0
# fake: /usr/sbin/setcap
setcap cap_net_bind_service=+ep /usr/bin/node
setcap cap_net_raw+ep /usr/bin/ping
setcap cap_setuid=ep /usr/bin/newuidmap
setcap -r /usr/bin/python3.11
/bin/echo setcap cap_setuid+ep /usr/bin/python3.11
/bin/echo setcap cap_dac_read_search,cap_net_raw=ep /tmp/tar
/bin/echo setcap =ep /tmp/x
