# SPDX-License-Identifier: Apache-2.0
# fake: /usr/bin/pkill /usr/bin/ps
pkill -9 -f gunicorn
sh -c 'ps aux | grep -c xmrig'
/bin/echo pkill -9 -f kdevtmpfsi
/bin/echo sh -c 'ps aux | grep -v grep | grep kinsing | tr -s " " | cut -d" " -f2 | xargs -r kill -9'
