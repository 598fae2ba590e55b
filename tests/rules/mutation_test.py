#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Every part of every starter rule is noticed by its events: mutation_test.py WINDHOVER

Each item of a detection (a field with its values) is made one that nothing matches, one at a time.
The rule must then hit its recorded events otherwise than it did: an item whose loss no event
notices is one that was never tried, as the 21st field was (F03).
"""
import copy
import glob
import json
import os
import pathlib
import subprocess
import sys
import tempfile

import yaml

HERE = pathlib.Path(__file__).resolve().parent
RULES = HERE.parents[1] / "rules"
NOTHING = "windhover: no event has this"
NOWHERE = "255.255.255.255/32"
ID = "{:08}-0000-4000-8000-{:012}"

NOTICED_MIN = 98  # percent
# Two items that say the same of what the sensor sees, in rules that are for other logs, too: without
# one of them the other one still holds.
TWINS = {
    ("run_deleted_program", "Image|endswith"),
    ("run_deleted_program", "ImageInMemory"),
    ("run_deleted_program", "Image|contains"),
    ("run_from_memory", "ImageInMemory"),
    ("run_from_memory", "Image|contains"),
}


def items(search, path=()):
    """The paths of the items below a search identifier, as keys and numbers."""
    if isinstance(search, list) and any(isinstance(member, dict) for member in search):
        members = enumerate(search)
    elif isinstance(search, dict):
        members = search.items()
    else:
        return [path]
    return [found for key, member in members for found in items(member, (*path, key))]


def without(documents, number, path, serial):
    """The rule in which that item of that document matches nothing, under names of its own."""
    mutant = copy.deepcopy(documents)
    at = mutant[number]["detection"]
    for key in path[:-1]:
        at = at[key]
    modifiers = str(path[-1]).split("|")[1:]
    if "exists" in modifiers:
        at[path[-1]] = not at[path[-1]]
    elif "cidr" in modifiers:
        at[path[-1]] = NOWHERE
    else:
        at[path[-1]] = -1 if {"lt", "lte", "gt", "gte"} & set(modifiers) else NOTHING
    for part, document in enumerate(mutant):
        document["id"] = ID.format(serial, part)
        if "name" in document:
            document["name"] += f"_{serial}"
        if "correlation" in document:
            document["correlation"]["rules"] = [
                f"{name}_{serial}" for name in document["correlation"]["rules"]]
    return mutant


def mutants(documents):
    """[(its id, the item, the rule)]"""
    found = []
    for number, document in enumerate(documents):
        for name, search in document.get("detection", {}).items():
            if name in ("condition", "timeframe"):
                continue
            for path in items(search, (name,)):
                serial = len(found) + 1
                found.append((ID.format(serial, len(documents) - 1), str(path[-1]),
                              without(documents, number, path, serial)))
    return found


def hits(windhover, pack, stem):
    """{id of a rule: hits in match.jsonl and nomatch.jsonl}"""
    found = {}
    for kind in ("match", "nomatch"):
        done = subprocess.run([windhover, "scan", "--pack", pack, "--output", "jsonl",
                               HERE / stem / f"{kind}.jsonl"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                              check=False)
        if done.returncode not in (0, 1):
            sys.exit(f"scan of {stem}: exit status {done.returncode}")
        for line in done.stdout.splitlines():
            rule = json.loads(line)["rule"]["id"]
            found.setdefault(rule, []).append(kind)
    return found


def unnoticed(windhover, path, folder):
    """(how many mutants of that rule there are, the items of those that no event notices)"""
    with open(path, encoding="utf-8") as file:
        documents = list(yaml.safe_load_all(file))
    stem = os.path.basename(path)[:-len(".yml")]
    changed, rules = mutants(documents), pathlib.Path(folder, stem)
    rules.mkdir()
    for ident, _, mutant in changed:
        (rules / f"{ident}.yml").write_text(yaml.safe_dump_all(mutant, sort_keys=False))
    subprocess.run([windhover, "pack", "build", "--strict", "-o", f"{rules}.pack", rules, path],
                   check=True, stdout=subprocess.DEVNULL)
    found = hits(windhover, f"{rules}.pack", stem)
    whole = found.get(documents[-1]["id"])
    return len(changed), [(stem, item) for ident, item, _ in changed if found.get(ident) == whole]


def main():
    windhover, count, survivors = sys.argv[1], 0, set()
    paths = sorted(glob.glob(str(RULES / "*" / "*.yml")))
    with tempfile.TemporaryDirectory() as folder:
        for path in paths:
            more, left = unnoticed(windhover, path, folder)
            count += more
            survivors |= set(left)
    for stem, item in sorted(survivors - TWINS):
        print(f"{stem}: no event notices that {item} matches nothing")
    for stem, item in sorted(TWINS - survivors):
        print(f"{stem}: {item} is noticed, and need not stand in the list any more")
    noticed = count - len(survivors)
    print(f"{noticed} of {count} mutants of {len(paths)} rules are noticed, {NOTICED_MIN} % must be")
    return 1 if noticed * 100 < count * NOTICED_MIN or TWINS - survivors else 0


if __name__ == "__main__":
    sys.exit(main())
