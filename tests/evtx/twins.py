# SPDX-License-Identifier: Apache-2.0
"""SigmaHQ's regression cases come as EVTX and as JSON of another parser: both are the same here.

    python3 tests/evtx/twins.py WINDHOVER

Every value is compared, member by member; docs/formats/evtx.md names the one difference.  Then
all rules are run over both: the same detections, among them the rule of each case.  Status 1
where something differs, 77 (skipped) where the test data is absent.
"""

import glob
import json
import os
import re
import subprocess
import sys
import tempfile

SKIPPED = 77
HERE = os.path.dirname(os.path.abspath(__file__))
DATA = os.environ.get("WINDHOVER_DATA") or \
    os.path.normpath(os.path.join(HERE, "..", "..", "..", "shared", "data"))
CASES = os.path.join(DATA, "sigma", "regression_data")
# The only difference: the other parser cuts blanks at the end of texts.
EXPLAINED = "blanks at the end of a text"
EVERYTHING = """\
title: Every event
id: 9b1d5f0e-5f0b-4f0e-9a55-1f5d8a7c2b10
logsource:
  product: windows
detection:
  every:
    EventID: '*'
  condition: every
level: informational
"""


def documents(text):
    """The JSON documents that stand one behind the other in ${text}."""
    decoder, at, found = json.JSONDecoder(), 0, []
    while True:
        while at < len(text) and text[at].isspace():
            at += 1
        if at == len(text):
            return found
        document, at = decoder.raw_decode(text, at)
        found.append(document)


def scan(windhover, rules, files):
    """The detections of ${rules} in ${files}, as documents."""
    command = [windhover, "scan", "--quiet", "--output", "jsonl"]
    for path in rules:
        command += ["--rules", path]
    done = subprocess.run([*command, *files], capture_output=True, encoding="utf-8", check=False)
    if done.returncode != 1:
        sys.exit(f"scan ended with {done.returncode}: {done.stderr[-2000:]}")
    return [json.loads(line) for line in done.stdout.splitlines()]


def differences(path, ours, theirs):
    """(path, ours, theirs) of each value that is not the same."""
    if isinstance(ours, dict) and isinstance(theirs, dict):
        for name in sorted(ours.keys() | theirs.keys()):
            missing = object()
            left, right = ours.get(name, missing), theirs.get(name, missing)
            if left is missing or right is missing:
                yield f"{path}/{name}", name in ours, name in theirs
            else:
                yield from differences(f"{path}/{name}", left, right)
    elif type(ours) is not type(theirs) or ours != theirs:
        yield path, ours, theirs


def is_explained(ours, theirs):
    return isinstance(ours, str) and isinstance(theirs, str) and ours.rstrip() == theirs


def compare_values(windhover, stems, folder):
    """How many events there are, differences that are explained, and complaints."""
    rule = os.path.join(folder, "every.yml")
    with open(rule, "w", encoding="utf-8") as file:
        file.write(EVERYTHING)
    ours, explained, wrong, count = {}, 0, [], 0
    for detection in scan(windhover, [rule], [stem + ".evtx" for stem in stems]):
        ours.setdefault(detection["log"]["file"]["path"], []).append(detection["event"])
    for stem in stems:
        with open(stem + ".json", encoding="utf-8") as file:
            theirs = documents(file.read())
        events = ours.get(stem + ".evtx", [])
        count += len(events)
        if len(events) != len(theirs):
            wrong.append(f"{stem}: {len(events)} events, not {len(theirs)}")
        for event, twin in zip(events, theirs):
            for path, left, right in differences("", event, twin):
                if is_explained(left, right):
                    explained += 1
                else:
                    wrong.append(f"{stem}: {path} is {left!r}, not {right!r}")
    return count, explained, wrong


def detections(windhover, rules, stems, suffix):
    """{(stem, rule, record)}"""
    return {(found["log"]["file"]["path"][:-len(suffix)], found["rule"]["id"],
             found["event"]["Event"]["System"]["EventRecordID"])
            for found in scan(windhover, rules, [stem + suffix for stem in stems])}


def compare_detections(windhover, stems):
    """How many detections there are, and complaints."""
    rules = sorted(glob.glob(os.path.join(DATA, "sigma", "rules*")))
    ours = detections(windhover, rules, stems, ".evtx")
    theirs = detections(windhover, rules, stems, ".json")
    wrong = [f"{stem}: {rule} on record {record} from only one of EVTX and JSON"
             for stem, rule, record in sorted(ours ^ theirs)]
    for stem in stems:
        with open(os.path.join(os.path.dirname(stem), "info.yml"), encoding="utf-8") as file:
            info = file.read()
        rule = re.search(r"rule_metadata:\s+- id: ([0-9a-f-]{36})", info)[1]
        if not any(found[:2] == (stem, rule) for found in ours):
            wrong.append(f"{stem}: its rule {rule} does not fire")
    return len(ours), wrong


def main():
    stems = sorted(path[:-5] for path in
                   glob.glob(os.path.join(CASES, "**", "*.evtx"), recursive=True))
    if not stems:
        print(f"skipped: WINDHOVER_DATA is not there ({DATA})")
        sys.exit(SKIPPED)
    with tempfile.TemporaryDirectory() as folder:
        events, explained, wrong = compare_values(sys.argv[1], stems, folder)
    found, more = compare_detections(sys.argv[1], stems)
    for line in wrong + more:
        print(line)
    print(f"{len(stems)} files, {events} events, {found} detections; "
          f"{explained} differences explained ({EXPLAINED}), {len(wrong + more)} not")
    sys.exit(1 if wrong or more else 0)


if __name__ == "__main__":
    main()
