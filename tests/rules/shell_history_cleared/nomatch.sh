# SPDX-License-Identifier: Apache-2.0
touch /root/.bash_history
wc -l /root/.bash_history
cp /root/.bash_history /tmp/
bash -c 'HISTSIZE=100000 HISTFILE=/root/.bash_history history 5'
rm -f /root/.lesshst
/bin/echo rm -f /root/.bash_history
/bin/echo ln -sf /dev/null /root/.bash_history
/bin/echo bash -c 'history -c; export HISTFILE=/dev/null'
