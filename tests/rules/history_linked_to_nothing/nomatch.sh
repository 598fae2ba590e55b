# SPDX-License-Identifier: Apache-2.0
ln -s /dev/null /root/.nothing
ln -s /root/.profile /root/.bash_history.link
ln -s /dev/null /etc/systemd/system/unwanted.service
