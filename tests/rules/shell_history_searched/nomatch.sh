# SPDX-License-Identifier: Apache-2.0
touch /root/.bash_history
ls -l /root/.bash_history
chmod 600 /root/.bash_history
cat /root/.bashrc
cp /dev/null /root/.bash_history
/bin/echo grep -i pass /root/.bash_history
/bin/echo cat /root/.mysql_history
