# SPDX-License-Identifier: Apache-2.0
"""Every detection that all Windows rules make in the recorded event logs, against golden.txt.

    python3 tests/evtx/golden.py WINDHOVER [--write]

All Windows rules: each rule file below sigma/rules*/ with the log source's product windows.
README.md says what is in golden.txt, and how it compares with others' counts.  Status 1 where
something differs, 77 (skipped) where the test data is absent.  --write makes golden.txt anew.
"""

import argparse
import collections
import glob
import json
import os
import re
import subprocess
import sys
import tempfile

SKIPPED = 77
SHOWN = 40  # differences printed
HERE = os.path.dirname(os.path.abspath(__file__))
GOLDEN = os.path.join(HERE, "golden.txt")
DATA = os.environ.get("WINDHOVER_DATA") or \
    os.path.normpath(os.path.join(HERE, "..", "..", "..", "shared", "data"))
WINDOWS = re.compile(r"^\s*product:\s*['\"]?windows\b", re.M)
REFUSED = "the placeholder %"  # the only reason for which a rule may be left out
HEAD = """\
# Detections in the recorded event logs: README.md.  A file, then each rule with its records.
"""


def windows_rules():
    paths = sorted(glob.glob(os.path.join(DATA, "sigma", "rules*", "**", "*.yml"), recursive=True))
    for path in paths:
        with open(path, encoding="utf-8", errors="replace") as file:
            if WINDOWS.search(file.read()):
                yield path


def build_pack(windhover, rules, pack):
    """Complaints about rules that are refused for anything but a placeholder without a value."""
    done = subprocess.run([windhover, "pack", "build", "-o", pack, *rules], capture_output=True,
                          encoding="utf-8", check=False)
    if not os.path.exists(pack):
        sys.exit(f"pack build ended with {done.returncode}: {done.stderr[-2000:]}")
    return [line for line in done.stderr.splitlines()
            if line.count(".yml:") and REFUSED not in line]


def detections(windhover, pack, logs):
    """{(file, rule, record): how often}, files by their path below ${logs}."""
    done = subprocess.run([windhover, "scan", "--quiet", "--pack", pack, "--output", "jsonl", logs],
                          capture_output=True, encoding="utf-8", check=False)
    if done.returncode != 1:
        sys.exit(f"scan ended with {done.returncode}: {done.stderr[-2000:]}")
    found = collections.Counter()
    for line in done.stdout.splitlines():
        document = json.loads(line)
        place = document["log"]["file"]
        found[os.path.relpath(place["path"], logs), document["rule"]["id"], place["line"]] += 1
    return found


def write_ranges(records):
    """1 2 3 7 -> 1-3 7; a record's number that occurs twice stands there twice."""
    ranges = []
    for record in sorted(records):
        if ranges and record == ranges[-1][1] + 1:
            ranges[-1][1] = record
        else:
            ranges.append([record, record])
    return " ".join(str(a) if a == b else f"{a}-{b}" for a, b in ranges)


def read_ranges(text):
    for part in text.split():
        first, _, last = part.partition("-")
        yield from range(int(first), int(last or first) + 1)


def write_golden(found):
    by_file = collections.defaultdict(lambda: collections.defaultdict(list))
    for (path, rule, record), count in found.items():
        by_file[path][rule] += [record] * count
    with open(GOLDEN, "w", encoding="utf-8") as out:
        out.write(HEAD)
        for path in sorted(by_file):
            out.write(f"{path}\n")
            for rule in sorted(by_file[path]):
                out.write(f"\t{rule} {write_ranges(by_file[path][rule])}\n")


def read_golden():
    found, path = collections.Counter(), None
    with open(GOLDEN, encoding="utf-8") as lines:
        for line in lines:
            if line.startswith("\t"):
                rule, _, records = line.strip().partition(" ")
                for record in read_ranges(records):
                    found[path, rule, record] += 1
            elif not line.startswith("#"):
                path = line.rstrip("\n")
    return found


def complaints(found, expected):
    for key in sorted((found - expected).elements()):
        yield "one more than golden.txt has: {0} rule {1} record {2}".format(*key)
    for key in sorted((expected - found).elements()):
        yield "golden.txt has one more: {0} rule {1} record {2}".format(*key)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("windhover")
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    logs = os.path.join(DATA, "evtx")
    rules = list(windows_rules())
    if not rules or not os.path.isdir(logs):
        print(f"skipped: WINDHOVER_DATA is not there ({DATA})")
        sys.exit(SKIPPED)
    with tempfile.TemporaryDirectory() as folder:
        pack = os.path.join(folder, "windows.pack")
        wrong = build_pack(options.windhover, rules, pack)
        found = detections(options.windhover, pack, logs)
    if options.write:
        write_golden(found)
    wrong += complaints(found, read_golden())
    for line in wrong[:SHOWN]:
        print(line)
    if len(wrong) > SHOWN:
        print(f"and {len(wrong) - SHOWN} more")
    print(f"{len(rules)} rule files, {sum(found.values())} detections by "
          f"{len({rule for _, rule, _ in found})} rules; {len(wrong)} differences")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
