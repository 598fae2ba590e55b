# SPDX-License-Identifier: Apache-2.0
# hits: 3
# fake: /usr/sbin/setcap
setcap cap_setuid+ep /usr/bin/python3.11
setcap cap_dac_read_search,cap_net_raw=ep /tmp/tar
setcap =ep /tmp/x
