# SPDX-License-Identifier: Apache-2.0
# fake: /usr/bin/vim.basic=vim
find /etc -maxdepth 1 -name hostname -exec sh -c 'wc -c "$1"' _ {} \;
find /etc -maxdepth 1 -name hostname -exec cat {} +
vim -c ':set number' /etc/hostname
awk 'BEGIN {system("date")}'
tar -cf /dev/null /etc/hostname --checkpoint=1 --checkpoint-action=dot
perl -e 'exec "/bin/date";'
python3 -c 'import os; os.system("date")'
