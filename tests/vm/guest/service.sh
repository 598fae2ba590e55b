# SPDX-License-Identifier: Apache-2.0
# What the tests of the installed service share; to be sourced.
. /root/common.sh
patience=120
pause=0.5

value() { systemctl show --value -p "$1" "$2"; }
watching() { value StatusText windhover.service | grep -q '^watching: \([1-9][0-9]*\) of \1 '; }
none_left() { ! helper bpf | grep -q ' wh_'; }
ours() { pgrep windhover | wc -l; }
rules() { windhover content status --json | grep -q '"run":"[0-9a-f]'; }
detects() {
	: >/var/log/windhover/windhover.jsonl
	cat /etc/shadow >/dev/null
	wait_for "a detection in the file" grep -q 'Password Hashes Read' \
		/var/log/windhover/windhover.jsonl
}

wait_for "the service" watching
