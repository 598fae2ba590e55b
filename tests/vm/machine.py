# SPDX-License-Identifier: Apache-2.0
"""One QEMU guest: started, read, and ended by its own process id, within bounded time."""
import os
import pathlib
import re
import selectors
import shutil
import subprocess
import time

QEMU = "qemu-system-x86_64"
# What makes a boot fast where the CPU is emulated.
QUICK = ("console=ttyS0 quiet loglevel=3 mitigations=off nokaslr nowatchdog audit=0 "
         "random.trust_cpu=on tsc=reliable no_timer_check cryptomgr.notests "
         "rcupdate.rcu_expedited=1 rdinit=/init lsm=landlock,lockdown,yama,bpf")
PATIENCE = 900  # seconds: no verdict depends on it, only how long a failure takes


def obstacle():
    """Why no guest can run here, or None."""
    if os.uname().machine != "x86_64":
        return "guests are x86-64 only"
    for program in (QEMU, "mkfs.ext4", "mkfs.xfs", "mkfs.btrfs", "depmod"):
        if not shutil.which(program, path=os.environ["PATH"] + ":/usr/sbin:/sbin"):
            return f"{program} is not installed"
    return None if os.path.exists("/bin/busybox") else "busybox-static is not installed"


class Machine:
    """A guest with the kernel of that folder; its console is lines, its second port a file.

    ${disks} are QEMU's own words for drives; ${reboots}: after a panic or a reboot it starts anew
    and the same QEMU goes on, else QEMU ends.
    """

    def __init__(self, kernel, image, folder, append="", memory=256, disks=(),
                 reboots=False):
        self.data = pathlib.Path(folder) / "port"
        self.lines, self.buffer = [], b""
        # The later of two words for the audit system counts, but units look for the first.
        quick = QUICK.replace("audit=0 ", "") if "audit=" in append else QUICK
        # The guest's time passes with its instructions: on a host with much else to do, none of its
        # deadlines comes sooner.
        self.argv = [QEMU, "-M", "pc", "-accel", "tcg,thread=single,tb-size=128", "-icount",
                     "shift=3,sleep=on", "-cpu", "max", "-m", str(memory), "-nodefaults",
                     "-no-user-config", "-display", "none", "-serial", "stdio", "-serial",
                     f"file:{self.data}", "-kernel", str(kernel / "vmlinux"), "-initrd", str(image),
                     "-append", f"{quick} panic={1 if reboots else -1} {append}", *disks]
        if not reboots:
            self.argv.append("-no-reboot")
        self.process = None

    def __enter__(self):
        self.process = subprocess.Popen(self.argv, stdin=subprocess.PIPE, bufsize=0,
                                        stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        os.set_blocking(self.process.stdout.fileno(), False)
        self.selector = selectors.DefaultSelector()
        self.selector.register(self.process.stdout, selectors.EVENT_READ)
        return self

    def __exit__(self, *_):
        self.kill()
        self.selector.close()
        self.process.stdin.close()
        self.process.stdout.close()

    def kill(self):
        """As pulling the plug: what the guest had not written is gone."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()

    def read(self, wait_s=0.1):
        """Whether there may be more."""
        if not self.selector.select(wait_s):
            return self.process.poll() is None
        data = os.read(self.process.stdout.fileno(), 65536)
        *whole, self.buffer = (self.buffer + data).split(b"\n")
        self.lines += [line.decode(errors="replace").rstrip("\r") for line in whole]
        return bool(data)

    def wait_for(self, pattern, patience_s=PATIENCE, start=0):
        """The first line from number ${start} on that matches, as a match."""
        end, at = time.monotonic() + patience_s, start
        while True:
            for at in range(at, len(self.lines)):
                match = re.search(pattern, self.lines[at])
                if match:
                    return match
            at = len(self.lines)
            if time.monotonic() > end or not self.read():
                self.read(0)
                if any(re.search(pattern, line) for line in self.lines[at:]):
                    continue
                raise AssertionError(f"no {pattern!r} on the console:\n" + self.shown())

    def wait_for_end(self, patience_s=PATIENCE):
        """Until the guest has ended by itself; returns the exit status of its script."""
        end = time.monotonic() + patience_s
        while self.read():
            if time.monotonic() > end:
                raise AssertionError("the guest does not end:\n" + self.shown())
        self.process.wait()
        for line in self.lines:
            match = re.match(r"GUEST-EXIT (\d+)", line)
            if match:
                return int(match[1])
        raise AssertionError("the guest ended before its test:\n" + self.shown())

    def shown(self):
        return "\n".join(self.lines[-60:])

    def warnings(self):
        """What the kernel complained of: nothing here is to make it."""
        return [line for line in self.lines
                if re.search(r"BUG:|WARNING:|Oops|general protection|Kernel panic|GUEST-WARNING|"
                             r"rcu.*stall|Call Trace", line)]

    def sent(self):
        """{name: bytes} of what the guest sent."""
        return sent(self.data)


def sent(port):
    """What the file ${port}, a guest's second port, has: {name: bytes}."""
    found = re.findall(rb"^== (\S+)\n(.*?)^== end\n", pathlib.Path(port).read_bytes(), re.S | re.M)
    return {name.decode(): content for name, content in found}


def disk(path, number=0, **options):
    """A drive from a raw file, for Machine's ${disks}."""
    more = "".join(f",{key}={value}" for key, value in options.items())
    return ["-drive", f"file={path},if=none,id=d{number},format=raw{more}",
            "-device", f"virtio-blk-pci,drive=d{number}"]
