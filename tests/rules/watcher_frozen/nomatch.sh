# SPDX-License-Identifier: Apache-2.0
cp /usr/bin/sleep /usr/local/sbin/auditd
/usr/local/sbin/auditd 2 &
sleep 0.2
kill -HUP $!
sleep 2 &
kill -STOP $!
kill -CONT $!
