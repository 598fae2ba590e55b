# SPDX-License-Identifier: Apache-2.0
# hits: 3
# fake: /usr/bin/expect /usr/bin/script
python3 -c 'import pty; pty.spawn("/bin/true")'
script -qc /bin/bash /dev/null < /dev/null > /dev/null
expect -c 'spawn sh; interact'
