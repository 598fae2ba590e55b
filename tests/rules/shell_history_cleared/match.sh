# SPDX-License-Identifier: Apache-2.0
# hits: 4
touch /root/.bash_history
rm -f /root/.bash_history
ln -sf /dev/null /root/.bash_history
bash -c 'history -c; export HISTFILE=/dev/null'
bash -c 'unset HISTFILE HISTSIZE'
