# SPDX-License-Identifier: Apache-2.0
# hits: 3
cp /usr/bin/sleep /usr/local/sbin/auditd
cp /usr/bin/sleep /usr/local/sbin/rsyslogd
for signal in KILL TERM; do
	/usr/local/sbin/auditd 9 &
	sleep 0.2
	kill -$signal $!
done
/usr/local/sbin/rsyslogd 9 &
sleep 0.2
python3 -c "import os; os.kill($!, 3)"
