# SPDX-License-Identifier: Apache-2.0
# The sensor on this kernel: it starts, sees, detects, loses a program, and leaves nothing behind.
. /tests/common.sh

start() {
	name=$1
	shift
	"$windhoverd" --lines --metrics 0 "$@" >"/tmp/$name" 2>"/tmp/$name.errors" &
	daemon=$!
	wait_for "the sensor of $name" grep -q '"sensor-started"' "/tmp/$name"
}

stop() {
	kill "$daemon"
	wait "$daemon" || fail "windhoverd of $name ended with $?"
	send "$name" <"/tmp/$name"
}

none_left() {
	helper bpf >/tmp/now
	cmp -s /tmp/before /tmp/now
}

uname -r
helper bpf >/tmp/before

# All of it: what is right of an event, detections, and what the kernel does to processes.
start whole --every-event --pack /starter.pack
helper bpf | send loaded
cd /tmp || exit 1
helper family | send family
echo '|/bin/helper leaf core' >/proc/sys/kernel/core_pattern
ulimit -c unlimited
helper odd | send odd
if echo +memory >/sys/fs/cgroup/cgroup.subtree_control && mkdir /sys/fs/cgroup/small; then
	echo 16M >/sys/fs/cgroup/small/memory.max
	sh -c 'echo $$ >/sys/fs/cgroup/small/cgroup.procs; exec helper hog'
	echo "$?" | send hog
fi
helper burst 60
/bin/cat /etc/shadow >/dev/null
sh -c 'echo ZWNobyBoZWxsbw== | /bin/base64 -d | /bin/sh' >/dev/null
cp /bin/helper /dev/shm/hello
/dev/shm/hello leaf
# What the helper of the privilege tests does, each deed with the child that it tells of.
do_deed() {
	echo "deed $*"
	/bin/deeds "$@" || fail "the deed $* ended with $?" >&2
}
mkdir /tmp/mounted /tmp/failed
cp /bin/deeds /tmp/setuid
chmod 4755 /tmp/setuid
cp /modules/xfs.ko /tmp/xfs.ko
rmmod xfs || rm /tmp/xfs.ko
{
	for deed in credentials capabilities namespaces cloned entered traced written memory bpf; do
		do_deed "$deed"
	done
	do_deed setuid-program /tmp/setuid
	do_deed signalled sshd
	do_deed mounted /tmp/mounted
	do_deed failed /tmp/failed
	do_deed contained "/sys/fs/cgroup/docker-$(printf '%064d' 7).scope"
	[ ! -e /proc/self/sessionid ] || do_deed logged-in /bin/deeds
	[ ! -e /tmp/xfs.ko ] || do_deed module /tmp/xfs.ko
} >/tmp/deeds
send deeds </tmp/deeds
stop
wait_for "the end of all maps after an orderly end" none_left

patience=900 # a refused part makes each of its object load alone, which emulation makes long
# Files, by the best that the kernel accepts, and by what stands in for it.
for refuse in 0 571957152676052992; do
	mkdir "/tmp/files-$refuse"
	mount -t tmpfs files "/tmp/files-$refuse"
	start "files-told-$refuse" --every-event --test-refuse "$refuse"
	/bin/file_deeds "/tmp/files-$refuse" | send "files-done-$refuse"
	stop
done

# The network, by the best that the kernel accepts, and by back end 2.
ip link set lo up
for refuse in 0 246290604621824; do
	start "network-$refuse" --every-event --test-refuse "$refuse"
	/bin/traffic | send "traffic-$refuse"
	stop
done

# Each program refused in turn, all of them, and the first choice of the one that has two.
for refuse in 1 2 4 7 17179869184; do
	start "refuse-$refuse" --every-event --test-refuse "$refuse" --pack /starter.pack
	helper family | send "family-$refuse"
	stop
done
wait_for "the end of all maps after refusals" none_left

# Nobody gets to clean up.
start killed --pack /starter.pack
kill -9 "$daemon"
wait_for "the end of the kernel side" none_left
