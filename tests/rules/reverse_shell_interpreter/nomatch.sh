# SPDX-License-Identifier: Apache-2.0
# fake: /usr/bin/php8.2=php /usr/bin/node
python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
python3 -c 'import socket; socket.create_connection(("127.0.0.1", 5432), 1)' 2> /dev/null
perl -MSocket -e 'print inet_ntoa(inet_aton("127.0.0.1")), "\n"'
php -r 'var_dump(fsockopen("127.0.0.1", 80));'
perl /usr/bin/deb-systemd-helper enable docker.socket
node -e 'require("net").createServer().listen(0)'
