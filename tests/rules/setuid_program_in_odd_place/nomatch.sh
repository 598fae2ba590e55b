# SPDX-License-Identifier: Apache-2.0
as www-data /usr/bin/chsh --help
cp /usr/bin/true /tmp/helper
cp /usr/bin/true /tmp/games
chown games:games /tmp/games
chmod 4755 /tmp/helper /tmp/games
/tmp/helper
setpriv --regid www-data --clear-groups /tmp/helper
as www-data /tmp/games
cp /usr/bin/true /tmp/capable
setcap cap_net_raw+ep /tmp/capable
as www-data /tmp/capable
chmod 2755 /tmp/games
python3 -c 'import os; os.setresuid(33, 0, 0); os.execv("/tmp/games", ["games"])'
