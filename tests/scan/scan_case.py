# SPDX-License-Identifier: Apache-2.0
"""What the tests of ``windhover scan`` share; the command is their first argument."""

import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

WINDHOVER = os.path.abspath(sys.argv.pop(1))
PROJECT = pathlib.Path(__file__).resolve().parents[2]
DATA = pathlib.Path(os.environ.get("WINDHOVER_DATA", PROJECT.parent / "shared" / "data"))


def event(command, second=0, **more):
    """A process start of Sysmon's, flat."""
    return {"Channel": "Microsoft-Windows-Sysmon/Operational", "EventID": 1, "Hostname": "host-a",
            "TimeCreated": f"2024-07-19T04:09:{second:02}Z", "CommandLine": command, **more}


class ScanCase(unittest.TestCase):
    """A folder, rules.yml of ${rules_text} in it, and the command."""
    rules_text = ""

    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.rules = self.put("rules.yml", self.rules_text)

    def path(self, name):
        return os.path.join(self.folder.name, name)

    def put(self, name, content):
        os.makedirs(os.path.dirname(self.path(name)), exist_ok=True)
        with open(self.path(name), "wb") as file:
            file.write(content if isinstance(content, bytes) else content.encode())
        return self.path(name)

    def put_events(self, name, *events):
        return self.put(name, "".join(json.dumps(e) + "\n" for e in events))

    def scan(self, *arguments, status, **more):
        """Standard output and standard error of a scan that ends with ${status}."""
        done = subprocess.run([WINDHOVER, "scan", *arguments], capture_output=True, check=False,
                              **more)
        error = done.stderr.decode()
        self.assertEqual(done.returncode, status, error)
        return done.stdout.decode(errors="replace"), error
