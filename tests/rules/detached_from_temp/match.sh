# SPDX-License-Identifier: Apache-2.0
# hits: 2
cp /usr/bin/true /var/tmp/.d
nohup /var/tmp/.d > /dev/null 2>&1
cd /tmp
cp /usr/bin/true miner
setsid ./miner
