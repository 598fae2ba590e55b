# SPDX-License-Identifier: Apache-2.0
# hits: 2
cp /bin/true /tmp/tool && setcap cap_setuid+ep /tmp/tool
cp /bin/true /usr/local/bin/py && setcap cap_dac_read_search+ep /usr/local/bin/py
