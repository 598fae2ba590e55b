# SPDX-License-Identifier: Apache-2.0
# fake: /usr/bin/pkill /usr/bin/ps
pkill -9 -f gunicorn
sh -c 'ps aux | grep -c xmrig'
