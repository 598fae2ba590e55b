# SPDX-License-Identifier: Apache-2.0
# fake: /usr/bin/vim.basic=vim /usr/bin/ssh /usr/bin/zip
find /etc -maxdepth 1 -name hostname -exec sh -c 'wc -c "$1"' _ {} \;
find /etc -maxdepth 1 -name hostname -exec cat {} +
vim -c ':set number' /etc/hostname
awk 'BEGIN {system("date")}'
tar -cf /dev/null /etc/hostname --checkpoint=1 --checkpoint-action=dot
perl -e 'exec "/bin/date";'
python3 -c 'import os; os.system("date")'
perl -MSocket -e 'socket(S, 2, 1, 6); exec "/bin/sh";' < /dev/null
ssh -o 'ProxyCommand=nc -X 5 %h %p' x
zip -T /tmp/z.zip
/bin/echo vim -c ':!/bin/sh' /etc/hostname
/bin/echo awk 'BEGIN {system("/bin/sh")}'
/bin/echo tar -cf /dev/null /etc/hostname --checkpoint=1 --checkpoint-action=exec=/bin/sh
