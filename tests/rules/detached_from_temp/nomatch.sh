# SPDX-License-Identifier: Apache-2.0
nohup ls /tmp/ > /dev/null 2>&1
nohup sleep 0 > /dev/null 2>&1
setsid -w true
/bin/echo nohup /var/tmp/.d
/bin/echo setsid ./miner
