# SPDX-License-Identifier: Apache-2.0
"""What --carve recovers from the unused space of the recorded event logs, against a plain search.

    python3 tests/evtx/slack.py WINDHOVER

The search knows records by their signature and both their sizes only.  Of what it finds beside
the logs' own records nothing may be recovered more often than it stands there, and nothing that
is no such record.  Most of them are missing for good reason: other templates stand where theirs
stood, and with these their values would get wrong names.  They are as many as --stats says.  Status
1 where that does not hold, 77 (skipped) where the test data is absent.
"""

import glob
import json
import os
import struct
import subprocess
import sys
import tempfile

SKIPPED = 77
HERE = os.path.dirname(os.path.abspath(__file__))
DATA = os.environ.get("WINDHOVER_DATA") or \
    os.path.normpath(os.path.join(HERE, "..", "..", "..", "shared", "data"))
HEAD, BLOCK, RECORDS_AT, SMALLEST = 4096, 65536, 512, 28
EVERYTHING = """\
title: Every event
id: 9b1d5f0e-5f0b-4f0e-9a55-1f5d8a7c2b10
logsource:
  product: windows
detection:
  every:
    EventID|exists: true
  condition: every
level: informational
"""


def record_at(block, at):
    """(size, id, time) of the whole record at ${at}, or None."""
    if at + SMALLEST > len(block) or block[at:at + 4] != b"**\0\0":
        return None
    size, number, time = struct.unpack_from("<IQQ", block, at + 4)
    if not SMALLEST <= size <= len(block) - at or \
            struct.unpack_from("<I", block, at + size - 4)[0] != size:
        return None
    return size, number, time


def own_records(block):
    """(id, time) of the records that the chunk's header knows, and those that follow on."""
    used, at, last = struct.unpack_from("<I", block, 48)[0], RECORDS_AT, None
    while found := record_at(block, at):
        size, number, time = found
        if at >= used and (last is None or number != last + 1):
            return
        yield number, time
        at, last = at + size, number


def all_records(block):
    """(id, time) of whatever looks like a record."""
    at = block.find(b"**\0\0", RECORDS_AT)
    while at >= 0:
        found = record_at(block, at)
        if found:
            yield found[1:]
        at = block.find(b"**\0\0", at + (found[0] if found else 1))


def search(path):
    """Records that the log has, and those that its unused space has besides: sets of (id, time)."""
    own, others = set(), set()
    with open(path, "rb") as file:
        content = file.read()
    for at in range(HEAD, len(content), BLOCK):
        block = content[at:at + BLOCK]
        if block.startswith(b"ElfChnk"):
            own |= set(own_records(block))
            others |= set(all_records(block))
    return own, others - own


def recovered(windhover, logs, folder):
    """{log: ids of the records that are recovered from it}, as often as they are."""
    rule = os.path.join(folder, "every.yml")
    with open(rule, "w", encoding="utf-8") as file:
        file.write(EVERYTHING)
    done = subprocess.run([windhover, "scan", "--quiet", "--carve", "--rules", rule, "--output",
                           "jsonl", logs], capture_output=True, encoding="utf-8", check=False)
    found = {}
    for line in done.stdout.splitlines():
        document = json.loads(line)
        if document.get("windhover", {}).get("recovered"):
            place = document["log"]["file"]
            found.setdefault(place["path"], []).append(place["line"])
    return found


def told_as_gone(windhover, logs):
    """What --stats says of records that cannot be read any more."""
    done = subprocess.run([windhover, "scan", "--quiet", "--carve", "--stats", logs],
                          capture_output=True, encoding="utf-8", check=False)
    line = next(line for line in done.stdout.splitlines() if line.endswith("template is gone"))
    return int(line.split()[0].replace(",", ""))


def main():
    logs = os.path.join(DATA, "evtx")
    paths = sorted(glob.glob(os.path.join(logs, "**", "*.evtx"), recursive=True))
    if not paths:
        print(f"skipped: WINDHOVER_DATA is not there ({DATA})")
        sys.exit(SKIPPED)
    with tempfile.TemporaryDirectory() as folder:
        found = recovered(sys.argv[1], logs, folder)
    total = missing = 0
    wrong = []
    for path in paths:
        own, others = search(path)
        there, ids = sorted(number for number, _ in others), sorted(found.get(path, []))
        total += len(ids)
        for number in set(ids):
            if ids.count(number) > there.count(number):
                wrong.append(f"{path}: record {number} is recovered {ids.count(number)} times, "
                             f"but stands there {there.count(number)} times"
                             f"{' (and is in the log)' if number in dict(own) else ''}")
        missing += len(there) - len(ids)
    told = told_as_gone(sys.argv[1], logs)
    if told != missing:
        wrong.append(f"--stats tells of {told} records whose templates are gone, not of {missing}")
    for line in wrong:
        print(line)
    print(f"{len(paths)} logs, {total} records recovered, {missing} whose templates are gone; "
          f"{len(wrong)} complaints")
    sys.exit(1 if wrong or total < 100 else 0)


if __name__ == "__main__":
    main()
