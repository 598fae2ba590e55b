# SPDX-License-Identifier: Apache-2.0
# hits: 2
# fake: /usr/bin/pkill /usr/bin/ps
pkill -9 -f kdevtmpfsi
sh -c 'ps aux | grep -v grep | grep kinsing | tr -s " " | cut -d" " -f2 | xargs -r kill -9'
