# SPDX-License-Identifier: Apache-2.0
# hits: 2
touch /root/.bash_history /root/.mysql_history
grep -i pass /root/.bash_history
cat /root/.mysql_history
