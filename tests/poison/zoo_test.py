#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Packs that would hurt, and the gate that stops each: zoo_test.py WINDHOVER PROVER POISON_PACK

Each kind is offered to 'windhover pack prove' and must be refused at the gate named for it.  Then
that gate is disarmed (a test hook that takes root), and the next one named must stop it; what no
gate before the switch can stop is stopped after it: tests/poison/service_test.py.
"""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time
import unittest

WINDHOVER, PROVER, POISON_PACK = (os.path.abspath(path) for path in sys.argv[1:4])
del sys.argv[1:4]
RULES = pathlib.Path(__file__).resolve().parents[2] / "rules"
EVENTS = 2000
IS_ROOT = os.geteuid() == 0
SANITIZED = "WINDHOVER_SANITIZED" in os.environ

RULE = """title: {title}
id: 00000000-0000-4000-8000-{number:012}
status: test
logsource: {{product: linux, category: process_creation}}
detection:
    selection:
        {selection}
    condition: {condition}
level: high
tags: [{tags}]
"""


def rule(selection, number=1, title="A poisoned rule", tags="attack.execution",
         condition="selection"):
    return RULE.format(title=title, number=number, selection=selection, tags=tags,
                       condition=condition)


def event(number):
    """A program start as the sensor writes it; every tenth has 'tenth' in its command line, ..."""
    words = ["zoo", str(number)]
    words += [word for word, every in (("tenth", 10), ("hundredth", 100), ("only", EVENTS))
              if number % every == every - 1]
    return json.dumps({
        "@timestamp": f"2026-01-01T00:{number // 60 % 60:02}:{number % 60:02}.000000Z",
        "event": {"kind": "event", "category": ["process"], "type": ["start"],
                  "dataset": "windhover.process", "action": "exec"},
        "process": {"pid": 1000 + number, "executable": "/usr/bin/zoo",
                    "command_line": " ".join(words)}})


class Zoo(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp())
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        os.chmod(cls.folder, 0o755)
        cls.events = cls.folder / "events.jsonl"
        cls.events.write_text("".join(event(i) + "\n" for i in range(EVENTS)))
        cls.sound = cls.folder / "sound.pack"
        status, text = cls.run_it("pack", "build", "-o", cls.sound, RULES)
        assert status == 0, text
        cls.bytes = cls.sound.read_bytes()

    @staticmethod
    def run_it(*words):
        done = subprocess.run([WINDHOVER, *map(str, words)], stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, timeout=120)
        return done.returncode, done.stdout.decode()

    def prove(self, pack, *options, against=True, events=True):
        words = ["pack", "prove", "--json"]
        words += ["--against", self.sound] if against else []
        words += ["--events", self.events] if events else []
        done = subprocess.run([WINDHOVER, *map(str, [*words, *options, pack])],
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=120)
        self.assertIn(done.returncode, (0, 1), done.stderr.decode())
        verdict = json.loads(done.stdout)
        self.assertEqual(verdict["accepted"], done.returncode == 0)
        return verdict

    def stopped_at(self, pack, *gates, hook=False, **how):
        """Refused at the first of ${gates}; with that disarmed, at the next, and so on."""
        options = how.pop("options", [])
        if (hook or len(gates) > 1) and not IS_ROOT:
            self.skipTest("the test hook takes root")
        for i, gate in enumerate(gates):
            hooks = ["--test-hook"] if hook or i else []
            hooks += ["--test-disarm", ",".join(gates[:i])] if i else []
            verdict = self.prove(pack, *options, *hooks, **how)
            with self.subTest(gate=gate, disarmed=gates[:i]):
                self.assertEqual(verdict.get("refused_at"), gate, verdict["sentence"])
                print(f"    {self._testMethodName[5:]:44} {gate:10} "
                      f"{verdict['sentence'].split(': ', 1)[1]}")
        return verdict

    def build(self, *texts, with_sound=True):
        """A pack of the starter rules and these."""
        folder = pathlib.Path(tempfile.mkdtemp(dir=self.folder))
        for i, text in enumerate(texts):
            (folder / f"{i}.yml").write_text(text)
        path = folder / "poisoned.pack"
        status, text = self.run_it("pack", "build", "--strict", "-o", path, folder,
                                   *([RULES] if with_sound else []))
        self.assertEqual(status, 0, text)
        return path

    def write(self, content):
        path = self.folder / f"{self._testMethodName}.pack"
        path.write_bytes(content)
        return path

    def edit(self, kind):
        path = self.folder / f"{self._testMethodName}.pack"
        subprocess.run([POISON_PACK, kind, self.sound, path], check=True)
        return path


class WhatIsSound(Zoo):
    def test_the_running_pack_itself_is_accepted(self):
        verdict = self.prove(self.sound)
        self.assertTrue(verdict["accepted"], verdict["sentence"])
        self.assertEqual(verdict["events"], EVENTS)
        self.assertEqual(verdict["rules_gone"] + verdict["rules_new"], 0)

    def test_the_jail_has_all_that_this_kernel_grants(self):
        jail = self.prove(self.sound)["jail"]
        self.assertTrue(jail["seccomp"] and jail["limits"], jail)
        if IS_ROOT:
            self.assertTrue(jail["pid"] and jail["net"] and jail["ipc"] and jail["mount"], jail)

    def test_one_rule_more_is_accepted_and_its_detections_are_shown(self):
        verdict = self.prove(self.build(rule("CommandLine|contains: hundredth")))
        self.assertTrue(verdict["accepted"], verdict["sentence"])
        self.assertEqual([(each["title"], each["before"], each["now"])
                          for each in verdict["rules"]],
                         [("A poisoned rule", 0, EVENTS // 100)])

    def test_without_events_and_running_pack_only_the_pack_itself_is_judged(self):
        verdict = self.prove(self.sound, against=False, events=False)
        outcomes = {gate["gate"]: gate["outcome"] for gate in verdict["gates"]}
        self.assertTrue(verdict["accepted"])
        self.assertEqual(outcomes["verify"], "passed")
        for gate in ("delta", "tests", "replay", "cost", "match-all", "storm"):
            self.assertEqual(outcomes[gate], "not judged", gate)

    def test_a_running_pack_that_is_broken_is_no_reason_against_its_successor(self):
        torn = self.write(self.bytes[:-8])
        done = subprocess.run([WINDHOVER, "pack", "prove", "--json", "--against", torn, self.sound],
                              stdout=subprocess.PIPE)
        verdict = json.loads(done.stdout)
        self.assertTrue(verdict["accepted"], verdict["sentence"])
        self.assertEqual({gate["gate"]: gate["outcome"] for gate in verdict["gates"]}["delta"],
                         "not judged")

    def test_there_is_no_way_out_of_the_jail(self):
        """The rule tries files, sockets, children, programs, code: it dies if one of them works."""
        if not IS_ROOT:
            self.skipTest("the test hook takes root")
        pack = self.build(rule("CommandLine|contains: only", tags="windhover.test-escape"))
        verdict = self.prove(pack, "--test-hook")
        self.assertTrue(verdict["accepted"], verdict["sentence"])
        self.assertEqual(verdict["candidate"]["detections"], 1)

    def test_the_jail_ends_with_whoever_started_it(self):
        if not IS_ROOT:
            self.skipTest("the test hook takes root")
        pack = self.build(rule("CommandLine|contains: only", tags="windhover.test-hang"))
        starter = subprocess.Popen([WINDHOVER, "pack", "prove", "--test-hook", "--events",
                                    self.events, pack], stdout=subprocess.DEVNULL)

        def jails():
            path = pathlib.Path(f"/proc/{starter.pid}/task/{starter.pid}/children")
            return [int(pid) for pid in path.read_text().split()] if path.exists() else []

        while not jails() and starter.poll() is None:
            time.sleep(0.005)
        jail = pathlib.Path(f"/proc/{jails()[0]}")
        starter.kill()
        starter.wait()
        end = time.monotonic() + 30
        # What is left of it is its name, until somebody looks.
        while jail.exists() and "Z" not in (jail / "stat").read_text().split(")")[1][:3]:
            self.assertLess(time.monotonic(), end, "the jail outlived its parent")
            time.sleep(0.01)

    def test_test_rules_are_rules_like_any_other_without_the_hook(self):
        pack = self.build(rule("CommandLine|contains: only", tags="windhover.test-crash"))
        self.assertTrue(self.prove(pack)["accepted"])


class Files(Zoo):
    """What is no pack, or not this one any more."""

    def test_torn_file(self):
        self.stopped_at(self.write(self.bytes[:len(self.bytes) // 2]), "verify")

    def test_one_byte_short(self):
        self.stopped_at(self.write(self.bytes[:-1]), "verify")

    def test_file_of_zeroes(self):
        self.stopped_at(self.write(bytes(len(self.bytes))), "verify")

    def test_empty_file(self):
        self.stopped_at(self.write(b""), "verify")

    def test_trailing_bytes(self):
        self.stopped_at(self.write(self.bytes + bytes(8)), "verify")

    def test_text_file(self):
        self.stopped_at(self.write(b"# not a pack\n" * 4000), "verify")

    def test_page_of_zeroes_in_the_middle(self):
        at = len(self.bytes) // 2
        self.stopped_at(self.write(self.bytes[:at] + bytes(4096) + self.bytes[at + 4096:]),
                        "verify")

    def test_single_bits(self):
        for at in range(0, len(self.bytes), len(self.bytes) // 8):
            flipped = bytearray(self.bytes)
            flipped[at] ^= 1 << at % 8
            self.stopped_at(self.write(bytes(flipped)), "verify")

    def test_wrong_magic(self):
        self.stopped_at(self.edit("magic"), "verify")

    def test_other_format(self):
        self.stopped_at(self.edit("format"), "verify")

    def test_newer_engine(self):
        self.stopped_at(self.edit("newer-engine"), "verify")

    def test_other_schema(self):
        self.stopped_at(self.edit("schema"), "verify")


class Bounds(Zoo):
    """Sealed with the right digest: only the verifier can see it."""

    def test_21_for_20(self):
        self.stopped_at(self.edit("field-behind-the-last"), "verify")

    def test_atom_behind_the_last(self):
        self.stopped_at(self.edit("atom-behind-the-last"), "verify")

    def test_rule_behind_the_last(self):
        self.stopped_at(self.edit("rule-behind-the-last"), "verify")

    def test_text_behind_the_end(self):
        self.stopped_at(self.edit("text-behind-the-end"), "verify")

    def test_section_behind_the_end(self):
        self.stopped_at(self.edit("section-behind-the-end"), "verify")

    def test_loop_in_a_program(self):
        self.stopped_at(self.edit("jump-back"), "verify")

    def test_regex_code_of_nonsense(self):
        self.stopped_at(self.edit("regex-code"), "verify")

    def test_question_of_an_unknown_kind(self):
        self.stopped_at(self.edit("unknown-kind"), "verify")

    def test_hash_table_without_an_end(self):
        self.stopped_at(self.edit("full-table"), "verify")

    def test_with_verify_disarmed_it_is_not_run_all_the_same(self):
        """Behind it stands the same library, in the sensor: nothing of it is ever evaluated."""
        if not IS_ROOT:
            self.skipTest("the test hook takes root")
        verdict = self.prove(self.edit("field-behind-the-last"), "--test-hook",
                             "--test-disarm", "verify")
        self.assertEqual(verdict["events"], 0)


class Content(Zoo):
    """Sound, and wrong."""

    def test_no_rules(self):
        self.stopped_at(self.edit("no-rules"), "delta")
        self.stopped_at(self.edit("no-rules"), "delta", against=False)

    def test_shrunken(self):
        self.stopped_at(self.build(rule("CommandLine|contains: only"), with_sound=False), "delta")

    def test_its_own_tests_fail(self):
        events = self.folder / "tests"
        for kind, word in (("match", "only"), ("nomatch", "zoo")):
            (events / "0").mkdir(parents=True, exist_ok=True)
            (events / "0" / f"{kind}.jsonl").write_text(
                json.dumps({**json.loads(event(0)), "process": {"command_line": word}}) + "\n")
        good, bad = (self.build(rule(f"CommandLine|contains: {word}"))
                     for word in ("only", "lonely"))
        tests = self.folder / "tests.jsonl"
        status, text = self.run_it("pack", "tests", "-o", tests, good, events)
        self.assertEqual(status, 0, text)
        verdict = self.prove(good, "--tests", tests)
        self.assertTrue(verdict["accepted"], verdict["sentence"])
        self.assertEqual((verdict["tests"], verdict["tests_failed"]), (2, 0))
        head, rest = tests.read_text().split("\n", 1)
        # Other events than it was tested with when it was made.
        tests.write_text(head + "\n" + rest.replace('"only"', '"nobody"'))
        self.stopped_at(good, "tests", options=["--tests", tests])
        # Tests that are another pack's say nothing about this one.
        self.stopped_at(bad, "tests", options=["--tests", tests])

    def test_match_all(self):
        pack = self.build(rule("Image|startswith: /"))
        self.stopped_at(pack, "match-all", "storm", options=["--no-audit"])
        self.assertIn("matched 2000 of 2000", self.prove(pack)["sentence"])

    def test_match_all_over_the_clean_corpus_before_it_is_published(self):
        """What a publisher asks before signing: the events of a machine on which nothing is wrong."""
        quiet = (RULES.parent / "tests/rules/quiet.jsonl").read_text().splitlines(True)
        clean = self.folder / "quiet.jsonl"
        # The share of all events that a rule matches is what counts: those that it could match.
        clean.write_text("".join(line for line in quiet if json.loads(line)["event"]["action"] == "exec"))
        done = self.prove(self.sound, "--events", clean, against=False, events=False)
        self.assertTrue(done["accepted"], done["sentence"])
        self.assertGreater(done["judged_events"], 200)
        for text in ("Image|startswith: /", "CommandLine|re: '.*'", "CommandLine: '*'"):
            verdict = self.prove(self.build(rule(text)), "--events", clean, against=False,
                                 events=False)
            self.assertEqual(verdict["refused_at"], "match-all", verdict["sentence"])
            self.assertRegex(verdict["sentence"], r"matched \d+ of 2\d\d events")

    def test_match_all_by_regex(self):
        self.stopped_at(self.build(rule("CommandLine|re: '.*'")), "match-all")

    def test_match_all_by_negation(self):
        self.stopped_at(self.build(rule("Image: /nowhere", condition="not selection")),
                        "match-all")

    def test_alert_storm(self):
        pack = self.build(rule("CommandLine|contains: tenth"))
        self.stopped_at(pack, "storm", options=["--no-audit"])
        verdict = self.prove(pack)
        self.assertTrue(verdict["accepted"], verdict["sentence"])
        self.assertEqual([each["audit_only"] for each in verdict["rules"]], [True])

    def test_many_rules_that_storm(self):
        rules = [rule("CommandLine|contains: tenth", number=i + 1, title=f"Storm {i}")
                 for i in range(9)]
        self.stopped_at(self.build(*rules), "storm")

    def test_crasher(self):
        pack = self.build(rule("CommandLine|contains: only", tags="windhover.test-crash"))
        verdict = self.stopped_at(pack, "replay", hook=True)
        self.assertIn("crashes at event 2000", verdict["sentence"])

    def test_crasher_in_its_own_tests(self):
        pack = self.build(rule("CommandLine|contains: lonely", tags="windhover.test-crash"))
        digest = self.prove(pack)["digest"]
        tests = self.folder / "crash.tests"
        lonely = {**json.loads(event(0)), "process": {"command_line": "lonely"}}
        tests.write_text("".join(json.dumps(line) + "\n" for line in (
            {"windhover_tests": {"pack": digest}},
            {"windhover_test": {"rule": "00000000-0000-4000-8000-000000000001",
                                "detections": 1}},
            lonely)))
        self.stopped_at(pack, "tests", hook=True, options=["--tests", tests])

    def test_hang(self):
        pack = self.build(rule("CommandLine|contains: only", tags="windhover.test-hang"))
        verdict = self.stopped_at(pack, "replay", hook=True)
        self.assertIn("hangs at event 2000", verdict["sentence"])

    def test_memory_bomb(self):
        pack = self.build(rule("CommandLine|contains: only", tags="windhover.test-memory"))
        verdict = self.stopped_at(pack, "replay", hook=True)
        self.assertIn("crashes at event 2000", verdict["sentence"])
        if not SANITIZED:
            self.assertLess(verdict["peak_size"], 300 << 20)

    def test_burner(self):
        pack = self.build(rule("CommandLine|contains: tenth", tags="windhover.test-burn"))
        self.stopped_at(pack, "cost", hook=True)

    def test_slow_poison_passes_every_gate_before_the_switch(self):
        """What only an event of the future wakes is probation's: service_test.py."""
        if not IS_ROOT:
            self.skipTest("the test hook takes root")
        pack = self.build(rule("CommandLine|contains: tomorrow", tags="windhover.test-crash"))
        self.assertTrue(self.prove(pack, "--test-hook")["accepted"])


class Builder(Zoo):
    """What never becomes a pack, or becomes one without harm."""

    def refused(self, text, words):
        folder = pathlib.Path(tempfile.mkdtemp(dir=self.folder))
        (folder / "poison.yml").write_text(text)
        status, said = self.run_it("pack", "build", "--strict", "-o", folder / "out.pack", folder)
        self.assertNotEqual(status, 0, said)
        self.assertIn(words, said)
        self.assertFalse((folder / "out.pack").exists())
        print(f"    {self._testMethodName[5:]:44} {'build':10} "
              f"{said.splitlines()[0].split('poison.yml', 1)[1][:100]}")

    def harmless(self, text):
        verdict = self.prove(self.build(text))
        self.assertTrue(verdict["accepted"], verdict["sentence"])
        print(f"    {self._testMethodName[5:]:44} {'harmless':10} "
              f"{verdict['candidate']['ns_per_event']} ns per event, "
              f"{verdict['candidate']['memory_size'] >> 20} MiB")

    def test_regex_blow_up_runs_in_linear_time(self):
        self.harmless(rule("CommandLine|re: '^(z+)+(o+o+)*!$'"))

    def test_regex_that_counts_to_a_million(self):
        self.refused(rule("CommandLine|re: '((a{1,1000}){1,1000}){1,1000}b'"), "re")

    def test_regex_that_looks_back(self):
        self.refused(rule(r"CommandLine|re: '(a*)\1b'"), "")

    def test_condition_of_ten_thousand_parentheses(self):
        self.refused(rule("CommandLine: a",
                          condition="(" * 10000 + "selection" + ")" * 10000), "")

    def test_list_of_fifty_thousand_values(self):
        values = ", ".join(f"value{i}" for i in range(50000))
        self.harmless(rule(f"CommandLine|contains: [{values}]"))

    def test_yaml_that_multiplies_itself(self):
        lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
        lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]" for i in range(1, 12)]
        self.refused("\n".join(lines) + "\n" + rule("CommandLine: [*a11]"), "")


if __name__ == "__main__":
    unittest.main(verbosity=1)
