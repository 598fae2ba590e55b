# SPDX-License-Identifier: Apache-2.0
"""The single tests in what a test program wrote: cmocka, TAP, and Python's unittest -v."""
import re

CMOCKA = re.compile(r"\[ *(RUN|OK|FAILED|SKIPPED) *\] (\w+)(?:: .*)?$")
TAP = re.compile(r"(not )?ok\b *\d* *-? *(.*?)(?: *# *skip\w* *(.*))?$", re.I)
UNITTEST = re.compile(r"(\w+) \([\w.]+\)(?: |$)")
UNITTEST_END = re.compile(r"(.*\.\.\. )?(ok|FAIL|ERROR|expected failure|skipped '(.*)')$")


def cmocka(lines):
    """[(name, "pass", "fail" or "skip", reason)]; a test that never ended failed."""
    found, running, reason = [], None, ""
    for line in lines:
        match = CMOCKA.match(line)
        if not match:
            reason = line or reason
            continue
        what, name = match.groups()
        if what == "RUN":
            running, reason = name, "gave no reason"
        elif name == running:
            verdict = {"OK": "pass", "SKIPPED": "skip"}.get(what, "fail")
            found.append((name, verdict, reason))
            running = None
    if running:
        found.append((running, "fail", ""))
    return found


def tap(lines):
    if not any(re.match(r"1\.\.\d+$", line) for line in lines):
        return []
    matches = [match for match in map(TAP.match, lines) if match]
    found = [(match[2], "skip" if match[3] is not None else "fail" if match[1] else "pass",
              match[3] or "gave no reason") for match in matches]
    planned = max(int(line[3:]) for line in lines if re.match(r"1\.\.\d+$", line))
    if len(found) < planned:
        found.append((f"only {len(found)} of {planned} tests ran", "fail", ""))
    return found


def unittest(lines):
    """A verdict may stand lines below its test, for tests write too."""
    found, running = [], None
    for line in lines:
        match = UNITTEST.match(line)
        if match:
            running = match[1]
        match = UNITTEST_END.match(line)
        if match and running:
            verdict = {"ok": "pass", "expected failure": "pass"}.get(match[2], "fail")
            verdict = "skip" if match[3] is not None else verdict
            found.append((running, verdict, match[3] or "gave no reason"))
            running = None
    if running and found:
        found.append((running, "fail", ""))
    return found


def cases(text):
    """The tests that ${text} tells of, in whichever of the three it is written; or none."""
    lines = [line.strip() for line in text.splitlines()]
    return cmocka(lines) or tap(lines) or unittest(lines)
