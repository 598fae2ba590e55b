#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Record the rules' events anew: play the scripts under the sensor and keep what it saw.

    tests/rules/record.py BUILD [RULE|quiet]...

plays match.sh and nomatch.sh of the rules, and quiet.sh (all of them where none is named), each
in a sandbox, under BUILD's "windhover record", and writes the events beside the scripts.  Needs
root and BPF.

What is kept: program starts inside the sandbox after its login, and of other events those of the
categories that the rule asks for (quiet.sh: any rule).  What is changed: what tells of
the recording machine and not of the events - ancestors above the sandbox are cut off, the host
name and the control group become those of an imagined host.
"""

import glob
import json
import os
import subprocess
import sys
import tempfile

import yaml

HERE = os.path.dirname(os.path.abspath(__file__))
RULES = os.path.normpath(os.path.join(HERE, "..", "..", "rules"))
LEADER = "bash /root/session.sh"
FIRST = "/usr/lib/systemd/systemd"
HOST = "host.example"
CGROUP = "/user.slice/user-0.slice/session-1.scope"


def find_scripts(names):
    """The scripts to play, in their order."""
    scripts = [path for path in sorted(glob.glob(os.path.join(HERE, "*", "*match.sh")))
               if not is_for_guest(path)]
    scripts.append(os.path.join(HERE, "quiet.sh"))
    if not names:
        return scripts
    unknown = set(names) - {name for script in scripts for name in names_of(script)}
    if unknown:
        sys.exit(f"no script: {', '.join(sorted(unknown))}")
    return [script for script in scripts if names_of(script) & set(names)]


def is_for_guest(script):
    """Whether it needs a kernel that the recording machine does not have: "# guest: WHICH"."""
    with open(script, encoding="utf-8") as file:
        return any(line.startswith("# guest: ") for line in file)


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


def category(event):
    """The category of an event that rules have to ask for, None for those of processes."""
    name = get(event, "event.dataset").removeprefix("windhover.")
    return None if name == "process" else name


def cut_sessions(events):
    """The events of each sandbox: from its login's shell, which is left out, to the next one.

    Sandboxes follow one another, and a namespace's number may come again: order tells.  Other events
    than starts may come later, and are of the sandbox that their process is of."""
    sessions, namespace, home = [], None, {}
    for event in events:
        process, parent = get(event, "process.entity_id"), get(event, "process.parent.entity_id")
        if not is_start(event):
            home.setdefault(process, home.get(parent))
            if category(event) and home[process] is not None:
                sessions[home[process]].append(event)
        elif "--session" in (get(event, "process.args") or ()):
            namespace = None
        elif get(event, "process.command_line") == LEADER:
            namespace = get(event, "windhover.namespace.pid")
            home[process] = len(sessions)
            sessions.append([])
        elif namespace and get(event, "windhover.namespace.pid") == namespace:
            home[process] = len(sessions) - 1
            sessions[-1].append(event)
    return [sorted(session, key=lambda event: event["@timestamp"]) for session in sessions]


def wanted_categories(script):
    """The categories of the rule that the script is for, of all rules where it is for none."""
    stem = os.path.basename(os.path.dirname(script))
    paths = glob.glob(os.path.join(RULES, "*", f"{stem}.yml"))
    wanted = set()
    for path in paths or glob.glob(os.path.join(RULES, "*", "*.yml")):
        with open(path, encoding="utf-8") as file:
            wanted |= {get(document, "logsource.category") for document in yaml.safe_load_all(file)}
    return wanted


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
    wanted = wanted_categories(script)
    with open(path, "w", encoding="utf-8") as file:
        for event in events:
            if not is_start(event) and category(event) not in wanted:
                continue
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
