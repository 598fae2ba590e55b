# SPDX-License-Identifier: Apache-2.0
"""The Debian package, on a plain Debian and on a booted one: package_test.py HELPER [TEST...]"""
import hashlib
import os
import pathlib
import re
import shutil
import stat
import subprocess
import sys
import tempfile
import unittest

import debian
import image
import kernels
import machine

SKIPPED = 77
HERE = pathlib.Path(__file__).resolve().parent
HELPER = None
# What dpkg and the C library keep for themselves, of any package and any user.
NOT_OURS = ("var/lib/dpkg", "var/log", "var/cache", "etc/passwd-", "etc/shadow-", "etc/group-",
            "etc/gshadow-", "etc/.pwd.lock", "var/lib/systemd/deb-systemd-helper-enabled",
            "var/lib/systemd/deb-systemd-helper-masked")


def contents(folder):
    """{path: what is there}: type, mode, owner, and the content of a file."""
    found = {}
    for here, folders, files in os.walk(folder):
        for name in folders + files:
            path = os.path.join(here, name)
            short = os.path.relpath(path, folder)
            if short.startswith(NOT_OURS):
                continue
            st = os.lstat(path)
            what = ""
            if stat.S_ISREG(st.st_mode):
                what = hashlib.sha256(pathlib.Path(path).read_bytes()).hexdigest()
            elif stat.S_ISLNK(st.st_mode):
                what = os.readlink(path)
            found[short] = (st.st_mode, st.st_uid, st.st_gid, what)
    return found


def differences(before, after):
    return sorted((path, before.get(path), after.get(path)) for path in {*before, *after}
                  if before.get(path) != after.get(path))


class Package(unittest.TestCase):
    lines = None

    @classmethod
    def setUpClass(cls):
        cls.package = os.environ.get("WINDHOVER_DEB")
        if not cls.package:
            done = subprocess.run([kernels.ROOT / "tools/make-deb"], stdout=subprocess.PIPE,
                                  stderr=subprocess.STDOUT, check=False)
            text = done.stdout.decode(errors="replace")
            # Warnings of lintian end it, too.
            if done.returncode:
                raise AssertionError(f"make deb: {text}")
            cls.package = kernels.ROOT / text.split()[-1]
        folder = tempfile.TemporaryDirectory(dir=kernels.CACHE)
        cls.addClassCleanup(folder.cleanup)
        cls.folder = pathlib.Path(folder.name)

    def test_it_installs_on_a_plain_debian_and_purges_without_a_trace(self):
        with debian.root() as root:
            before = contents(root)
            shutil.copy(self.package, root / "tmp/windhover.deb")
            debian.inside(root, "dpkg", "-i", "/tmp/windhover.deb")
            (root / "tmp/windhover.deb").unlink()
            installed = contents(root)
            for path in ("usr/bin/windhover", "usr/libexec/windhover/windhover-sensor",
                         "usr/share/windhover/starter.pack", "usr/share/man/man8/windhoverd.8.gz",
                         "usr/lib/systemd/system/windhover.service", "etc/default/windhover",
                         "etc/systemd/system/multi-user.target.wants/windhover.service"):
                self.assertIn(path, installed)
            users = (root / "etc/passwd").read_text()
            self.assertRegex(users, r"(?m)^windhover:.*:/usr/sbin/nologin$")
            self.assertRegex(users, r"(?m)^windhover-keeper:.*:/usr/sbin/nologin$")
            for program in (root / "usr/libexec/windhover").iterdir():
                if program.read_bytes()[:4] != b"\x7fELF":
                    continue
                needed = debian.inside(root, "ldd", "/" + str(program.relative_to(root)))
                self.assertNotIn("not found", needed)
            self.assertIn(" rules, ", debian.inside(
                root, "windhover", "pack", "check", "/usr/share/windhover/starter.pack"))
            # What a sensor would have written, and an operator.
            for path in ("var/lib/windhover/slots", "var/log/windhover", "etc/windhover"):
                (root / path).mkdir(parents=True, exist_ok=True)
                (root / path / "file").write_text("state\n")
            debian.inside(root, "dpkg", "--purge", "windhover")
            self.assertEqual(differences(before, contents(root)), [])

    @classmethod
    def older(cls):
        """The same package as another version, whose sensor is another program, too."""
        tree = cls.folder / "older"
        subprocess.run(["dpkg-deb", "-R", cls.package, tree], check=True)
        control = tree / "DEBIAN/control"
        control.write_text(re.sub(r"(?m)^Version: .*", "Version: 0.0.9", control.read_text()))
        with open(tree / "usr/libexec/windhover/windhover-sensor", "ab") as program:
            program.write(b"older")
        subprocess.run(["dpkg-deb", "-Zgzip", "-b", tree, cls.folder / "old.deb"], check=True,
                       stdout=subprocess.DEVNULL)
        return cls.folder / "old.deb"

    @classmethod
    def disk(cls):
        """A Debian with the older package installed, and both of them at hand; made once."""
        disk = cls.folder / "disk"
        if disk.exists():
            return disk
        with debian.root() as root:
            shutil.copy(cls.older(), root / "root/old.deb")
            shutil.copy(cls.package, root / "root/new.deb")
            debian.inside(root, "dpkg", "-i", "/root/old.deb")
            debian.add_test(root, HELPER)
            debian.disk(root, disk)
        return disk

    @classmethod
    def boot(cls, script, append=""):
        """Boot that Debian with that script, the disk as it was; returns the machine, ended."""
        drive = machine.disk(cls.disk(), snapshot="on")
        kernel = kernels.kernel("6.1")
        folder = cls.folder / script
        folder.mkdir()
        image.start_only(kernel).write(folder / "image")
        with machine.Machine(kernel, folder / "image", folder,
                             f"windhover.root=/dev/vda windhover.test={script} {append}",
                             memory=512, disks=drive) as guest:
            status = guest.wait_for_end()
            if status or guest.warnings():
                raise AssertionError(f"{status} {guest.warnings()}\n{guest.shown()}")
            return guest

    @classmethod
    def system(cls):
        """What the one boot has shown of all that a system does with the package."""
        if not cls.lines:
            cls.lines = cls.boot("systemd", append="audit=1").lines
        return cls.lines

    def assert_shown(self, what):
        self.assertIn(f"SHOWN {what}", self.system())

    def test_a_system_boots_with_it_last_and_it_can_be_watched_stopped_and_purged(self):
        order = next(line.split()[1:] for line in self.system() if line.startswith("order "))
        ssh, network, ours = [int(time) for time in order]
        self.assertLess(0, network)
        self.assertLess(network, ours)
        self.assertLess(0, ssh)
        self.assertLess(ssh, ours)
        self.assert_shown("watchdog")
        self.assert_shown("purge")

    def test_another_version_keeps_the_content_and_so_does_the_way_back(self):
        self.assert_shown("upgrade")

    def test_control_groups_of_version_2_hold_the_sensor_and_it_comes_back(self):
        self.assert_shown("limits")

    def test_it_runs_beside_auditd_another_sensor_a_tracer_and_fanotify(self):
        self.assert_shown("neighbours")

    def test_programs_start_and_files_open_while_all_of_ours_are_stopped(self):
        self.assert_shown("stopped")

    def test_the_kernel_command_line_keeps_it_off(self):
        self.boot("off", append="windhover.off")


if __name__ == "__main__":
    why = machine.obstacle()
    if not why and os.geteuid() != 0:
        why = "making a Debian root needs root"
    if why:
        print(f"skipped: {why}")
        sys.exit(SKIPPED)
    HELPER = pathlib.Path(sys.argv[1])
    unittest.main(argv=sys.argv[:1] + sys.argv[2:], verbosity=2)
