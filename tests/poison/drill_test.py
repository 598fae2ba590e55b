#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""windhover drill on a running service without any test hook, as an operator has it."""
import json
import os
import pathlib
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "sensor"))
import sensor  # noqa: E402
from sensor import program, unittest, wait_until  # noqa: E402

RULES = pathlib.Path(__file__).resolve().parents[2] / "rules"
KINDS = ["torn file", "file of zeroes", "one bit flipped", "other schema", "newer engine",
         "21 for 20", "shrunken", "crasher", "hang", "memory bomb", "slow poison", "match-all",
         "alert storm", "switch and back"]


class Drill(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.folder = pathlib.Path(temporary.name)
        self.service = sensor.Sensor("--state", self.folder / "state", "--socket",
                                     self.folder / "socket", "--recorder",
                                     self.folder / "recorder", "--probation", "1",
                                     "--probation-events", "1")
        self.addCleanup(self.service.stop)
        pack = self.folder / "good.pack"
        rule, self.word = sensor.own_marker(self.folder)
        subprocess.run([program("windhover"), "pack", "build", "-o", pack, rule, RULES],
                       check=True, stdout=subprocess.DEVNULL)
        wait_until("the keeper", self.status)
        self.ask("content", "install", pack)
        wait_until("the end of the probation", lambda: subprocess.run(["/bin/true"]) and (
            self.status().get("state") == "steady"))

    def ask(self, *words):
        done = subprocess.run([program("windhover"), *words[:1], *words[1:], "--socket",
                               self.folder / "socket", "--json"],
                              stdout=subprocess.PIPE, text=True)
        return done.returncode, done.stdout

    def status(self):
        status, text = self.ask("content", "status")
        return json.loads(text.splitlines()[-1]) if status == 0 else {}

    def test_each_poison_is_stopped_at_the_gate_named_for_it_and_all_is_as_before(self):
        before = self.status()
        status, text = self.ask("drill", "--state", self.folder / "state")
        drill = json.loads(text)
        for row in drill["rows"]:
            print(f"    {row['poison']:16} {row['gate']:10} {row['stopped_at']:12} "
                  f"{row['us'] / 1000:9.1f} ms")
        self.assertEqual([row["poison"] for row in drill["rows"]], KINDS)
        for row in drill["rows"]:
            with self.subTest(poison=row["poison"]):
                self.assertTrue(row["good"])
                if row["gate"] not in ("-", "probation"):
                    self.assertEqual(row["stopped_at"], row["gate"])
        self.assertEqual((status, drill["failures"], drill["as_before"]), (0, 0, True))
        after = self.status()
        for key in ("state", "run", "goods", "running", "bad"):
            self.assertEqual(before[key], after[key], key)
        # One is enough: nothing is lost on the way back.
        subprocess.run(["/bin/echo", self.word], stdout=subprocess.DEVNULL, check=True)
        wait_until("a detection afterwards", lambda: self.service.alerts(self.word))

    def test_without_a_service_it_says_so(self):
        done = subprocess.run([program("windhover"), "drill", "--socket", "/nowhere/socket"],
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.assertEqual(done.returncode, 2)
        self.assertIn("is the service running", done.stderr)


if __name__ == "__main__":
    sensor.main()
