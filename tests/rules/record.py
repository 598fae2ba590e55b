#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Record the rules' events anew: play the scripts under the sensor and keep what it saw.

    tests/rules/record.py BUILD [RULE|quiet]...

plays match.sh and nomatch.sh of the rules, and quiet.sh (all of them where none is named), each
in a sandbox, under BUILD's "windhover record", and writes the events beside the scripts.  Needs
root and BPF.

What is kept: program starts inside the sandbox after its login.  What is changed: what tells of
the recording machine and not of the events - ancestors above the sandbox are cut off, the host
name and the control group become those of an imagined host.
"""

import glob
import json
import os
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
LEADER = "bash /root/session.sh"
FIRST = "/usr/lib/systemd/systemd"
HOST = "host.example"
CGROUP = "/user.slice/user-0.slice/session-1.scope"


def find_scripts(names):
    """The scripts to play, in their order."""
    scripts = sorted(glob.glob(os.path.join(HERE, "*", "*match.sh")))
    scripts.append(os.path.join(HERE, "quiet.sh"))
    if not names:
        return scripts
    unknown = set(names) - {name for script in scripts for name in names_of(script)}
    if unknown:
        sys.exit(f"no script: {', '.join(sorted(unknown))}")
    return [script for script in scripts if names_of(script) & set(names)]


def names_of(script):
    """What a script is called for: its rule's name, or its own."""
    return {os.path.basename(os.path.dirname(script)), os.path.basename(script)[:-len(".sh")]}


def play(actor, scripts):
    """Runs under the sensor: each script in a sandbox, one after the other."""
    for script in scripts:
        subprocess.run([os.path.join(HERE, "sandbox"), actor, script],
                       stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL, timeout=60, check=False)


def get(event, name):
    """The value of a dotted name."""
    for part in name.split("."):
        if not isinstance(event, dict):
            return None
        event = event.get(part)
    return event


def is_start(event):
    return get(event, "event.action") == "exec"


def cut_sessions(events):
    """The starts of each sandbox: from its login's shell, which is left out, to the next one.

    Sandboxes follow one another, and a namespace's number may come again: order tells."""
    sessions, namespace = [], None
    for event in events:
        if not is_start(event):
            continue
        if "--session" in (get(event, "process.args") or ()):
            namespace = None
        elif get(event, "process.command_line") == LEADER:
            namespace = get(event, "windhover.namespace.pid")
            sessions.append([])
        elif namespace and get(event, "windhover.namespace.pid") == namespace:
            sessions[-1].append(event)
    return sessions


def anonymise(event):
    ancestors = get(event, "windhover.ancestors")
    if ancestors and FIRST in ancestors.get("executable", ()):
        end = ancestors["executable"].index(FIRST) + 1
        for name in ancestors:
            ancestors[name] = ancestors[name][:end]
    if "host" in event:
        event["host"]["name"] = HOST
    cgroup = get(event, "windhover.cgroup")
    if cgroup and "path" in cgroup:
        cgroup["path"] = CGROUP
    return event


def write_events(script, events):
    path = script[:-len(".sh")] + ".jsonl"
    with open(path, "w", encoding="utf-8") as file:
        for event in events:
            json.dump(anonymise(event), file, separators=(",", ":"), ensure_ascii=False)
            file.write("\n")


def record(build, names):
    scripts = find_scripts(names)
    actor = os.path.join(build, "tests", "rules", "actor")
    with tempfile.TemporaryDirectory() as folder:
        output = os.path.join(folder, "events.jsonl")
        subprocess.run([os.path.join(build, "programs", "windhover"), "record",
                        "--output", output, "--",
                        sys.executable, os.path.abspath(__file__), "--play", actor, *scripts],
                       check=True)
        with open(output, encoding="utf-8") as file:
            sessions = cut_sessions(json.loads(line) for line in file)
    if len(sessions) != len(scripts):
        sys.exit(f"{len(scripts)} scripts were played, {len(sessions)} were seen")
    for script, events in zip(scripts, sessions):
        write_events(script, events)
    print(f"{sum(map(len, sessions))} events of {len(scripts)} scripts")


def main():
    if len(sys.argv) > 2 and sys.argv[1] == "--play":
        play(sys.argv[2], sys.argv[3:])
    elif len(sys.argv) > 1 and not sys.argv[1].startswith("-"):
        record(os.path.abspath(sys.argv[1]), sys.argv[2:])
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main()
