# SPDX-License-Identifier: Apache-2.0
# What the scripts of the guests share; to be sourced.
windhoverd=/usr/libexec/windhover/windhoverd

fail() {
	cat /tmp/*.errors 2>/dev/null
	[ ! -d /run/systemd/system ] || systemctl show -p StatusText windhover.service
	[ ! -d /run/systemd/system ] || journalctl -b -o short-monotonic --no-pager -n 40 -u "windhover*"
	echo "GUEST-FAILED $*"
	exit 1
}

# wait_for WHAT COMMAND...: until the command succeeds, for at most half a minute
wait_for() {
	what=$1
	shift
	turns=0
	until "$@" >/dev/null 2>&1; do
		turns=$((turns + 1))
		[ $turns -lt ${patience:-200} ] || fail "waited in vain for $what"
		sleep "${pause:-0.1}"
	done
}

# send NAME <BYTES: to the host, under this name; no byte of ours may look like a line of dots
send() {
	echo "== $1" >&3
	cat >&3
	echo "== end" >&3
}
