# SPDX-License-Identifier: Apache-2.0
"""Letter case over all of Unicode, from rule to detection, against Python's own data.

usage: fold_test.py WINDHOVER

Each character that has a simple folding stands once in a rule and once in an event: a rule must hit
the events whose character folds as its own does, and no others.
"""
import json
import os
import pathlib
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "oracle"))
from fold import derive_table

RULE = """\
title: {number}
logsource: {{product: windows, service: security}}
detection:
  selection: {{Text|contains: {text}}}
  condition: selection
"""


def found(windhover, points, texts):
    """{(number of the rule, number of the event)}: a rule for each point, an event for each text."""
    with tempfile.TemporaryDirectory() as name:
        rules, log = pathlib.Path(name, "rules.yml"), pathlib.Path(name, "log.jsonl")
        rules.write_text("---\n".join(RULE.format(number=number, text=f"'a{chr(point)}b'")
                                      for number, point in enumerate(points)), encoding="utf-8")
        log.write_text("".join(json.dumps({"Channel": "Security", "EventID": 1,
                                           "Text": f"-- a{chr(point)}b --"}) + "\n"
                               for point in texts), encoding="utf-8")
        done = subprocess.run([windhover, "scan", "-q", "-o", "jsonl", "-r", rules, log],
                              capture_output=True, encoding="utf-8", check=False)
    if done.returncode != 1 or done.stderr:
        sys.exit(f"windhover scan: exit status {done.returncode}\n{done.stderr[-2000:]}")
    hits = map(json.loads, done.stdout.splitlines())
    return {(int(hit["rule"]["name"]), hit["log"]["file"]["line"] - 1) for hit in hits}


def main():
    table = derive_table()
    points = sorted(table.keys() | table.values())
    numbers = {}
    for number, point in enumerate(points):
        numbers.setdefault(table.get(point, point), []).append(number)
    wanted = {(rule, event) for alike in numbers.values() for rule in alike for event in alike}
    got = found(os.path.abspath(sys.argv[1]), points, points)
    for rule, event in sorted(got ^ wanted)[:20]:
        print(f"a rule for U+{points[rule]:04X} and an event with U+{points[event]:04X}: "
              f"{'found' if (rule, event) in got else 'not found'}")
    print(f"{len(points)} characters, {len(wanted)} pairs alike, {len(got ^ wanted)} differ")
    sys.exit(1 if got != wanted or len(points) < 2800 else 0)


if __name__ == "__main__":
    main()
