#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Hold the starter rules against their recorded events.

    tests/rules/run.py WINDHOVER [RULE...]

For each rule: its file says what it must; in match.jsonl it hits as often as match.sh says
("# hits: N"); in nomatch.jsonl it does not hit.  In quiet.jsonl, a clean machine at work, no
rule of level medium or above hits.  Every rule must have both files, with events in them.
"""

import functools
import glob
import json
import os
import re
import subprocess
import sys
import tempfile

import yaml

HERE = os.path.dirname(os.path.abspath(__file__))
RULES = os.path.normpath(os.path.join(HERE, "..", "..", "rules"))
TACTICS = ("initial-access", "execution", "persistence", "privilege-escalation", "stealth",
           "defense-impairment", "credential-access", "discovery", "lateral-movement",
           "collection", "command-and-control", "exfiltration", "impact")
LEVELS = ("informational", "low", "medium", "high", "critical")
UUID4 = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}\Z")
SENSOR_SOURCES = re.compile(r'^KIND\(.*"linux:(\w+)"', re.M)
SENSOR_FIELDS = re.compile(r'^FIELD\(\w+, *\w+, *"(\w+)"', re.M)


def sensor_fields():
    path = os.path.join(HERE, "..", "..", "src", "model", "field.def")
    with open(path, encoding="utf-8") as file:
        return set(SENSOR_FIELDS.findall(file.read()))


@functools.cache
def sensor_categories():
    path = os.path.join(HERE, "..", "..", "src", "detect", "kernel", "record_kind.def")
    with open(path, encoding="utf-8") as file:
        return set(SENSOR_SOURCES.findall(file.read()))


def fields_of(node):
    """The fields that a detection names."""
    if isinstance(node, list):
        for member in node:
            yield from fields_of(member)
    elif isinstance(node, dict):
        for key, value in node.items():
            if isinstance(value, (dict, list)) and not is_values(value):
                yield from fields_of(value)
            elif key not in ("condition", "timeframe"):
                yield key.split("|")[0]


def is_values(value):
    return isinstance(value, list) and not any(isinstance(member, dict) for member in value)


class Rule:
    def __init__(self, path):
        self.path = path
        self.stem = os.path.basename(path)[:-len(".yml")]
        self.tactic = os.path.basename(os.path.dirname(path))
        with open(path, encoding="utf-8") as file:
            self.documents = list(yaml.safe_load_all(file))
        self.main = self.documents[-1]  # the parts of a correlation stand before it
        self.faults = []

    def expect(self, holds, sentence):
        if not holds:
            self.faults.append(sentence)

    def check_text(self, known_fields):
        """What every rule here says about itself."""
        for document in self.documents:
            title = document.get("title", "")
            self.expect(0 < len(title) <= 100, "a title of at most 100 characters")
            self.expect(UUID4.match(str(document.get("id"))), f"{title}: a random UUID as id")
            self.expect(document.get("author") == "Windhover", f"{title}: an author")
            self.expect(document.get("license") == "Apache-2.0", f"{title}: a licence")
            self.expect(document.get("level") in LEVELS, f"{title}: a level")
            self.expect(document.get("description"), f"{title}: a description")
            self.check_tags(document)
            source = document.get("logsource", {"product": "linux", "category":
                                                "process_creation"})
            self.expect(source.get("product") == "linux" and
                        source.get("category") in sensor_categories() and len(source) == 2,
                        f"{title}: a log source that the sensor has")
            unknown = set(fields_of(document.get("detection", {}))) - known_fields
            self.expect(not unknown, f"{title}: fields that the sensor has, not {unknown}")
        self.expect(self.main.get("falsepositives"), "falsepositives")
        self.expect("correlation" in self.main or len(self.documents) == 1,
                    "one rule, or a correlation after its parts")

    def check_tags(self, document):
        tags = document.get("tags", [])
        techniques = [tag for tag in tags if re.match(r"attack\.t\d{4}(\.\d{3})?\Z", tag)]
        self.expect(f"attack.{self.tactic}" in tags, "the tactic of its folder as a tag")
        self.expect(techniques, "a technique as a tag")
        for tag in techniques:
            number = tag[len("attack.t"):].replace(".", "/")
            self.expect(any(f"/techniques/T{number}" in reference
                            for reference in document.get("references", [])),
                        f"a reference for {tag}")

    def events(self, kind):
        path = os.path.join(HERE, self.stem, f"{kind}.jsonl")
        if not os.path.exists(path) or os.path.getsize(path) == 0:
            self.faults.append(f"{kind}.jsonl with events in it (tests/rules/record.py)")
            return None
        return path

    def wanted_hits(self):
        with open(os.path.join(HERE, self.stem, "match.sh"), encoding="utf-8") as file:
            found = re.search(r"^# hits: ([1-9]\d*)$", file.read(), re.M)
        return int(found[1]) if found else 0

    def check_events(self, scan):
        match, nomatch = self.events("match"), self.events("nomatch")
        if match:
            hits = [hit["id"] for hit in scan(match)].count(self.main["id"])
            wanted = self.wanted_hits()
            self.expect(wanted, '"# hits: N" in match.sh')
            self.expect(hits == wanted, f"{wanted} hits in match.jsonl, and has {hits}")
        if nomatch:
            hits = [hit["id"] for hit in scan(nomatch)].count(self.main["id"])
            self.expect(hits == 0, f"no hit in nomatch.jsonl, and has {hits}")


def make_scan(windhover, pack):
    """A function from a file of events to the rules that hit it."""
    def scan(path):
        run = subprocess.run([windhover, "scan", "--pack", pack, "--output", "jsonl", path],
                             capture_output=True, text=True)
        if run.returncode not in (0, 1):
            sys.exit(f"scan of {path}: exit status {run.returncode}\n{run.stderr}")
        return [json.loads(line)["rule"] for line in run.stdout.splitlines() if line]
    return scan


def check_quiet(scan):
    """The faults of quiet.jsonl."""
    path = os.path.join(HERE, "quiet.jsonl")
    if not os.path.exists(path) or os.path.getsize(path) == 0:
        return ["quiet.jsonl with events in it (tests/rules/record.py)"]
    loud = [hit for hit in scan(path) if LEVELS.index(hit["level"]) >= LEVELS.index("medium")]
    return [f"no hit of {hit['name']} ({hit['level']})" for hit in loud]


def check_set(rules):
    """The faults that concern several rules or none."""
    ids = [document["id"] for rule in rules for document in rule.documents]
    stems = {rule.stem for rule in rules}
    folders = {name for name in os.listdir(HERE) if os.path.isdir(os.path.join(HERE, name))}
    faults = [f"id {ident} only once" for ident in set(ids) if ids.count(ident) > 1]
    faults += [f"a known tactic as folder, not {rule.tactic}" for rule in rules
               if rule.tactic not in TACTICS]
    faults += [f"a rule for the events of {name}" for name in sorted(folders - stems)
               if not name.startswith(("_", "."))]
    return faults


def main():
    windhover, only = sys.argv[1], set(sys.argv[2:])
    rules = [Rule(path) for path in sorted(glob.glob(os.path.join(RULES, "*", "*.yml")))]
    faults = [("rules", fault) for fault in check_set(rules)]
    known = sensor_fields()
    with tempfile.TemporaryDirectory() as folder:
        pack = os.path.join(folder, "starter.pack")
        subprocess.run([windhover, "pack", "build", "-o", pack, RULES], check=True,
                       stdout=subprocess.DEVNULL)
        scan = make_scan(windhover, pack)
        for rule in rules:
            if only and rule.stem not in only:
                continue
            rule.check_text(known)
            rule.check_events(scan)
            faults += [(rule.stem, fault) for fault in rule.faults]
        if not only:
            faults += [("quiet", fault) for fault in check_quiet(scan)]
    for name, fault in faults:
        print(f"{name}: must have {fault}")
    print(f"{len(rules)} rules, {len(faults)} faults")
    return 1 if faults or not rules else 0


if __name__ == "__main__":
    sys.exit(main())
