# SPDX-License-Identifier: Apache-2.0
# From one version of the package to another and back: content stays, and one restart is all.
. /root/service.sh
run() { windhover content status --json | sed -n 's/.*"run":"\([0-9a-f]*\)".*/\1/p'; }
starts() { journalctl -b -o cat -u windhover.service | grep -c '^Started windhover.service'; }
entries() { windhover content "$1" --json | sed -n 's/.*"entries":\(\[[^]]*\]\).*/\1/p'; }

# to VERSION FILE: install it over the one that runs
to() {
	content=$(run) history=$(entries history) count=$(starts)
	before=$(value MainPID windhover.service)
	dpkg -i --force-confdef --force-confold "$2" >/tmp/dpkg.errors 2>&1 || fail "$1: $?"
	[ "$(dpkg-query -f '${Version}' -W windhover)" = "$1" ] || fail "this is not $1"
	wait_for "version $1" watching
	[ "$before" != "$(value MainPID windhover.service)" ] || fail "$1 does not run"
	[ $((count + 1)) = "$(starts)" ] || fail "$1: $(starts) starts after $count"
	case $(readlink "/proc/$(pgrep -x windhover-senso)/exe") in
	*deleted*) fail "the sensor of before still runs" ;;
	esac
	wait_for "the content of before" [ "$content" = "$(run)" ]
	[ "$history" = "$(entries history)" ] || fail "$1: another history: $(entries history)"
	[ "$(entries bad)" = '[]' ] || fail "$1: $(entries bad)"
	windhover content status --json | grep -q '"rung":"full"' || fail "$1: not all of the sensor"
	grep -q "^# The operator's own" /etc/default/windhover || fail "$1: the operator's file"
	detects
}

echo "# The operator's own" >>/etc/default/windhover
[ -n "$(run)" ] || fail "no content to keep"
old=$(dpkg-query -f '${Version}' -W windhover)
to "$(dpkg-deb -f /root/new.deb Version)" /root/new.deb
to "$old" /root/old.deb
echo "SHOWN upgrade"
