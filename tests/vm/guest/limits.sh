# SPDX-License-Identifier: Apache-2.0
# The sensor in a control group of version 2: its limits, and what happens beyond them.
. /root/service.sh
group=/sys/fs/cgroup$(value ControlGroup windhover.service)/windhover-sensor
sensor() { pgrep -x windhover-senso; }
another() { now=$(sensor) && [ "$now" != "$before" ] && watching; }
steady() { windhover content status --json | grep -q '"state":"steady"'; }
limits() { echo "$(cat "$group/memory.max") $(cat "$group/cpu.max") $(cat "$group/memory.swap.max")"; }

[ "$(stat -f -c %T /sys/fs/cgroup)" = cgroup2fs ] || fail "this is no cgroup of version 2"
wait_for "the starter rules" rules
[ "$(limits)" = "536870912 100000 100000 0" ] || fail "limits: $(limits)"
[ "$(cat "$group/cgroup.procs")" = "$(sensor)" ] || fail "in the group: $(cat "$group/cgroup.procs")"
[ "$(cat "/proc/$(sensor)/oom_score_adj")" = 900 ] || fail "it does not go first"

# The operator's limits; and a probation that ends, for on probation an end is the pack's failure.
sed -i 's/^OPTIONS="/&--sensor-memory 300 --sensor-cpu 50 --probation 1 --probation-events 1 /' \
	/etc/default/windhover
systemctl restart windhover.service
wait_for "the service" watching
wait_for "the end of the probation" steady
[ "$(limits)" = "314572800 50000 100000 0" ] || fail "limits: $(limits)"

# More than its limit: it is ended, alone, and another one is there under the limit as it was.
before=$(sensor)
main=$(value MainPID windhover.service)
echo 1M >"$group/memory.max"
wait_for "another sensor" another
[ "$main" = "$(value MainPID windhover.service)" ] || fail "windhoverd went, too"
[ "$(cat "$group/memory.max")" = 314572800 ] || fail "the next one: $(limits)"
dmesg | grep -q 'Memory cgroup out of memory: Killed process .*windhover-senso' ||
	fail "the kernel did not end it"

# The machine's memory is out, and the kernel chooses who goes: the sensor first, and it comes back.
# Asked for by hand: a guest that is really out of memory reads its programs from the disk for ever.
before=$(sensor)
echo f >/proc/sysrq-trigger
wait_for "another sensor" another
first=$(dmesg | sed -n 's/.* Out of memory: Killed process [0-9]* (\([^)]*\)).*/\1/p' | head -n 1)
[ "$first" = windhover-senso ] || fail "$first went first"
[ "$main" = "$(value MainPID windhover.service)" ] || fail "windhoverd went, too"
detects

echo "SHOWN limits"
