# SPDX-License-Identifier: Apache-2.0
"""The engine against the oracle: the same rules, the same events, the same detections.

    python3 tests/oracle/compare.py WINDHOVER generated [--seeds 1 2 3] [--rules N] [--events N]
    python3 tests/oracle/compare.py WINDHOVER recorded [--events N]
    python3 tests/oracle/compare.py WINDHOVER derived [--seeds 1 2 3] [--events N]
    python3 tests/oracle/compare.py WINDHOVER text

``recorded`` takes all of SigmaHQ's rules over a sample of the recorded attacks in the test data,
every n-th event of all recordings; ``derived`` the same rules over N events made from each of
them; ``text`` over the logs in tests/text.  The engine runs with 1, 2 and 4 threads, or those of
--threads.  Ends with status 1 on any difference, 77 (skipped) where the test data is absent.
"""

import argparse
import collections
import glob
import itertools
import os
import subprocess
import sys
import tempfile
import zipfile

import sigma_yaml
from generate import generate
from logsource import DATA, Table
from make_derived import write_derived
from oracle import evaluate_files, read_rules
from scan import ScanError, scan

SHOWN = 20  # differences printed
SKIPPED = 77
TEXT_LOGS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "text", "logs")


def recorded_lines():
    """(where from, line) of every recorded event, in a stable order."""
    for path in sorted(glob.glob(os.path.join(DATA, "otrf", "*.zip"))):
        with zipfile.ZipFile(path) as archive:
            for name in sorted(archive.namelist()):
                if "__MACOSX" not in name:
                    with archive.open(name) as lines:
                        yield from (line.rstrip(b"\r\n") for line in lines)


def write_sample(count, path):
    """Every n-th recorded event, so that about ${count} of them are in ${path}."""
    total = sum(1 for _ in recorded_lines())
    step = max(total // count, 1)
    with open(path, "wb") as out:
        written = 0
        for line in itertools.islice(recorded_lines(), 0, None, step):
            out.write(line + b"\n")
            written += 1
    print(f"{written} of {total} recorded events")


def rule_folders():
    return sorted(glob.glob(os.path.join(DATA, "sigma", "rules*")))


def placeless(detections):
    """As a multiset, with the file's name alone: how a path is written decides nothing."""
    return collections.Counter((rule_id, os.path.basename(place)) for rule_id, place in detections)


def scan_with_threads(options, rules, events, placeholders):
    """The detections with each number of threads, which must be the same in the same order."""
    found, refused = scan(options.windhover, rules, [events], placeholders,
                          threads=options.threads[0])
    differences = 0
    for threads in options.threads[1:]:
        other = scan(options.windhover, rules, [events], placeholders, threads=threads)
        if other != (found, refused):
            print(f"{threads} threads find something else than {options.threads[0]}")
            differences += 1
    return found, refused, differences


def compare(options, rules, events, placeholders=None):
    """How many detections differ; the first of them are shown."""
    rule_set = read_rules(rules, placeholders)
    expected = placeless(evaluate_files(rule_set, [events]))
    found, refused, differences = scan_with_threads(options, rules, events, placeholders)
    found = placeless(found)
    print(f"{len(rule_set.rules)} rules, {len(rule_set.correlations)} correlations, "
          f"{len(rule_set.refused)} refused; {sum(expected.values())} detections by "
          f"{len({rule_id for rule_id, _ in expected})} rules; the engine has "
          f"{sum(found.values())}")
    if not expected:
        print("nothing was detected: this shows nothing")
        return 1
    missing, surplus = expected - found, found - expected
    show("only the oracle has", missing, rule_set, events)
    show("only the engine has", surplus, rule_set, events)
    if refused != len(rule_set.refused):
        print(f"the engine refuses {refused}, the oracle: {rule_set.refused}")
    differences += abs(refused - len(rule_set.refused))
    return differences + sum(missing.values()) + sum(surplus.values())


def show(what, differences, rule_set, events):
    with open(events, encoding="utf-8", errors="replace", newline="\n") as file:
        lines = file.read().split("\n")
    by_rule = collections.Counter(rule_id for rule_id, _ in differences.elements())
    shown = set()
    for (rule_id, place), count in differences.items():
        if rule_id in shown or len(shown) == SHOWN:
            continue
        shown.add(rule_id)
        line = lines[int(place.rpartition(":")[2]) - 1]
        print(f"{what}: {rule_id} at {place} ({count}; {by_rule[rule_id]} of this rule)\n"
              f'  rule: {rule_set.files.get(rule_id, "?")}\n  event: {line[:4000]}')


def compare_generated(options, folder):
    differences = 0
    for seed in options.seeds:
        print(f"seed {seed}:", end=" ")
        generate(seed, options.rules, options.events, folder)
        for part in ("", "correlation"):
            differences += compare(options, [os.path.join(folder, part, "rules")],
                                   os.path.join(folder, part, "events", "events.jsonl"),
                                   os.path.join(folder, "placeholders.yml"))
    return differences


def need_data():
    if not rule_folders() or not glob.glob(os.path.join(DATA, "otrf", "*.zip")):
        print(f"skipped: WINDHOVER_DATA is not there ({DATA})")
        sys.exit(SKIPPED)


def compare_recorded(options, folder):
    need_data()
    events = os.path.join(folder, "events.jsonl")
    write_sample(options.events, events)
    return compare(options, rule_folders(), events)


def compare_derived(options, folder):
    need_data()
    differences = 0
    for seed in options.seeds:
        events = os.path.join(folder, f"derived-{seed}.jsonl")
        written = write_derived(seed, rule_folders(), events, Table(sigma_yaml.load),
                                options.events)
        print(f"seed {seed}: {written} events;", end=" ")
        differences += compare(options, rule_folders(), events)
    return differences


def compare_text(options, folder):
    """Text logs, as the events that windhover writes of them."""
    need_data()
    events = os.path.join(folder, "events.jsonl")
    with open(events, "wb") as out:
        done = subprocess.run([options.windhover, "scan", "--dump", "--quiet", TEXT_LOGS],
                              stdout=out, stderr=subprocess.PIPE, check=False)
    if done.returncode:
        raise ScanError(f"--dump: status {done.returncode}: {done.stderr[-2000:]}")
    return compare(options, rule_folders(), events)


KINDS = {
    # name: (function, how many events where not said)
    "generated": (compare_generated, 2000),
    "recorded": (compare_recorded, 5000),
    "derived": (compare_derived, 1),
    "text": (compare_text, 0),
}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("windhover", metavar="WINDHOVER")
    parser.add_argument("kind", choices=sorted(KINDS))
    parser.add_argument("--seeds", type=int, nargs="+", default=[1], metavar="SEED")
    parser.add_argument("--rules", type=int, default=600, metavar="COUNT")
    parser.add_argument("--events", type=int, metavar="COUNT")
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2, 4], metavar="COUNT")
    parser.add_argument("--keep", metavar="DIR", help="write rules and events here")
    options = parser.parse_args()
    run, events = KINDS[options.kind]
    options.events = options.events or events
    with tempfile.TemporaryDirectory() as folder:
        if options.keep:
            os.makedirs(options.keep, exist_ok=True)
        try:
            differences = run(options, options.keep or folder)
        except ScanError as error:
            print(f"windhover scan failed: {error}")
            differences = 1
    print(f"{differences} differences")
    sys.exit(1 if differences else 0)


if __name__ == "__main__":
    main()
