# SPDX-License-Identifier: Apache-2.0
# Writes to a disk whose every write is logged; what is promised is told to the disk's last sectors.
. /tests/common.sh

mount -t "$filesystem" /dev/vda /mnt || fail "mount: $?"
if [ -n "$careless" ]; then
	helper careless /dev/vda "$promises" 40 /mnt/file || fail "careless: $?"
	exit 0
fi
helper replace /dev/vda "$promises" 40 /mnt/file || fail "replace: $?"
mkdir /mnt/state
cat /dev/null >/tmp/told
done=40

content() { windhover content "$@" >/tmp/content.errors 2>&1; }
status() { windhover content status --json | sed -n "s/.*\"$1\":\"\([^\"]*\)\".*/\1/p"; }
steady() { [ "$(status state)" = steady ]; }
promise() {
	done=$((done + 1))
	echo "$done $(status run)" >>/tmp/told
	helper acknowledge /dev/vda "$promises" "$done" || fail "acknowledge: $?"
}

# What a proof judges by time (a hang, cost) says nothing where the CPU is emulated.
$windhoverd --test-hook --test-disarm 320 --state /mnt/state --recorder /mnt/recorder --probation 1 --probation-events 0 \
	--metrics 0 2>/tmp/daemon.errors &
daemon=$!
wait_for "the keeper" content status
for number in 1 2 3 4; do
	content install --force-shrink "/packs/$number.pack" || fail "install $number"
	promise
	wait_for "the end of probation" steady
	promise
	helper burst 30
done
content rollback || fail "rollback"
promise
helper burst 30
content rollback || fail "second rollback"
promise
sleep 1.5
send told </tmp/told
windhover recorder status --dir /mnt/recorder --json | send recorder
kill "$daemon"
wait "$daemon" || fail "windhoverd: $?"
umount /mnt
