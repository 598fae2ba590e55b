# SPDX-License-Identifier: Apache-2.0
# hits: 2
cp /usr/bin/true /tmp/reader
setcap cap_dac_read_search+ep /tmp/reader
as www-data /tmp/reader
cp /usr/bin/true /usr/local/bin/changer
setcap cap_setuid,cap_chown+ep /usr/local/bin/changer
as www-data /usr/local/bin/changer
