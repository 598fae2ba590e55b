# SPDX-License-Identifier: Apache-2.0
"""Random rules and events that exercise all of docs/sigma.md, the same for the same seed.

    python3 tests/oracle/generate.py --seed 1 --rules 600 --events 2000 OUT

writes OUT/rules/*.yml, OUT/events/*.jsonl and OUT/placeholders.yml.  Events are made of texts
that the rules' items should match, some bent a little, so that about every second one hits.
"""

import argparse
import json
import os
import re
import uuid
from random import Random

import yaml

from make_correlations import write_correlations
from make_items import PLACEHOLDERS, PLAIN, Items, mutate, recase, text_of, WORDS, sigma_text, witness

SYSMON = "Microsoft-Windows-Sysmon/Operational"
DEFENDER = "Microsoft-Windows-Windows Defender/Operational"
# (log source, [(channel, event id, what else its events have)])
SOURCES = [
    ({"product": "windows", "category": "process_creation"}, [(SYSMON, 1, {}), ("Security", 4688, {})]),
    ({"product": "windows", "category": "registry_add"}, [
        (SYSMON, 12, {"EventType": "CreateKey"}), (SYSMON, 12, {"EventType": "CREATEKEY"}),
        (SYSMON, 12, {"EventType": "DeleteKey"}), (SYSMON, 13, {"EventType": "CreateKey"})]),
    ({"product": "windows", "service": "security"}, [
        ("Security", 4624, {}), ("Security", 4688, {}), ("security", 1, {})]),
    ({"product": "Windows", "service": "Application"}, [
        ("Application", 1000, {}), ("Application", None, {})]),
    ({"product": "windows", "service": "powershell"}, [
        ("PowerShellCore/Operational", 4104, {}),
        ("Microsoft-Windows-PowerShell/Operational", 4103, {})]),
    ({"product": "windows"}, [("System", 7045, {}), ("Setup", 2, {})]),
    ({"category": "antivirus"}, [(DEFENDER, 1116, {}), (DEFENDER, 5001, {})]),
]
FIELDS = ["Image", "ParentImage", "CommandLine", "TargetObject", "User", "ThreatName", "Code",
          "Signature", "a.b"]
# What the log calls these fields.
WRITTEN = {"ThreatName": "Threat Name"}
# What an event of this id calls them: SigmaHQ's field mapping.
RENAMED = {4688: {"Image": "NewProcessName", "ParentImage": "ParentProcessName"},
           1116: {"Signature": "ThreatName"}}


class Dumper(yaml.SafeDumper):
    """Texts are always quoted: no YAML version may take one for something else."""

    def ignore_aliases(self, data):
        return True


Dumper.add_representer(str, lambda dumper, text: dumper.represent_scalar(
    "tag:yaml.org,2002:str", text, style="'"))


def dump_yaml(document):
    text = yaml.dump(document, Dumper=Dumper, allow_unicode=True, sort_keys=False, width=1000)
    return re.sub(f"'{PLAIN}([^']*)'", r"\1", text)


class MadeRule:
    """A rule and, for each of its items, the field and texts that the item should match."""

    def __init__(self, random, number, logsource):
        self.random, self.logsource = random, logsource
        self.items = Items(random)
        self.hints = []
        self.keywords = []
        names = random.sample(["selection", "sel_a", "sel_b", "filter_1", "_hidden", "sel-c"],
                              random.choice([1, 1, 2, 3, 4]))
        detection = {name: self.search() for name in names}
        detection["condition"] = self.condition(names)
        self.id = str(uuid.UUID(int=random.getrandbits(128), version=4))
        self.document = {"title": f"Generated {number}", "id": self.id, "status": "test",
                         "logsource": self.logsource, "detection": detection, "level": "low"}

    def search(self):
        kind = self.random.random()
        if kind < 0.1:
            return self.keyword_list()
        if kind < 0.15:
            key = self.random.choice(["|all", "|all", "|contains|all", "|cased", "|endswith"])
            return {key: self.keyword_list(2)}
        if kind < 0.3:
            return [self.item_map() for _ in range(self.random.randint(1, 3))]
        return self.item_map()

    def item_map(self):
        items = {}
        for field in self.random.sample(FIELDS, self.random.choice([1, 1, 2, 2, 3])):
            other = self.random.choice([name for name in FIELDS if name != field])
            key, values, witnesses = self.items.make(field, other)
            items[key] = values
            self.hints.append((field, witnesses))
        if self.random.random() < 0.2:
            items["EventID"] = self.random.choice([1, 4688, [12, 4624], 4104, 1000])
        return items

    def keyword_list(self, low=1):
        texts = [sigma_text(self.random) for _ in range(self.random.randint(low, 3))]
        texts = [text if text.strip("*") else "word" for text in texts]
        self.keywords += [witness(self.random, text) for text in texts]
        return texts if len(texts) > 1 or self.random.random() < 0.7 else texts[0]

    def condition(self, names):
        random = self.random
        shown = [name for name in names if not name.startswith("_")]
        choices = [names[0], f"not {names[0]}", " or ".join(names), " AND ".join(names),
                   f'({names[0]}) and not ({" or ".join(names[1:]) or names[0]})']
        if shown:
            choices += ["1 of them", "all of them", "any of them", "not all of them",
                        f"1 of {shown[0][:3]}*", f"All Of {shown[0][:3]}*", f"not 1 of {shown[0]}",
                        [names[0], "1 of them"]]
        if len(shown) > 1:
            choices += ["2 of them", f"not {shown[0]} or {shown[1]} and not {names[-1]}"]
        return random.choice(choices)


def bend(random, text):
    """What an event has for a text that an item should match."""
    if text is None:
        return None
    kind = random.random()
    if kind < 0.55:
        return text
    return recase(random, text) if kind < 0.8 else mutate(random, text)


def event_fields(random, rules, event_id):
    """Field values for an event that should interest some of ${rules}."""
    fields = {}
    for rule in rules:
        for field, witnesses in rule.hints:
            if random.random() < 0.15 or not witnesses:
                continue
            chosen = random.choice(witnesses)
            if isinstance(chosen, tuple):
                _, other, place = chosen
                text = fields.setdefault(other, text_of(random, WORDS))
                text = text[0] if isinstance(text, list) and text else text
                text = text if isinstance(text, str) else "ref"
                chosen = {"exact": text, "startswith": text + "z", "endswith": "z" + text,
                          "contains": "z" + text + "z"}[place]
            value = bend(random, chosen)
            if field in fields and random.random() < 0.4:
                before = fields[field] if isinstance(fields[field], list) else [fields[field]]
                value = [*before, value]
            fields[field] = value
        if rule.keywords and random.random() < 0.6:
            fields["Message"] = bend(random, random.choice(rule.keywords))
    for field in FIELDS:
        if field not in fields and random.random() < 0.3:
            fields[field] = random.choice([
                "", None, "other", text_of(random), [], ["a", None], [["b"], [[]], "c"],
                "long " * random.choice([20, 200])])
    names = RENAMED.get(event_id, {})
    fields = {names.get(field, field): value for field, value in fields.items()}
    return {WRITTEN.get(field, field): typed(random, value) for field, value in fields.items()}


def typed(random, value):
    """Some logs write numbers and booleans as such."""
    if isinstance(value, list):
        return [typed(random, member) for member in value]
    if random.random() < 0.5 and isinstance(value, str):
        if value in ("true", "false"):
            return value == "true"
        if value.isascii() and value.isdigit() and str(int(value)) == value:
            return int(value)
    return value


def nest(fields):
    """a.b as an object in an object."""
    out = {}
    for name, value in fields.items():
        place = out
        *folders, last = name.split(".")
        for folder in folders:
            place = place.setdefault(folder, {})
        place[last] = value
    return out


def make_event(random, rules, channel, event_id, more):
    fields = {**event_fields(random, rules, event_id), **more}
    time = f"2024-05-{random.randint(1, 28):02}T10:00:{random.randint(0, 59):02}.000Z"
    if random.random() < 0.5:
        system = {"Provider": {"#attributes": {"Name": "Generated"}}, "Channel": channel,
                  "TimeCreated": {"#attributes": {"SystemTime": time}}, "Computer": "host"}
        if event_id is not None:
            system["EventID"] = random.choice(
                [event_id, {"#attributes": {"Qualifiers": 16384}, "#text": event_id}])
        return {"Event": {"System": system, "EventData": nest(fields)}}
    event = {"Channel": channel, "Hostname": "host", "@timestamp": time, **fields}
    event["EventID"] = str(event_id) if event_id and random.random() < 0.5 else event_id
    return nest(event) if random.random() < 0.5 else event


def twice(random, line):
    """Some logs repeat a name instead of writing a list."""
    if random.random() < 0.1 and line.startswith('{"Channel"'):
        return line[:-1] + f', "Code": {json.dumps(text_of(random))}' + "}"
    return line


def make_filter(random, number, rules):
    """A filter for some of the rules of one log source, by id or by the log source alone."""
    at = random.randrange(len(SOURCES))
    rule, other = random.sample(rules[at::len(SOURCES)], 2)
    logsource = {key: rule.logsource[key] for key in rule.logsource if random.random() < 0.7}
    named = random.choice([[rule.id, other.id], rule.id, "any", None])
    if random.random() < 0.1:
        named = [rule.id, random.choice(["nobody", rules[at - 1].id])]  # often refused
    field = random.choice(FIELDS)
    text = random.choice(["*a*", "*1", "?*"]) if named and named != "any" else "x"
    body = {"rules": named, "sel": {field: text},
            "condition": random.choice(["not sel", "not 1 of sel*"])}
    if not named:
        del body["rules"]
    return {"title": f"Filter {number}",
            "id": str(uuid.UUID(int=random.getrandbits(128), version=4)),
            "logsource": logsource or {"product": "windows"}, "filter": body}


def generate(seed, rule_count, event_count, out):
    random = Random(seed)
    os.makedirs(os.path.join(out, "rules"), exist_ok=True)
    os.makedirs(os.path.join(out, "events"), exist_ok=True)
    rules = [MadeRule(random, number, SOURCES[number % len(SOURCES)][0])
             for number in range(rule_count)]
    for number, rule in enumerate(rules):
        with open(os.path.join(out, "rules", f"{number:05}.yml"), "w", encoding="utf-8") as file:
            file.write(dump_yaml(rule.document))
    filters = [make_filter(random, number, rules) for number in range(rule_count // 100)]
    with open(os.path.join(out, "rules", "filters.yml"), "w", encoding="utf-8") as file:
        file.write("---\n".join(map(dump_yaml, filters)))
    with open(os.path.join(out, "events", "events.jsonl"), "w", encoding="utf-8",
              errors="surrogateescape") as file:
        for _ in range(event_count):
            at = random.randrange(len(SOURCES))
            chosen = random.sample(rules[at::len(SOURCES)], 2)
            event = make_event(random, chosen, *random.choice(SOURCES[at][1]))
            line = json.dumps(event, ensure_ascii=False)
            if random.random() < 0.5 and not re.search("[\ud800-\udfff]", line):
                line = json.dumps(event)
            file.write(twice(random, line) + "\n")
    with open(os.path.join(out, "placeholders.yml"), "w", encoding="utf-8") as file:
        file.write(dump_yaml(PLACEHOLDERS))
    write_correlations(random, out, dump_yaml)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rules", type=int, default=600, metavar="COUNT")
    parser.add_argument("--events", type=int, default=2000, metavar="COUNT")
    parser.add_argument("out", metavar="OUT")
    options = parser.parse_args()
    generate(options.seed, options.rules, options.events, options.out)


if __name__ == "__main__":
    main()
