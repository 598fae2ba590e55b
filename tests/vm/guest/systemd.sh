# SPDX-License-Identifier: Apache-2.0
# The package on a running system: order at boot, watchdog, restart, stop, purge.
. /root/service.sh

echo "order $(value ActiveEnterTimestampMonotonic ssh.service)" \
	"$(value ActiveEnterTimestampMonotonic network.target)" \
	"$(value ExecMainStartTimestampMonotonic windhover.service)"
value StatusText windhover.service
systemd-analyze security --no-pager windhover.service | tail -n 1
[ "$(ours)" -ge 3 ] || fail "$(ours) processes of ours"
wait_for "the starter rules" rules
journalctl -o cat -u windhover-starter.service | grep '  jail  ' | grep passed ||
	fail "the proof's jail does not stand"
detects
wait_for "a detection in the journal" sh -c "journalctl -o cat | grep -q 'Password Hashes Read'"

# It hangs: the watchdog ends it, and another one is there.
before=$(value MainPID windhover.service)
kill -STOP "$before"
restarted() { [ "$(value NRestarts windhover.service)" -ge "$1" ] && watching; }
wait_for "the watchdog" restarted 1
journalctl -o cat -u windhover.service | grep -i 'watchdog timeout' ||
	fail "the journal does not name the watchdog"
[ "$before" != "$(value MainPID windhover.service)" ] || fail "the same process"

# It is killed: another one is there, and detects.
kill -KILL "$(value MainPID windhover.service)"
wait_for "another one" restarted 2
detects
echo "SHOWN watchdog"

sh /root/upgrade.sh || exit
sh /root/limits.sh || exit
sh /root/neighbours.sh || exit

# Root says stop.
systemctl stop windhover.service || fail "stop: $?"
[ "$(value ActiveState windhover.service)" = inactive ] ||
	fail "after stop: $(systemctl status windhover.service)"
[ "$(ours)" = 0 ] || fail "$(ours) processes after stop"
none_left || fail "programs after stop"

# And no more of it, from one that runs.
systemctl start windhover.service
wait_for "the service again" watching
dpkg --purge windhover || fail "purge: $?"
[ "$(ours)" = 0 ] || fail "$(ours) processes after purge"
none_left || fail "programs after purge"
! systemctl cat windhover.service 2>/dev/null || fail "there is still a unit"
! getent passwd | grep windhover || fail "there is still a user"
found=$(find / -xdev -name '*windhover*' -not -path '/var/lib/dpkg/*' -not -path '/root/*' \
	-not -path '/var/log/journal/*' -not -path '/proc/*')
[ -z "$found" ] || fail "left behind: $found"
echo "SHOWN purge"
