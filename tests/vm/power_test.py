# SPDX-License-Identifier: Apache-2.0
"""Power cuts on real file systems: power_test.py PROGRAMS HELPER [TEST...]

A guest installs packs, rolls back and records on a disk whose writes are logged.  The host then
makes the disk as it may be after a cut at random places, mounts it, and looks: old or new, never
half; nothing that was promised is lost; the daemon starts on it.  $WINDHOVER_CUTS sets how many
cuts on each file system (60; the full check is 1000).  $WINDHOVER_LOGS is a folder where the logs
stay, and are taken from if they are there: with them, $WINDHOVER_SEED repeats a run.
"""
import ctypes
import json
import os
import pathlib
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
import unittest

import image
import kernels
import machine
import power_log

SKIPPED = 77
MIB = 1 << 20
CUTS = int(os.environ.get("WINDHOVER_CUTS", "60"))
LOGS = os.environ.get("WINDHOVER_LOGS")
CLONE_NEWNS = 0x20000
STARTS_EACH = 5  # of so many cuts after the first install, one is started on
MAKE = {
    "ext4": (["mkfs.ext4", "-q", "-F"], 96),
    "xfs": (["mkfs.xfs", "-q", "-f"], 320),
    "btrfs": (["mkfs.btrfs", "-q", "-f"], 160),
}
RULE = """title: Rule {n}
id: 00000000-0000-4000-8000-{n:012}
status: test
logsource: {{product: linux, category: process_creation}}
detection: {{words: {{CommandLine|contains: windhover-power-{n}}}, condition: words}}
level: low
"""
PROGRAMS, HELPER = None, None


def run(*command, **options):
    environment = {**os.environ, "PATH": kernels.TOOLS_PATH}
    return subprocess.run([str(word) for word in command], stdout=subprocess.PIPE, check=False,
                          stderr=subprocess.STDOUT, env=environment, timeout=120, **options)


def must(*command):
    done = run(*command)
    if done.returncode:
        raise AssertionError(f"{command}: {done.returncode}\n{done.stdout.decode()}")
    return done.stdout.decode()


def mount_apart():
    """What is mounted from here on is seen by this process and its children alone.

    A process elsewhere that unshares its mounts, as each proof's jail does, takes copies of all that
    it sees.  A copy of a cut's mount would keep that cut's file system alive after its umount, and
    the kernel would then show it in the place of the next cut's: sound, but older.
    """
    if ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWNS) < 0:
        raise OSError(ctypes.get_errno(), "unshare")
    must("mount", "--make-rprivate", "/")


def unmount(mount, patience_s=machine.PATIENCE):
    """What synced for the daemon may outlive it a little: until it is done, the disk is busy."""
    end = time.monotonic() + patience_s
    while True:
        done = run("umount", mount)
        if done.returncode == 0:
            return
        if b"busy" not in done.stdout or time.monotonic() > end:
            raise AssertionError(f"umount: {done.stdout.decode()}")
        time.sleep(0.05)


def loops_of(disk):
    """The loop devices that the file ${disk} is behind."""
    found = []
    for device in pathlib.Path("/sys/block").glob("loop*"):
        try:
            file = (device / "loop/backing_file").read_text()
        except OSError:
            continue  # it has none, or not any more
        if file.strip().removesuffix(" (deleted)") == str(disk):
            found.append(device.name)
    return found


def wait_until_free(disk, patience_s=machine.PATIENCE):
    """Until nobody holds the file system on ${disk}: else the next look could be at this one."""
    end = time.monotonic() + patience_s
    while loops_of(disk):
        if time.monotonic() > end:
            raise AssertionError(f"{loops_of(disk)} are still held after umount: what would be "
                                 "seen next is this cut again")
        time.sleep(0.05)


class Power(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.seed = int(os.environ.get("WINDHOVER_SEED", time.time_ns() % 1000000))
        self.chance = random.Random(self.seed)
        (self.folder / "mount").mkdir()
        (self.folder / "cmdline").write_text("windhover.off\n")
        fast = tempfile.TemporaryDirectory(dir="/dev/shm")
        self.addCleanup(fast.cleanup)
        self.cut_disk = pathlib.Path(fast.name) / "disk"

    def packs(self):
        for number in range(1, 5):
            rules = self.folder / f"rules-{number}"
            rules.mkdir(exist_ok=True)
            for rule in (*range(10), 100 + number):
                (rules / f"{rule}.yml").write_text(RULE.format(n=rule))
            must(PROGRAMS / "windhover", "pack", "build", "-o",
                 self.folder / f"{number}.pack", rules)
            yield number, self.folder / f"{number}.pack"

    def write(self, kind, append=""):
        """Run the guest, if its log is not kept already; returns (replay, what it sent)."""
        kept = pathlib.Path(LOGS) / (kind + "-careless" * bool(append)) if LOGS else None
        if not (kept and (kept / "port").exists()):
            self.run_guest(kind, append)
            if kept:
                shutil.rmtree(kept, ignore_errors=True)
                kept.mkdir(parents=True)
                for name in ("before", "log", "port"):
                    must("cp", "--sparse=always", self.folder / name, kept / name)
        folder = kept or self.folder
        replay = power_log.Replay(folder / "before", power_log.read(folder / "log"),
                                  MAKE[kind][1] * MIB)
        return replay, machine.sent(folder / "port")

    def run_guest(self, kind, append):
        make, size = MAKE[kind]
        disk, before, log = (self.folder / name for name in ("disk", "before", "log"))
        with open(disk, "wb") as file:
            file.truncate(size * MIB)
        must(*make, disk)
        # Promises go behind the file system.
        with open(disk, "r+b") as file:
            file.truncate((size + 1) * MIB)
        must("cp", "--sparse=always", disk, before)
        log.write_bytes(b"")
        kernel = kernels.kernel("6.1")
        guest = image.guest(kernel, PROGRAMS, HELPER)
        for number, pack in self.packs():
            guest.copy(pack, f"/packs/{number}.pack")
        guest.write(self.folder / "image")
        append += (f" windhover.test=power windhover.set_filesystem={kind} "
                   f"windhover.set_promises={size * MIB // 512}")
        with machine.Machine(kernel, self.folder / "image", self.folder, append,
                             disks=power_log.drives(disk, log)) as guest:
            self.assertEqual((guest.wait_for_end(), guest.warnings()), (0, []), guest.shown())

    def check_file(self, mount, promised):
        content = (mount / "file").read_bytes()
        number = int(re.match(rb"VERSION (\d+)\n\0", content)[1])
        self.assertEqual(len(content), 9000)
        self.assertEqual(set(content[31:]), {ord("a") + number % 26})
        self.assertGreaterEqual(number, min(promised, 40))

    def check_content(self, mount, promised, runs):
        """What runs is what was promised last, or what comes after it."""
        folder = mount / "state/content"
        if not folder.exists():
            self.assertLess(promised, min(runs))
            return
        done = run(HELPER, "store", folder)
        text = done.stdout.decode()
        self.assertEqual(done.returncode, 0, text)
        # Every pack that the ledger names is whole: the helper ends well only then.
        found = re.search(r"^run (\w+) 0$", text, re.M)
        allowed = {runs.get(promised), runs.get(max(promised, min(runs) - 1) + 1)}
        if promised < min(runs):
            allowed.add(None)
        self.assertIn(found[1] if found else None, allowed, text)
        self.assertNotIn(found[1] if found else None, re.findall(r"^bad (\w+)$", text, re.M))

    def check_recorder(self, mount, whole):
        """It reads to its end; what was lost is at most what was not yet on the disk."""
        if not (mount / "recorder/segment-0").exists():
            return 0
        done = run(PROGRAMS / "windhover", "recorder", "status", "--dir", mount / "recorder",
                   "--json")
        status = json.loads(done.stdout) if done.returncode == 0 else {}
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertLessEqual(status["events"], whole["events"] * 2)
        return status["events"]

    def check_start(self, mount):
        """The daemon comes up on it, and its keeper answers."""
        socket = self.folder / "keeper.sock"
        with open(self.folder / "errors", "wb") as errors:
            daemon = subprocess.Popen(
                [PROGRAMS / "windhoverd", "--state", mount / "state", "--recorder",
                 mount / "recorder", "--socket", socket, "--command-line",
                 self.folder / "cmdline"], stdin=subprocess.DEVNULL, stdout=errors, stderr=errors)
        try:
            answer = b""
            for _ in range(600):
                try:
                    done = run(PROGRAMS / "windhover", "content", "status", "--json", "--socket",
                               socket)
                except subprocess.TimeoutExpired:
                    answer = b"the keeper does not answer"
                    break
                answer = done.stdout
                if b"does not answer (waited" in answer:
                    break
                if done.returncode == 0 and b'"rung":"off"' in answer:
                    return
                time.sleep(0.05)
            self.fail((self.folder / "errors").read_text() + answer.decode())
        finally:
            daemon.terminate()
            self.assertEqual(daemon.wait(30), 0)

    def cuts(self, kind, replay, places):
        """For each place: the cut disk is mounted, and (folder, promised, place) given out."""
        mount = self.folder / "mount"
        for at in sorted(places):
            promised = replay.cut(at, self.chance, self.cut_disk)
            must("mount", "-o", "loop", "-t", kind, self.cut_disk, mount)
            try:
                yield mount, promised, at
            finally:
                unmount(mount)
                wait_until_free(self.cut_disk)

    def check(self, kind):
        replay, sent = self.write(kind)
        self.assertEqual(replay.unflushed_promises(), [])
        runs = dict(line.split() for line in sent["told"].decode().splitlines())
        runs = {int(number): digest for number, digest in runs.items()}
        # Twice for each install, once for each way back.
        self.assertEqual(len(runs), 10)
        self.assertEqual(len(set(runs.values())), 4)
        whole = json.loads(sent["recorder"])
        # A third while one file is replaced, the rest while packs are installed and events recorded.
        count, second = len(replay.entries), replay.promise(min(runs) - 1)
        places = [self.chance.randrange(replay.first, second) for _ in range(CUTS // 3)]
        places += [self.chance.randrange(second, count) for _ in range(CUTS - len(places))]
        most, number, starts = 0, 0, 0
        for mount, promised, at in self.cuts(kind, replay, places):
            with self.subTest(cut=at, of=count, seed=self.seed):
                self.check_file(mount, promised)
                self.check_content(mount, promised, runs)
                most = max(most, self.check_recorder(mount, whole))
                if (mount / "state/content/packs").exists():
                    number += 1
                    if number % STARTS_EACH == 0:
                        self.check_start(mount)
                        starts += 1
        self.assertGreater(min(most, starts), 0)
        print(f"\n  {kind}: {CUTS} cuts in a log of {count} entries (seed {self.seed}), "
              f"{starts} of them started on, up to {most} events recovered", flush=True)

    def test_a_file_that_is_not_synced_is_seen_to_be_lost(self):
        """Who finds no fault here would find none anywhere."""
        for kind in MAKE:
            replay, _ = self.write(kind, " windhover.set_careless=1")
            self.assertGreater(len(replay.unflushed_promises()), 20)
            places = [self.chance.randrange(replay.first, len(replay.entries)) for _ in range(20)]
            faults = 0
            for mount, promised, _ in self.cuts(kind, replay, places):
                try:
                    self.check_file(mount, promised)
                except (AssertionError, OSError, TypeError):
                    faults += 1
            with self.subTest(kind=kind, seed=self.seed):
                self.assertGreater(faults, 10)

    def test_a_cut_keeps_what_was_flushed_and_any_part_of_what_came_later(self):
        """The model of a cut, on a log of its own."""
        (self.folder / "before").write_bytes(bytes(8 * power_log.BLOCK))
        block = [bytes([number]) * power_log.BLOCK for number in range(8)]
        entries = [(0, 0, block[1]), (0, power_log.BLOCK, block[2]), (power_log.FLUSH, 0, b""),
                   (0, 7 * power_log.BLOCK, b"DONE 1\n".ljust(512, b"\0")),
                   (0, 0, block[3]), (0, 2 * power_log.BLOCK, block[4] + block[5]),
                   (power_log.FUA, 4 * power_log.BLOCK, block[6])]
        seen, promises = set(), set()
        for _ in range(200):
            replay = power_log.Replay(self.folder / "before", entries, 7 * power_log.BLOCK)
            promises.add(replay.cut(len(entries) - 1, self.chance, self.cut_disk))
            disk = self.cut_disk.read_bytes()
            seen.add(tuple(disk[number * power_log.BLOCK] for number in range(5)))
        self.assertEqual(promises, {1})
        # The second and last block are sure; of three others each may be old or new.
        self.assertEqual({cut[1] for cut in seen}, {2})
        self.assertEqual({cut[4] for cut in seen}, {6})
        self.assertEqual({cut[0:1] + cut[2:4] for cut in seen},
                         {(a, b, c) for a in (1, 3) for b in (0, 4) for c in (0, 5)})

    def test_a_cut_that_somebody_still_holds_is_not_taken_for_the_next(self):
        """As the copy of the mounts that a jail has: what it holds is told, not looked at."""
        disk, mount = self.cut_disk, self.folder / "mount"
        with open(disk, "wb") as file:
            file.truncate(16 * MIB)
        must("mkfs.ext4", "-q", "-F", disk)
        must("mount", "-o", "loop", disk, mount)
        with subprocess.Popen(["unshare", "--mount", "sh", "-c", "echo held; exec cat"],
                              stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
            self.assertEqual(holder.stdout.readline(), b"held\n")
            must("umount", mount)
            with self.assertRaisesRegex(AssertionError, "still held"):
                wait_until_free(disk, patience_s=0)
            holder.stdin.close()
            holder.wait()
        wait_until_free(disk)

    def test_power_cuts_on_ext4_leave_old_or_new_and_lose_no_promise(self):
        self.check("ext4")

    def test_power_cuts_on_xfs_leave_old_or_new_and_lose_no_promise(self):
        self.check("xfs")

    def test_power_cuts_on_btrfs_leave_old_or_new_and_lose_no_promise(self):
        self.check("btrfs")


def obstacle():
    if os.geteuid() != 0:
        return "mounting needs root"
    known = pathlib.Path("/proc/filesystems").read_text().split()
    missing = [kind for kind in MAKE if kind not in known]
    if missing:
        return f"this kernel mounts no {', '.join(missing)}"
    return None if os.path.exists("/dev/loop-control") else "this kernel has no loop devices"


if __name__ == "__main__":
    why = machine.obstacle() or obstacle()
    if why:
        print(f"skipped: {why}")
        sys.exit(SKIPPED)
    mount_apart()
    PROGRAMS, HELPER = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    unittest.main(argv=sys.argv[:1] + sys.argv[3:], verbosity=2)
