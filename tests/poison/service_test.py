#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Poisoned packs on a running service whose earlier gates are disarmed.

What the proof stops is shown by zoo_test.py.  Here all of its gates are switched off (a test hook
that takes root), so that probation, the rules' circuit breakers and, with probation off as well,
the last known good pack have to do it.  The gap in detection is measured and printed, not judged.
"""
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "sensor"))
import sensor  # noqa: E402
from sensor import program, unittest, wait_until  # noqa: E402

MARKER = pathlib.Path(sensor.HERE) / "marker.yml"
ALL_GATES = "2047"  # of enum prover_gate_id
RULE = """title: {title}
id: 00000000-0000-4000-8000-{number:012}
status: test
logsource: {{product: linux, category: process_creation}}
detection: {{selection: {{CommandLine|contains: {words}}}, condition: selection}}
level: high
tags: [{tag}]
"""


def start(*words):
    subprocess.run(["/bin/echo", *words], stdout=subprocess.DEVNULL, check=True)


class Service(sensor.Sensor):
    def __init__(self, folder, *options):
        self.folder = folder
        super().__init__("--state", folder / "state", "--socket", folder / "socket", "--recorder",
                         folder / "recorder", "--probation", "1", "--probation-events", "1",
                         "--test-hook", *options)

    def content(self, *words):
        done = subprocess.run([program("windhover"), "content", words[0], "--socket",
                               self.folder / "socket", "--json", *words[1:]],
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        return done.returncode, done.stdout

    def status(self):
        status, text = self.content("status")
        return json.loads(text.splitlines()[-1]) if status == 0 else {}

    def starts_of(self, digest):
        return [line for line in list(self.lines)
                if '"action":"sensor-started"' in line and digest in line]


class Poison(unittest.TestCase):
    def setUp(self):
        self.temporary = tempfile.TemporaryDirectory()
        self.addCleanup(self.temporary.cleanup)
        self.folder = pathlib.Path(self.temporary.name)
        self.good = self.build("good")

    def build(self, name, *rules):
        folder = self.folder / name
        folder.mkdir()
        for i, text in enumerate(rules):
            (folder / f"{i}.yml").write_text(text)
        pack = self.folder / f"{name}.pack"
        subprocess.run([program("windhover"), "pack", "build", "-o", pack, MARKER, folder],
                       check=True, stdout=subprocess.DEVNULL)
        return pack

    def poison(self, tag, words="poison-trigger"):
        return self.build(tag.replace(".", "-"),
                          RULE.format(title="Poison", number=1, words=words, tag=tag))

    @staticmethod
    def digest(pack):
        done = subprocess.run([program("windhover"), "pack", "check", pack], check=True,
                              stdout=subprocess.PIPE, text=True)
        return done.stdout.split("digest ")[1].strip()

    def service(self, *options):
        """A service on which the good pack is the last known good one."""
        service = Service(self.folder, "--test-disarm", ALL_GATES, *options)
        self.addCleanup(service.stop)
        wait_until("the keeper", service.status)
        self.install(service, self.good)
        wait_until("the end of the probation", lambda: start("nothing") or (
            service.status().get("state") == "steady"))
        return service

    def install(self, service, pack):
        status, text = service.content("install", str(pack))
        self.assertEqual(status, 0, text)

    def falls_back(self, service, pack, attempts):
        """Set it off; the good pack comes back, and detects what happened meanwhile."""
        bad, good = self.digest(pack), self.digest(self.good)
        self.install(service, pack)
        wait_until("the poisoned pack", lambda: service.starts_of(bad))
        before = len(service.starts_of(good))
        begun = time.monotonic()
        for attempt in range(attempts):
            started = len(service.starts_of(bad))
            start("poison-trigger", str(attempt))
            start(f"windhover-test-marker {attempt} meanwhile")
            wait_until("the end of the sensor", lambda: len(service.starts_of(bad)) > started or
                       len(service.starts_of(good)) > before)
            if len(service.starts_of(good)) > before:
                break
        wait_until("the last known good pack", lambda: len(service.starts_of(good)) > before)
        wait_until("the detection of the meantime",
                   lambda: service.alerts(f"marker {attempt} meanwhile"))
        gap = time.monotonic() - begun
        tries = len(service.starts_of(bad))
        self.assertEqual(tries, attempts)
        print(f"\n    {self._testMethodName[5:]}: {tries} attempts, detection again after "
              f"{gap * 1000:.0f} ms")
        status = wait_until("the keeper's verdict", lambda: (
            service.status() if service.status().get("bad") else None))
        self.assertEqual(status["run"], good)
        # What is bad is never tried again until somebody says so.
        self.assertEqual(service.content("install", str(pack))[0], 1)
        start("windhover-test-marker afterwards")
        wait_until("a detection afterwards", lambda: service.alerts("marker afterwards"))
        return gap


class WithProbation(Poison):
    def test_slow_poison_is_gone_after_one_crash(self):
        """Nothing in this host's past wakes it: the proof's gates could not have seen it."""
        self.falls_back(self.service(), self.poison("windhover.test-crash"), 1)

    def test_hang_is_gone_after_missed_beats(self):
        self.falls_back(self.service(), self.poison("windhover.test-hang"), 1)

    def test_memory_bomb_is_gone_after_one_crash(self):
        self.falls_back(self.service(), self.poison("windhover.test-memory"), 1)


    def test_many_rules_that_storm_are_too_much_together(self):
        """No rule is above its own bound, and the pack drowns what matters all the same."""
        service = self.service()
        pack = self.build("flood", *(RULE.format(title=f"Flood {i}", number=100 + i,
                                                 words="poison-flood", tag="attack.execution")
                                     for i in range(50)))
        good = self.digest(self.good)
        self.install(service, pack)
        wait_until("the poisoned pack", lambda: service.starts_of(self.digest(pack)))
        before = len(service.starts_of(good))
        for number in range(50):
            start("poison-flood", str(number))
        wait_until("the last known good pack", lambda: len(service.starts_of(good)) > before)
        start("windhover-test-marker after the flood")
        wait_until("a detection afterwards", lambda: service.alerts("marker after"))
        self.assertEqual(service.status()["run"], good)
        self.assertIsNone(service.health("rule-suspended"))


class WithoutProbation(Poison):
    def test_crash_loop_ends_on_the_last_known_good_pack(self):
        """Every gate is disarmed: what is left is to count the crashes."""
        gap = self.falls_back(self.service("--test-no-probation"),
                              self.poison("windhover.test-crash"), 3)
        # Two seconds by design; a machine that does ten other things gets more.
        self.assertLess(gap, 20)


class Breaker(Poison):
    def test_rule_that_storms_is_suspended_alone(self):
        service = self.service()
        pack = self.build("storm", RULE.format(title="Storm", number=2, words="poison-storm",
                                               tag="attack.execution"))
        self.install(service, pack)
        for number in range(200):
            start("poison-storm", str(number))
        told = wait_until("the breaker", lambda: service.health("rule-suspended"))
        self.assertIn("'Storm'", told["windhover"]["health"])
        self.assertIn("121 detections", told["windhover"]["health"])
        start("windhover-test-marker beside the storm")
        wait_until("the other rule", lambda: service.alerts("marker beside"))
        self.assertEqual(len(service.alerts('"name":"Storm"')), 120)
        self.assertEqual(service.status()["run"], self.digest(pack))

    def test_the_operator_says_what_a_storm_is_and_how_long_it_rests(self):
        service = self.service("--rule-alerts", "5", "--rule-rest", "1")
        self.install(service, self.build("storm", RULE.format(
            title="Storm", number=2, words="poison-storm", tag="attack.execution")))
        for number in range(20):
            start("poison-storm", str(number))
        told = wait_until("the breaker", lambda: service.health("rule-suspended"))
        self.assertIn("suspended for 1 s: 6 detections", told["windhover"]["health"])
        wait_until("the end of its rest", lambda: service.health("rule-resumed"))
        self.assertEqual(len(service.alerts('"name":"Storm"')), 5)

    def test_rule_in_audit_only_never_alerts(self):
        """The proof saw it fire too often in the recorded past, and let the pack in without it."""
        service = Service(self.folder)
        self.addCleanup(service.stop)
        wait_until("the keeper", service.status)
        self.install(service, self.good)
        for number in range(300):
            start("poison-storm", str(number))
        for number in range(400):
            start("innocent", str(number))
        wait_until("the end of the probation", lambda: start("nothing") or (
            service.status().get("state") == "steady"))
        pack = self.build("storm", RULE.format(title="Storm", number=2, words="poison-storm",
                                               tag="attack.execution"))

        def accepted():
            status, text = service.content("install", str(pack))
            verdict = json.loads(text.splitlines()[-1]).get("proof")
            self.assertEqual(status, 0, text)
            return verdict

        time.sleep(2)  # the recorder writes once a second
        verdict = accepted()
        self.assertEqual([rule["title"] for rule in verdict["rules"] if rule["audit_only"]],
                         ["Storm"], verdict["sentence"])
        wait_until("the new pack", lambda: service.starts_of(self.digest(pack)))
        for number in range(20):
            start("poison-storm", "audited", str(number))
        start("windhover-test-marker beside the audit")
        wait_until("the other rule", lambda: service.alerts("marker beside"))
        self.assertEqual(service.alerts('"name":"Storm"'), [])
        told = [line for line in service.all_events() if "Storm" in json.dumps(line)]
        self.assertEqual(len(told), 6)
        self.assertEqual(told[0]["labels"]["audit_only"], "true")


class Limits(unittest.TestCase):
    def group(self, pid, controller):
        """The folder of the process's control group, or None where there is no such tree here."""
        for line in pathlib.Path(f"/proc/{pid}/cgroup").read_text().splitlines():
            _, names, path = line.split(":", 2)
            root = pathlib.Path("/sys/fs/cgroup", names if names else "")
            if controller in names.split(",") or (not names and
                                                  (root / "cgroup.subtree_control").exists()):
                folder = root / path.lstrip("/")
                return folder if folder.is_dir() and not (
                    os.statvfs(folder).f_flag & os.ST_RDONLY) else None
        return None

    def test_the_sensor_is_held_to_memory_and_time_and_goes_first(self):
        with sensor.Sensor() as service:
            pid = service.sensor()
            self.assertEqual(pathlib.Path(f"/proc/{pid}/oom_score_adj").read_text(), "900\n")
            self.assertLess(int(pathlib.Path("/proc/self/oom_score_adj").read_text()), 900)
            groups = []
            for controller, files, limit in (
                    ("memory", ("memory.max", "memory.limit_in_bytes"), "536870912"),
                    ("cpu", ("cpu.max", "cpu.cfs_quota_us"), "100000")):
                if not self.group("self", controller):
                    print(f"\n    no control group for {controller} can be made here")
                    continue
                group = self.group(pid, controller)
                self.assertEqual(group.name, "windhover-sensor")
                text = next((group / file).read_text() for file in files
                            if (group / file).exists())
                self.assertEqual(text.split()[0], limit)
                groups.append(group)
        for group in groups:
            # Another service on this machine may be in it.
            if group.exists():
                self.assertNotEqual((group / "cgroup.procs").read_text(), "", group)


if __name__ == "__main__":
    sensor.main()
