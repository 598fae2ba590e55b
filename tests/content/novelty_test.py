#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What a pack is the first to use is told: novelty_test.py WINDHOVER

The engine's parts and the fields are named one by one (F06): a pack that wakes one of them for the
first time is no pack like the others, however ordinary its rules look.
"""
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

WINDHOVER = os.path.abspath(sys.argv.pop(1))
RULE = """title: Rule {number}
name: rule{number}
id: 00000000-0000-4000-8000-{number:012}
status: test
logsource: {{product: linux, category: process_creation}}
detection: {{selection: {selection}, condition: selection}}
level: high
"""
CORRELATION = """title: Correlation
id: 00000000-0000-4000-8000-000000000099
status: test
correlation: {{type: {kind}, rules: [rule1], group-by: [User], timespan: 1m, condition: {condition}}}
level: high
"""
KNOWN = "{CommandLine|contains: marker}"

# What is used first where all that is known looks for a text in CommandLine.
SELECTIONS = {
    "{CommandLine|contains: other}": set(),
    "{CommandLine|startswith: marker}": {"startswith"},
    "{CommandLine|endswith: marker}": {"endswith"},
    "{CommandLine: marker}": {"whole text"},
    "{CommandLine: 'a*marker?b'}": {"wildcards"},
    "{Image|contains: marker}": {"field Image"},
    "{CommandLine: null}": {"null"},
    "{CommandLine: '*'}": {"any value"},
    # To ask whether a field is there is not to read it.
    "{ContainerId|exists: true}": {"exists"},
    "{ContainerId|exists: false}": {"exists not"},
    "{CommandLine|cased: Marker}": {"cased", "whole text"},
    "{CommandLine|startswith|cased: Marker}": {"cased startswith", "startswith"},
    "{CommandLine|endswith|cased: Marker}": {"cased endswith", "endswith"},
    "{CommandLine|contains|cased: Marker}": {"cased contains"},
    "{CommandLine|cased: 'M*r'}": {"cased wildcards", "text beyond the scan"},
    "{CommandLine|cidr: 10.0.0.0/8}": {"cidr"},
    "{ProcessId|lt: 7}": {"lt", "field ProcessId"},
    "{ProcessId|lte: 7}": {"lte", "field ProcessId"},
    "{ProcessId|gt: 7}": {"gt", "field ProcessId"},
    "{ProcessId|gte: 7}": {"gte", "field ProcessId"},
    "{CommandLine|fieldref: Image}": {"fieldref", "field Image"},
    "{CommandLine|fieldref|startswith: Image}": {"fieldref startswith", "field Image"},
    "{CommandLine|fieldref|endswith: Image}": {"fieldref endswith", "field Image"},
    "{CommandLine|fieldref|contains: Image}": {"fieldref contains", "field Image"},
    "{UtcTime|minute: 5}": {"minute", "field UtcTime"},
    "{UtcTime|hour: 5}": {"hour", "field UtcTime"},
    "{UtcTime|day: 5}": {"day", "field UtcTime"},
    "{UtcTime|week: 5}": {"week", "field UtcTime"},
    "{UtcTime|month: 5}": {"month", "field UtcTime"},
    "{UtcTime|year: 2025}": {"year", "field UtcTime"},
    "[marker]": {"keywords"},
    "{CommandLine|re: 'ma+rker'}": {"re", "regex as a table"},
}
REGEX = "{CommandLine|re: '\\bm(a|b).{400}k\\B(c|d).{300}e'}"


class Novelty(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.known = self.build("known", RULE.format(number=1, selection=KNOWN))

    def run_it(self, *words):
        done = subprocess.run([WINDHOVER, "pack", *map(str, words)], stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, check=False, text=True)
        return done.returncode, done.stdout

    def build(self, name, *rules, status=0, options=()):
        folder = self.folder / name
        folder.mkdir(exist_ok=True)
        for number, rule in enumerate(rules):
            (folder / f"{number}.yml").write_text(rule)
        pack = self.folder / f"{name}.pack"
        done, self.said = self.run_it("build", *options, "-o", pack, folder)
        self.assertEqual(done, status, self.said)
        return pack

    def novel(self, selection, *more):
        """What the pack with that selection, too, is the first to use."""
        pack = self.build("new", RULE.format(number=1, selection=KNOWN),
                          RULE.format(number=2, selection=selection), *more)
        return self.told(self.run_it("diff", self.known, pack)[1])

    @staticmethod
    def told(text):
        found = [line.removeprefix("first to use: ") for line in text.splitlines()
                 if line.startswith("first to use: ")]
        return set(found[0].split(", ")) if found else set()

    def test_each_part_of_the_engine_and_each_field_is_told_by_its_first_use(self):
        for selection, expected in SELECTIONS.items():
            with self.subTest(selection=selection):
                self.assertEqual(self.novel(selection), expected)

    def test_the_instructions_of_the_regex_machine_are_told_one_by_one(self):
        self.assertEqual(self.novel(REGEX), {
            "re", "regex as instructions", "regex instruction class", "regex instruction set",
            "regex instruction split", "regex instruction jump", "regex instruction assert",
            "regex instruction match",
            "regex assertion \\b", "regex assertion \\B"})

    def test_correlations_and_their_bounds_are_told(self):
        for kind, condition, expected in (
                ("event_count", "{gte: 3}", {"event_count", "correlation gte"}),
                ("event_count", "{lt: 3}", {"event_count", "correlation lt"}),
                ("value_count", "{gt: 3, field: Image}",
                 {"value_count", "correlation gt", "field Image"})):
            with self.subTest(kind=kind, condition=condition):
                self.assertEqual(
                    self.novel(KNOWN, CORRELATION.format(kind=kind, condition=condition)),
                    {"field User", *expected})

    def test_build_and_check_tell_it_against_a_pack_that_is_known(self):
        rules = [RULE.format(number=2, selection="{User|re: 'a+'}")]
        expected = {"re", "regex as a table", "field User"}
        pack = self.build("new", *rules, options=["--against", self.known])
        self.assertEqual(self.told(self.said), expected)
        status, text = self.run_it("check", "--against", self.known, pack)
        self.assertEqual((status, self.told(text)), (0, expected))
        status, text = self.run_it("check", "--against", pack, pack)
        self.assertEqual((status, self.told(text)), (0, set()))
        status, text = self.run_it("check", pack)
        self.assertEqual((status, self.told(text)), (0, set()))
        # Against what is no pack nothing can be said, and that is no silence.
        self.assertEqual(self.run_it("check", "--against", self.folder / "none", pack)[0], 2)

    def test_a_pack_that_comes_to_use_less_is_not_novel(self):
        more = self.build("more", RULE.format(number=1, selection="{User|re: 'a+'}"))
        less = self.build("less", RULE.format(number=1, selection="{User|re: 'b+'}"))
        self.assertEqual(self.told(self.run_it("diff", more, less)[1]), set())


if __name__ == "__main__":
    unittest.main(verbosity=2)
