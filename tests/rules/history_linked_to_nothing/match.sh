# SPDX-License-Identifier: Apache-2.0
# hits: 2
ln -sf /dev/null /root/.bash_history
mkdir -p /home/ada && perl -e 'symlink "/dev/null", "/home/ada/.zsh_history"'
