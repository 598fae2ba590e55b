# SPDX-License-Identifier: Apache-2.0
"""The second opinion: Sigma evaluated in the most obvious way, sharing nothing with the engine.

    python3 tests/oracle/oracle.py --rules DIR|FILE... -- FILE...

prints ``rule id<TAB>file:line`` for every detection; a correlation's line is that of the event
that completed it.  What was refused and counted goes to standard error.
"""

import argparse
import sys

import sigma_yaml
from event import read_events
from rule import RuleSet


def evaluate_files(rule_set, files, source=None):
    """Every detection as (rule id, "file:line"), in the order of the events; ${source} is
    where events come from that do not say it themselves."""
    for path in files:
        events, bad = read_events(path)
        if bad:
            print(f"{path}: {bad} values are no events", file=sys.stderr)
        for event in events:
            event.source = event.source or source or ""
            for rule_id in rule_set.evaluate(event):
                yield rule_id, event.place


def read_rules(paths, placeholders=None):
    values = {}
    if placeholders:
        with open(placeholders, encoding="utf-8") as file:
            values = {name: value if isinstance(value, list) else [value]
                      for name, value in sigma_yaml.load(file).items()}
    rule_set = RuleSet(values)
    rule_set.read(paths)
    return rule_set


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--rules", nargs="+", required=True, metavar="DIR|FILE")
    parser.add_argument("--placeholders", metavar="FILE")
    parser.add_argument("files", nargs="+", metavar="FILE")
    options = parser.parse_args()
    rule_set = read_rules(options.rules, options.placeholders)
    for path, reason in rule_set.refused:
        print(f"{path}: refused: {reason}", file=sys.stderr)
    print(f"{len(rule_set.rules)} rules, {len(rule_set.correlations)} correlations, "
          f"{len(rule_set.refused)} refused", file=sys.stderr)
    for rule_id, place in evaluate_files(rule_set, options.files):
        print(f"{rule_id}\t{place}")


if __name__ == "__main__":
    main()
