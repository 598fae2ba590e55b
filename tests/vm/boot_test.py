# SPDX-License-Identifier: Apache-2.0
"""Kernels that die with the sensor: boot_test.py PROGRAMS HELPER [TEST...]

In each guest something makes the kernel panic again and again, and the machine starts again by
itself.  It must come to rest, without a network and without hands, with as much of the sensor as
it bears, and say why.
"""
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

import image
import kernels
import machine
from power_test import RULE

SKIPPED = 77
PROGRAMS, HELPER = None, None


class Boots(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def pack(self, number):
        rules = self.folder / f"rules-{number}"
        rules.mkdir()
        for rule in (*range(10), 100 + number):
            (rules / f"{rule}.yml").write_text(RULE.format(n=rule))
        pack = self.folder / f"{number}.pack"
        subprocess.run([PROGRAMS / "windhover", "pack", "build", "-o", pack, rules], check=True,
                       stdout=subprocess.DEVNULL)
        return pack

    def boot(self, plan):
        """Returns ([(boot, rung, state, run)] of the boots that lived, panics, lines)."""
        disk = self.folder / "disk"
        with open(disk, "wb") as file:
            file.truncate(96 << 20)
        subprocess.run(["mkfs.ext4", "-q", "-F", disk], check=True,
                       env={"PATH": kernels.TOOLS_PATH})
        kernel = kernels.kernel("6.1")
        guest = image.guest(kernel, PROGRAMS, HELPER)
        for number in (1, 2):
            guest.copy(self.pack(number), f"/packs/{number}.pack")
        guest.write(self.folder / "image")
        with machine.Machine(kernel, self.folder / "image", self.folder,
                             f"windhover.test=boots windhover.set_plan={plan}",
                             disks=machine.disk(disk), reboots=True) as guest:
            guest.wait_for("GUEST-LIVES|GUEST-FAILED", patience_s=300)
            lines = guest.lines
        self.assertIn("GUEST-LIVES", lines, "\n".join(lines[-60:]))
        lived = re.findall(r"^BOOT (\d+) rung=(\S*) state=(\S*) run=(\S*)$", "\n".join(lines),
                           re.M)
        panics = sum("Kernel panic" in line for line in lines)
        # Each boot after a crash first lets content change, and nothing else.
        self.assertEqual([line for line in lines if line.startswith("RECOVERY ")],
                         [f"RECOVERY {boot}" for boot in range(2, panics + 2)])
        return [(int(boot), *rest) for boot, *rest in lived], panics, "\n".join(lines)

    def test_a_kernel_that_dies_of_all_programs_gets_fewer_at_the_next_boot(self):
        lived, panics, lines = self.boot("full")
        self.assertEqual([(boot, rung) for boot, rung, _, _ in lived],
                         [(2, "essential"), (3, "essential")], lines)
        self.assertEqual(panics, 1)

    def test_a_kernel_that_dies_of_any_program_is_left_alone_after_two_boots(self):
        lived, panics, lines = self.boot("any")
        self.assertEqual([(boot, rung) for boot, rung, _, _ in lived],
                         [(3, "no-bpf"), (4, "no-bpf")], lines)
        self.assertEqual(panics, 2)
        self.assertIn("the machine went down with the sensor", lines)
        self.assertEqual(re.findall("^CONNECTOR (.*)$", lines, re.M), ["3", "4"])

    def test_a_machine_booted_with_nobpf_sees_processes_all_the_same(self):
        lived, panics, lines = self.boot("none windhover.nobpf")
        self.assertEqual([(boot, rung) for boot, rung, _, _ in lived],
                         [(1, "no-bpf"), (2, "no-bpf")], lines)
        self.assertEqual(panics, 0)
        self.assertEqual(re.findall("^CONNECTOR (.*)$", lines, re.M), ["1", "2"])

    def test_a_pack_that_the_machine_died_with_is_gone_at_the_next_boot(self):
        lived, panics, lines = self.boot("content")
        self.assert_the_good_one_runs(lived[1:], lines)
        self.assertEqual([(boot, rung) for boot, rung, _, _ in lived],
                         [(1, "full"), (2, "full"), (3, "full")], lines)
        self.assertEqual(panics, 1)

    def test_if_the_last_known_good_dies_too_the_machine_comes_up_without_the_kernel_side(self):
        lived, panics, lines = self.boot("both")
        self.assert_the_good_one_runs(lived[1:], lines)
        self.assertEqual([(boot, rung) for boot, rung, _, _ in lived],
                         [(1, "full"), (3, "no-bpf"), (4, "no-bpf")], lines)
        self.assertEqual(panics, 2)

    def assert_the_good_one_runs(self, lived, lines):
        good = re.search(r"^GOOD (\w{32})$", lines, re.M)[1]
        new = re.search(r"^NEW (\w{32})$", lines, re.M)[1]
        self.assertNotEqual(good, new)
        self.assertEqual({(state, run) for _, _, state, run in lived}, {("steady", good)}, lines)
        self.assertRegex(lines, f"(?m)^BAD .*{new}")


if __name__ == "__main__":
    why = machine.obstacle()
    if why:
        print(f"skipped: {why}")
        sys.exit(SKIPPED)
    PROGRAMS, HELPER = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    unittest.main(argv=sys.argv[:1] + sys.argv[3:], verbosity=2)
