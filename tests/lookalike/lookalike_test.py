# SPDX-License-Identifier: Apache-2.0
"""windhover lookalike, and brands among the rules.

usage: lookalike_test.py WINDHOVER
"""
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

WINDHOVER = os.path.abspath(sys.argv.pop(1))
BRANDS = """
brands:
  - domain: exam+ple.com
    own: [example.net]
  - domain: shining-bridge.org
    level: critical
"""


def run(*arguments, stdin=""):
    return subprocess.run([WINDHOVER, *map(str, arguments)], input=stdin, capture_output=True,
                          text=True, timeout=60)


class Lookalike(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.brands = self.folder / "brands.yml"
        self.brands.write_text(BRANDS)

    def test_names_on_the_command_line_and_on_standard_input_are_checked(self):
        done = run("lookalike", "check", "--brands", self.brands, "example.shop", "a.example.net")
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertEqual(done.stdout.split(), "example.shop looks like example.com: other suffix".split())
        names = "# a list\nwww.example.com\n\nshinyngbridge.test\tx\n"
        done = run("lookalike", "check", "--json", "--brands", self.brands, "-", stdin=names)
        self.assertEqual([json.loads(line) for line in done.stdout.splitlines()], [
            {"name": "www.example.com"},
            {"name": "shinyngbridge.test", "brand": "shining-bridge.org", "trick": "typing error"}])
        self.assertEqual(done.returncode, 1)
        self.assertEqual(run("lookalike", "check", "--brand", "example.com", "debian.org").returncode, 0)

    def test_what_is_wrong_is_said_with_its_place(self):
        self.brands.write_text("brands:\n  - domain: Example.com\n")
        for arguments, expected in (
                (["--brands", self.brands, "a"], f"{self.brands}:2:13: 'Example.com' is no brand's domain"),
                (["--brands", self.folder / "none.yml", "a"], "none.yml: No such file"),
                (["--brand", "exa.com", "a"], "--brand expects a name of at least 4 letters"),
                (["a"], "no brands"),
                (["--brand", "example.com"], "no names")):
            done = run("lookalike", "check", *arguments)
            self.assertEqual((done.returncode, done.stdout), (2, ""))
            self.assertIn(expected, done.stderr)
        done = run("rule", "check", self.brands)
        self.assertEqual(done.returncode, 1)
        self.assertIn(f"{self.brands}:2:13:", done.stdout)

    def test_brands_among_rules_find_names_in_dns_queries(self):
        log = self.folder / "dns.jsonl"
        log.write_text("".join(
            json.dumps({"Channel": "Microsoft-Windows-Sysmon/Operational", "EventID": 22,
                        "QueryName": name}) + "\n"
            for name in ("exampl.com", "login.example.net", "shiningbridge.zip", "example.com")))
        done = run("scan", "--rules", self.folder, "--output", "jsonl", log)
        found = [json.loads(line) for line in done.stdout.splitlines()]
        self.assertEqual([(hit["log"]["file"]["line"], hit["rule"]["name"], hit["rule"]["level"])
                          for hit in found],
                         [(1, "Look-alike of example.com asked for in DNS", "high"),
                          (3, "Look-alike of shining-bridge.org asked for in DNS", "critical")])
        again = run("scan", "--rules", self.folder, "--output", "jsonl", log)
        self.assertEqual(again.stdout, done.stdout)


if __name__ == "__main__":
    unittest.main(verbosity=2)
