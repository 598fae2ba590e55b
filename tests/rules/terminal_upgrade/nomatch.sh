# SPDX-License-Identifier: Apache-2.0
# fake: /usr/bin/expect /usr/bin/script
python3 -c 'import pty; print(pty.__name__)'
script -qec 'ls /' /dev/null < /dev/null > /dev/null
expect -c 'spawn ssh-keygen; expect eof'
/bin/echo python3 -c 'import pty; pty.spawn("/bin/true")'
/bin/echo script -qc /bin/bash /dev/null
/bin/echo expect -c 'spawn sh; interact'
