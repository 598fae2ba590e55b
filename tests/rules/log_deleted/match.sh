# SPDX-License-Identifier: Apache-2.0
# hits: 2
touch /var/log/auth.log /var/log/wtmp
rm -f /var/log/auth.log
perl -e 'unlink "/var/log/wtmp"'
