#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Every reason for which a rule is refused stands in docs/sigma.md: reasons_test.py ROOT

The reasons are the formats of the refusing calls in the sources, each %s, %u ... an ellipsis.
Prints one line per reason that the page does not have, and per line of its list that no
source has any more.
"""
import pathlib
import re
import sys

CALL = re.compile(r'\b(?:yaml_refuse|entry_refuse|refuse_at|why_set|refuse_file)\(')
LITERAL = re.compile(r'"((?:[^"\\]|\\.)*)"')
CONVERSION = re.compile(r"%(?:\.\*)?[0-9]*(?:s|u|d|zu|02x|x)")
# network_parse() gives the end of a sentence that begins with the value.
NETWORK = re.compile(r'"((?:is (?:no|an) )[^"]*)"((?:\s*"[^"]*")*)')


def arguments(text, at):
    """What stands between the parentheses of the call whose "(" is at ${at} - 1."""
    depth, start, quoted = 1, at, False
    while depth:
        char = text[at]
        if char == '"' and text[at - 1] != "\\":
            quoted = not quoted
        if not quoted:
            depth += (char == "(") - (char == ")")
        at += 1
    return text[start:at - 1]


def reasons(path):
    text = path.read_text()
    for match in CALL.finditer(text):
        inside = arguments(text, match.end())
        # Adjacent literals are one; the first that has words is the format.
        joined = re.sub(r'"\s*\n?\s*"', "", inside)
        for literal in LITERAL.findall(joined):
            literal = literal.replace('\\\\', "\\").replace('\\"', '"')
            shown = CONVERSION.sub("…", literal).replace("%%", "%")
            if re.search(r"[a-z]{2}", shown):
                yield re.sub(r"\s+", " ", shown.strip())
                break


def network_reasons(path):
    for first, rest in NETWORK.findall(path.read_text()):
        yield "'…' " + first + "".join(re.findall(r'"([^"]*)"', rest))


def listed(page):
    section = page.split("## Reasons for which a rule is refused")[1].split("\n## ")[0]
    return [re.sub(r"\s+", " ", item) for item in re.findall(r"^- `(.+?)`$", section, re.M)]


def main():
    root = pathlib.Path(sys.argv[1])
    page = listed((root / "docs/sigma.md").read_text())
    sources = sorted((root / "src/update/rule").glob("*.c")) + [root / "src/format/yaml.c"]
    found = {}
    for path in sources:
        if not re.search(r"_test|testing|regex_", path.name):
            more = network_reasons(path) if path.name == "network.c" else ()
            for reason in [*reasons(path), *more]:
                found.setdefault(reason, path.name)
    bad = 0
    for reason, name in found.items():
        if reason not in page:
            bad += 1
            print(f"{name}: not in docs/sigma.md: {reason}")
    for reason in page:
        if reason not in found:
            bad += 1
            print(f"docs/sigma.md: no source says: {reason}")
    print(f"{len(found)} reasons, {bad} offences")
    sys.exit(1 if bad or len(found) < 80 else 0)


main()
