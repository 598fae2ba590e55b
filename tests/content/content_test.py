#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The path of content by its commands: content_test.py WINDHOVER WINDHOVER-SENSOR|-"""
import os
import pathlib
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import unittest

WINDHOVER = os.path.abspath(sys.argv.pop(1))
SENSOR = sys.argv.pop(1)
RULES = pathlib.Path(__file__).resolve().parents[2] / "rules"

RULE = """title: {title}
id: {id}
status: test
logsource: {{product: linux, category: process_creation}}
detection: {{selection: {{CommandLine|contains: '{words}'}}, condition: selection}}
level: high
"""
BROKEN = RULE.replace("condition: selection", "condition: selektion")


def rule(number, title="A rule", words="marker", text=RULE):
    return text.format(title=title, words=words, id=f"00000000-0000-4000-8000-{number:012}")


class Content(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.folder)

    def run_it(self, *words, cwd=None, **environment):
        done = subprocess.run([WINDHOVER, *map(str, words)], cwd=cwd or self.folder,
                              env={**os.environ, **environment}, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL)
        return done.returncode, done.stdout.decode()

    def write(self, name, text):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def build(self, name, *rules):
        path = self.folder / name
        status, text = self.run_it("pack", "build", "-o", path, *rules)
        self.assertEqual(status, 0, text)
        return path


class Build(Content):
    def test_the_same_rules_give_the_same_bytes_anywhere(self):
        first = self.build("first.pack", RULES).read_bytes()
        copy = self.folder / "elsewhere"
        shutil.copytree(RULES, copy)
        status, text = self.run_it("pack", "build", "-o", "../second.pack", ".", cwd=copy,
                                   TZ="Asia/Kathmandu", LC_ALL="C", LANG="C")
        self.assertEqual(status, 0, text)
        self.assertEqual(first, (self.folder / "second.pack").read_bytes())

    def test_the_order_of_arguments_does_not_matter(self):
        one = self.write("a/one.yml", rule(1, "One", "first"))
        two = self.write("a/two.yml", rule(2, "Two", "second"))
        self.assertEqual(self.build("1.pack", one, two).read_bytes(),
                         self.build("2.pack", two, one).read_bytes())

    def test_a_refused_rule_is_told_and_left_out(self):
        self.write("rules/good.yml", rule(1))
        self.write("rules/bad.yml", rule(2, text=BROKEN))
        status, text = self.run_it("pack", "build", "-o", "out.pack", "rules")
        self.assertIn("bad.yml:5:", text)
        self.assertIn("selektion", text)
        self.assertRegex(self.run_it("pack", "show", "out.pack")[1], r"(?m)^rules +1\b")

    def test_strict_builds_nothing_while_a_rule_is_refused(self):
        self.write("rules/bad.yml", rule(2, text=BROKEN))
        self.write("rules/good.yml", rule(1))
        status, _ = self.run_it("pack", "build", "--strict", "-o", "out.pack", "rules")
        self.assertNotEqual(status, 0)
        self.assertFalse((self.folder / "out.pack").exists())

    def test_a_build_that_fails_leaves_the_old_pack_whole(self):
        self.write("good.yml", rule(1))
        self.write("bad.yml", rule(2, text=BROKEN))
        before = self.build("out.pack", "good.yml").read_bytes()
        self.assertNotEqual(self.run_it("pack", "build", "-s", "-o", "out.pack", "bad.yml")[0], 0)
        self.assertEqual(before, (self.folder / "out.pack").read_bytes())
        self.assertEqual(sorted(path.name for path in self.folder.iterdir()),
                         ["bad.yml", "good.yml", "out.pack"])

    def test_no_rules_are_no_pack(self):
        (self.folder / "empty").mkdir()
        status, text = self.run_it("pack", "build", "-o", "out.pack", "empty")
        self.assertNotEqual(status, 0, text)
        self.assertFalse((self.folder / "out.pack").exists())


class Check(Content):
    def setUp(self):
        super().setUp()
        self.pack = self.build("good.pack", self.write("rule.yml", rule(1)))
        self.bytes = self.pack.read_bytes()

    def assert_refused(self, content, words):
        self.pack.write_bytes(content)
        for command in (["pack", "check"], ["pack", "show"]):
            status, text = self.run_it(*command, self.pack)
            self.assertEqual(status, 2, text)
            self.assertIn(words, text)
        log = self.write("log.jsonl", "{}\n")
        self.assertEqual(self.run_it("scan", "--pack", self.pack, log)[0], 2)

    def changed(self, at, replacement):
        return self.bytes[:at] + replacement + self.bytes[at + len(replacement):]

    def test_a_sound_pack_is_said_to_be_sound(self):
        self.assertEqual(self.run_it("pack", "check", self.pack)[0], 0)

    def test_a_pack_for_other_fields_is_refused(self):
        self.assert_refused(self.changed(16, b"\x01\x02\x03\x04\x05\x06\x07\x08"), "schema")

    def test_a_pack_for_a_newer_engine_is_refused(self):
        self.assert_refused(self.changed(12, struct.pack("<I", 1 << 30)), "engine")

    def test_a_pack_of_another_format_is_refused(self):
        self.assert_refused(self.changed(8, struct.pack("<I", 77)), "format 77")

    def test_a_pack_that_was_cut_anywhere_is_refused(self):
        for size in {0, 1, 7, 8, 47, 48, *range(0, len(self.bytes), 61), len(self.bytes) - 1}:
            with self.subTest(size=size):
                self.assert_refused(self.bytes[:size], "pack")

    def test_a_pack_of_zeroes_and_a_text_file_are_refused(self):
        self.assert_refused(bytes(len(self.bytes)), "pack")
        self.assert_refused(b"# not a pack\n" * 100, "pack")

    def test_one_changed_bit_anywhere_is_found(self):
        for at in range(0, len(self.bytes), 37):
            with self.subTest(at=at):
                content = self.changed(at, bytes([self.bytes[at] ^ 1 << at % 8]))
                self.pack.write_bytes(content)
                self.assertEqual(self.run_it("pack", "check", self.pack)[0], 2)


class Diff(Content):
    def test_rules_added_removed_and_changed_are_named_by_title(self):
        self.write("old/kept.yml", rule(1, "Kept", "same"))
        self.write("old/gone.yml", rule(2, "Gone", "gone"))
        self.write("old/other.yml", rule(3, "Changed", "before"))
        self.write("new/kept.yml", rule(1, "Kept", "same"))
        self.write("new/come.yml", rule(4, "Come", "come"))
        self.write("new/other.yml", rule(3, "Changed", "after"))
        old, new = self.build("old.pack", "old"), self.build("new.pack", "new")
        status, text = self.run_it("pack", "diff", old, new)
        self.assertEqual(status, 1, text)
        said = {title: line for line in text.splitlines() for title in
                ("Kept", "Gone", "Changed", "Come") if line.endswith(title)}
        self.assertNotIn("Kept", said)
        for title, sign in (("Gone", "-"), ("Changed", "~"), ("Come", "+")):
            self.assertTrue(said[title].startswith(sign), text)

    def test_a_pack_does_not_differ_from_itself(self):
        pack = self.build("a.pack", self.write("a.yml", rule(1)))
        self.assertEqual(self.run_it("pack", "diff", pack, pack)[0], 0)


class Rule(Content):
    def test_a_refusal_says_file_line_column_and_what_was_expected(self):
        self.write("bad.yml", rule(2, text=BROKEN))
        status, text = self.run_it("rule", "check", "bad.yml")
        self.assertEqual(status, 1)
        self.assertRegex(text, r"bad\.yml:5:\d+: .*selektion.*selection")

    def test_the_numbers_of_the_summary_add_up(self):
        self.write("rules/a.yml", rule(1) + "---\n" + rule(2))
        self.write("rules/b.yml", rule(3, text=BROKEN))
        text = self.run_it("rule", "check", "rules")[1]
        total, rules, correlations, filters, refused = map(int, re.search(
            r"(\d+) documents: (\d+) rules, (\d+) correlations and (\d+) filters are usable, "
            r"(\d+) (?:is|are) refused", text).groups())
        self.assertEqual((total, rules, refused), (3, 2, 1))
        self.assertEqual(total, rules + correlations + filters + refused)

    def test_every_starter_rule_is_usable_and_can_be_explained(self):
        status, text = self.run_it("rule", "check", RULES)
        self.assertEqual(status, 0, text)
        for path in sorted(RULES.rglob("*.yml"))[::9]:
            status, text = self.run_it("rule", "explain", path)
            self.assertEqual(status, 0, text)
            self.assertIn("events of linux:", text)


@unittest.skipIf(SENSOR == "-", "this build has no live sensor")
class OneVerifier(unittest.TestCase):
    def functions(self, program):
        """{function: its code} of the verifier, addresses blanked, as the program holds it."""
        text = subprocess.run(["objdump", "-d", "--no-show-raw-insn", program], check=True,
                              stdout=subprocess.PIPE).stdout.decode()
        found = {}
        for name, body in re.findall(r"^[0-9a-f]+ <(\w+)>:\n((?:.+\n)+)", text, re.M):
            if name in ("pack_verify", "pack_open_bytes", "regex_verify"):
                found[name] = re.findall(r":\t(\S+)", body)
        return found

    def test_builder_and_sensor_hold_the_same_verifier(self):
        builder, sensor = self.functions(WINDHOVER), self.functions(SENSOR)
        self.assertIn("pack_verify", builder)
        self.assertEqual(builder, sensor)


if __name__ == "__main__":
    unittest.main(verbosity=2)
