# SPDX-License-Identifier: Apache-2.0
cp /usr/bin/true /tmp/pinger
setcap cap_net_raw+ep /tmp/pinger
as www-data /tmp/pinger
cp /usr/bin/true /tmp/root
chmod 4755 /tmp/root
as www-data /tmp/root
cp /usr/bin/true /usr/lib/mapper
setcap cap_setuid+ep /usr/lib/mapper
as www-data /usr/lib/mapper
as www-data unshare --user --map-root-user python3 -c 'import os; os.setresuid(-1, 0, -1)'
python3 -c 'import os; os.setresuid(-1, 33, -1)
if os.fork() == 0: os.setresuid(-1, 0, -1)'
