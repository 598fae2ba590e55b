# SPDX-License-Identifier: Apache-2.0
bash -c '(echo > /dev/tcp/127.0.0.1/5432) > /dev/null 2>&1 || echo "database is down"'
bash -c 'exec 3<>/dev/tcp/127.0.0.1/8080; echo -e "GET /health HTTP/1.0\r\n" >&3; cat <&3'
