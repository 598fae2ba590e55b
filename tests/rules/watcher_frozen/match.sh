# SPDX-License-Identifier: Apache-2.0
# hits: 2
cp /usr/bin/sleep /usr/local/sbin/auditd
/usr/local/sbin/auditd 2 &
sleep 0.2
kill -STOP $!
kill -TSTP $!
kill -CONT $!
