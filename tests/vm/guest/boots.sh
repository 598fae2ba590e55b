# SPDX-License-Identifier: Apache-2.0
# One of several boots with one disk, and what dies on it: $plan is
#   full      the kernel dies when all programs are loaded
#   any       the kernel dies when any program is loaded
#   content   the machine dies with a new pack on probation, once
#   none      nothing dies
#   both      the same as content, and from then on the kernel dies when any program is loaded
. /tests/common.sh

mount -t ext4 /dev/vda /mnt || fail "mount: $?"
boot=$(($(cat /mnt/boots 2>/dev/null || echo 0) + 1))
echo $boot >/mnt/boots
mv /usr/libexec/windhover/windhover-loader /usr/libexec/windhover/real-loader
cp /bin/helper /usr/libexec/windhover/windhover-loader
case $boot-$plan in 1-full | 1-any) echo "$plan" >/mnt/crash ;; esac
sync

status() { windhover content status --json | sed -n "s/.*\"$1\":\"\([^\"]*\)\".*/\1/p"; }
content() { windhover content "$@" >/tmp/content.errors 2>&1; }
steady() { [ "$(status state)" = steady ]; }
# Either a sensor runs, or windhoverd has said why none does.
settled() { grep -q -e '"sensor-started"' /tmp/out || grep -q 'boot-guard: .*BPF' /tmp/daemon.errors; }
# After a crash, nothing but the keeper is there at first: neither a loader nor a program of ours.
recovering() { [ "$(status rung)" = off ] && ! pgrep windhover-loader && ! helper bpf | grep -q ' wh_'; }

# What a proof judges by time says nothing where the CPU is emulated.
$windhoverd --test-hook --test-disarm 320 --lines --every-event --metrics 0 --state /mnt/state \
	--probation 1 --probation-events 0 --recovery 3 >/tmp/out 2>/tmp/daemon.errors &
daemon=$!
if [ $boot -gt 1 ] && [ ! -e /mnt/lived ]; then
	wait_for "the recovery" recovering
	echo "RECOVERY $boot"
fi
wait_for "windhoverd" settled
wait_for "the keeper" content status
# Without BPF, the process connector tells of this program, and the kernel holds nothing of ours.
seen() { /bin/helper leaf seen; grep -q '"/bin/helper","leaf","seen"' /tmp/out; }
if [ "$(status rung)" = no-bpf ]; then
	wait_for "the sensor without BPF" grep -q '"sensor-started".*no BPF' /tmp/out
	wait_for "what the connector tells" seen
	! helper bpf | grep -q ' wh_' || fail "there are programs in the kernel"
	echo "CONNECTOR $boot"
fi
echo "BOOT $boot rung=$(status rung) state=$(status state) run=$(status run)"
cat /tmp/daemon.errors
echo "BAD $(windhover content bad --json)"

case $boot-$plan in
1-content | 1-both)
	content install /packs/1.pack || fail "install 1"
	wait_for "the end of probation" steady
	echo "GOOD $(status run)"
	[ "$plan" = content ] || echo any >/mnt/crash
	content install --force-shrink /packs/2.pack || fail "install 2"
	echo "NEW $(status run)"
	sync
	echo c >/proc/sysrq-trigger
	;;
esac

kill "$daemon"
wait "$daemon" || fail "windhoverd: $?"
# Once more: an orderly end of little is no reason to try all again.
if [ -e /mnt/lived ]; then
	echo GUEST-LIVES
	poweroff -f
fi
touch /mnt/lived
umount /mnt
sync
reboot -f
