# SPDX-License-Identifier: Apache-2.0
cp /usr/bin/sleep /usr/local/sbin/auditd
cp /usr/bin/sleep /usr/local/sbin/sshd
/usr/local/sbin/auditd 2 &
sleep 0.2
kill -CONT $!
kill -HUP $!
cp "$(readlink -f /usr/bin/python3)" /usr/local/sbin/supervisord
/usr/local/sbin/auditd 2 &
sleep 0.2
/usr/local/sbin/supervisord -c "import os; os.kill($!, 15)"
/usr/local/sbin/sshd 9 &
sleep 0.2
kill -TERM $!
