# SPDX-License-Identifier: Apache-2.0
"""Runs ``windhover scan`` and reads its detections."""

import json
import re
import subprocess


class ScanError(Exception):
    """windhover scan did not end well."""


def member(document, name):
    """``a.b`` as one key or as an object in an object."""
    if name in document:
        return document[name]
    for part in name.split("."):
        document = document[part]
    return document


def scan(windhover, rules, events, placeholders=None, mapping=None, threads=None):
    """Every detection of the engine as (rule id, "file:line"), and how many rules it refused;
    ${rules}, ${events}: paths."""
    command = [windhover, "scan", "--output", "jsonl"]
    if threads:
        command += ["--threads", str(threads)]
    for path in rules:
        command += ["--rules", path]
    if placeholders:
        command += ["--placeholders", placeholders]
    if mapping:
        command += ["--mapping", mapping]
    done = subprocess.run([*command, *events], capture_output=True, text=True,
                          encoding="utf-8", errors="surrogateescape", check=False)
    if done.returncode not in (0, 1):
        raise ScanError(f"status {done.returncode}: {done.stderr[-2000:]}")
    found = []
    for line in done.stdout.split("\n"):
        if line:
            document = json.loads(line)
            found.append((member(document, "rule.id"),
                          f"{member(document, 'log.file.path')}:"
                          f"{member(document, 'log.file.line')}"))
    if done.returncode != (1 if found else 0):
        raise ScanError(f"status {done.returncode}, {len(found)} detections: {done.stderr[-2000:]}")
    refused = re.search(r"([0-9]+) +rules refused", done.stderr)
    return found, int(refused[1]) if refused else 0
