# SPDX-License-Identifier: Apache-2.0
"""Events made from rules that people wrote: what each rule describes, or nearly.

Recorded attacks set off few rules; these set off most.
"""

import json
import re._parser as regex_parser
from random import Random

import pattern as patterns
import sigma_yaml
from item import Item, ItemError, value_text
from make_items import mutate, recase, text_of_regex
from regex import compile_regex
from rule import Refused, Rule, rule_files

NEAR_MISS = 0.05
FILLERS = ["", "", "x", " ", "C:\\Windows\\", " -a ", "é", "\""]


def of_value(random, item, value):
    """A text (or null) that the item's value matches."""
    text = value_text(value)
    if value is None or "exists" in item.modifiers:
        return value
    if "re" in item.modifiers:
        flags = [flag for flag in "ims" if flag in item.modifiers]
        return text_of_regex(random, regex_parser.parse(compile_regex(text, flags).pattern))
    if "cidr" in item.modifiers:
        return text.partition("/")[0]
    if "fieldref" in item.modifiers:
        return "same"
    return "".join(
        random.choice(FILLERS) if member == patterns.ANY else
        random.choice("q7漢") if member == patterns.ONE else member
        for member in random.choice(item.variants(text)))


def fill(random, search, renames, fields):
    """Add to ${fields} (lists of texts) what a search identifier asks for."""
    if isinstance(search, list):
        maps = [member for member in search if isinstance(member, dict)]
        search = random.choice(maps) if maps else {"": search}
    if not isinstance(search, dict):
        search = {"": search}
    for key, values in search.items():
        values = values if isinstance(values, list) else [values]
        name, *modifiers = key.split("|")
        item = Item(name, modifiers, values, {}, renames)
        chosen = values if "all" in modifiers else [random.choice(values)]
        texts = [of_value(random, item, value) for value in chosen]
        text = None if None in texts else "".join(map(str, texts))
        if "fieldref" in modifiers:
            fields.setdefault(renames.get(values[0], values[0]), []).append(text)
        if text is not None:
            if random.random() < NEAR_MISS:
                text = mutate(random, text)
            elif not item.cased and "re" not in modifiers:
                text = recase(random, text)
            fields.setdefault(item.field or "Message", []).append(text)


def derive(random, document, table):
    """One event in the flat shape for a random target of the rule; None where it has none."""
    rule = Rule(document, table)
    targets = [target for target in rule.targets if target.source.startswith("windows:")]
    if not targets:
        return None
    target = random.choice(targets)
    fields = {}
    for name, search in document["detection"].items():
        if name != "condition" and random.random() < (0.05 if "filter" in name else 0.97):
            fill(random, search, target.renames, fields)
    fields = {field: texts[0] if len(texts) == 1 else texts for field, texts in fields.items()}
    channel = "Application" if target.source.endswith("*") else target.source[len("windows:"):]
    if target.ids or isinstance(fields.get("EventID", []), list):
        fields["EventID"] = random.choice(sorted(target.ids or {1}))
    return {**fields, **dict(target.extra), "Channel": channel}


def write_derived(seed, rules, path, table, count):
    """${count} events for each rule below ${rules}; returns how many were written."""
    random, written = Random(seed), 0
    with open(path, "w", encoding="utf-8") as out:
        for name in rule_files(rules):
            with open(name, encoding="utf-8") as file:
                documents = [document for document in sigma_yaml.load_all(file)
                             if "detection" in document]
            for document in documents * count:
                try:
                    event = derive(random, document, table)
                except (ItemError, Refused):  # placeholders without values
                    event = None
                if event:
                    out.write(json.dumps(event, ensure_ascii=random.random() < 0.3) + "\n")
                    written += 1
    return written
