# SPDX-License-Identifier: Apache-2.0
# Beside auditd, a second sensor, a tracer, and one who answers fanotify's questions: all of them see
# the same program start, and each keeps what it had (F35).
. /root/service.sh
tracing=/sys/kernel/tracing
marker=/tmp/marker-of-neighbours

auditctl -D >/dev/null && auditctl -a always,exit -F arch=b64 -S execve -k neighbour ||
	fail "auditd takes no rule"
helper gatekeeper / >/tmp/gatekeeper &
gatekeeper=$!
"$windhoverd" --lines --metrics 0 --pack /usr/share/windhover/starter.pack >/tmp/second \
	2>/tmp/second.errors &
second=$!
wait_for "the second sensor" grep -q '"sensor-started"' /tmp/second
[ -e $tracing/trace ] || mount -t tracefs tracing $tracing
echo 1 >$tracing/events/sched/sched_process_exec/enable

cat /etc/shadow $marker >/dev/null 2>&1
wait_for "the service" grep -q $marker /var/log/windhover/windhover.jsonl
wait_for "the second sensor" grep -q "\"kind\":\"alert\".*$marker" /tmp/second
wait_for "auditd" grep -q $marker /var/log/audit/audit.log
wait_for "the tracer" grep -q 'sched_process_exec: filename=/usr/bin/cat ' $tracing/trace

[ "$(auditctl -s | sed -n 's/^pid //p')" = "$(pgrep -x auditd)" ] || fail "$(auditctl -s)"
[ "$(auditctl -s | sed -n 's/^lost //p')" = 0 ] || fail "$(auditctl -s)"
watching || fail "the service lost a program"
grep '"programs"' /tmp/second | grep -q 'failed (' && fail "the second sensor lacks a program"
echo 0 >$tracing/events/sched/sched_process_exec/enable
kill "$second" && wait "$second" || fail "the second sensor: $?"
kill "$gatekeeper"
wait "$gatekeeper"
grep -q 'allowed [1-9]' /tmp/gatekeeper || fail "nobody asked: $(cat /tmp/gatekeeper)"
auditctl -D >/dev/null
echo "SHOWN neighbours"

# All of ours stopped, and whatever others do they do (F33). The watchdog would end ours.
systemctl service-watchdogs no
ours=$(pgrep windhover)
kill -STOP $ours
for pid in $ours; do
	grep -q '^State:.T' "/proc/$pid/status" || fail "$pid is not stopped"
done
timeout 120 helper burst 500 || fail "programs do not start while ours are stopped: $?"
for folder in /root /dev/shm /run; do
	timeout 60 helper files 1000 $folder || fail "files of $folder while ours are stopped: $?"
done
for pid in $ours; do
	grep -q '^State:.T' "/proc/$pid/status" || fail "$pid was not stopped any more"
done
kill -CONT $ours
systemctl service-watchdogs yes
wait_for "the service" watching
detects
echo "SHOWN stopped"
