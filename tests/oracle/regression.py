# SPDX-License-Identifier: Apache-2.0
"""SigmaHQ's own regression cases: each recorded attack sets off the rule that it is for.

    python3 tests/oracle/regression.py [WINDHOVER]

With WINDHOVER the engine is asked, without it the oracle.  Status 1 where a case fails, 77
(skipped) where the test data is absent.
"""

import glob
import json
import os
import sys
import tempfile

import sigma_yaml
from logsource import DATA
from oracle import evaluate_files, read_rules
from scan import ScanError, scan

SKIPPED = 77
# The one case that is a line of text: a mapping says which log it is of.
TEXT_SOURCE = "cisco//aaa"
TEXT_MAPPING = f"""\
source: {TEXT_SOURCE}
when:
  log: cisco
"""


def read_cases():
    """(folder, rule id, JSON files or text files) of each case."""
    cases = []
    for path in sorted(glob.glob(os.path.join(DATA, "sigma", "regression_data", "**", "info.yml"),
                                 recursive=True)):
        with open(path, encoding="utf-8") as file:
            rule_id = sigma_yaml.load(file)["rule_metadata"][0]["id"]
        folder = os.path.dirname(path)
        files = sorted(glob.glob(os.path.join(glob.escape(folder), "*.json"))) or \
            sorted(glob.glob(os.path.join(glob.escape(folder), "*.raw")))
        cases.append((folder, rule_id, files))
    return cases


def wrap_text(path, folder):
    """A JSON line for each line of a text log."""
    out = os.path.join(folder, os.path.basename(path) + ".jsonl")
    with open(path, encoding="utf-8") as lines, open(out, "w", encoding="utf-8") as file:
        for line in lines:
            file.write(json.dumps({"log": "cisco", "message": line.rstrip("\n")}) + "\n")
    return out


def find_detections(windhover, files, folder):
    """{(rule id, file)} over all files."""
    rules = sorted(glob.glob(os.path.join(DATA, "sigma", "rules*")))
    if not windhover:
        found = evaluate_files(read_rules(rules), files, TEXT_SOURCE)
    else:
        mapping = os.path.join(folder, "mapping.yml")
        with open(mapping, "w", encoding="utf-8") as file:
            file.write(TEXT_MAPPING)
        found, _ = scan(windhover, rules, files, mapping=mapping)
    return {(rule_id, place.rpartition(":")[0]) for rule_id, place in found}


def main():
    windhover = sys.argv[1] if len(sys.argv) > 1 else None
    cases = read_cases()
    if not cases:
        print(f"skipped: WINDHOVER_DATA is not there ({DATA})")
        sys.exit(SKIPPED)
    with tempfile.TemporaryDirectory() as folder:
        cases = [(case, rule_id, [wrap_text(path, folder) if path.endswith(".raw") else path
                                  for path in files]) for case, rule_id, files in cases]
        everything = [path for _, _, files in cases for path in files]
        try:
            found = find_detections(windhover, everything, folder)
        except ScanError as error:
            print(f"windhover scan failed: {error}")
            sys.exit(1)
    failed = [(case, rule_id) for case, rule_id, files in cases
              if not any((rule_id, path) in found for path in files)]
    for case, rule_id in failed:
        print(f"{rule_id} does not fire on {case}")
    print(f"{len(cases) - len(failed)} of {len(cases)} cases")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
