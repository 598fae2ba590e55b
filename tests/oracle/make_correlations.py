# SPDX-License-Identifier: Apache-2.0
"""Random correlations and a stream of events that drives them, for generate.py."""

import json
import os
import uuid
from datetime import datetime, timedelta, timezone

BASES = 6
USERS = ["alice", "ALICE", "Bob", "bob", "straße", "STRAẞE", "carol"]
HOSTS = ["one", "two"]
EVENTS = 1500


def base_rule(random, number):
    logsource = {"product": "windows", "service": "application"}
    selection = {"EventID": [100 + number, 200 + number % 2]}
    if number == BASES - 1:  # whose fields have other names in the log
        logsource = {"product": "windows", "category": "process_creation"}
        selection = {"Image|endswith": ["e", "b", "B"]}
    return {"title": f"Base {number}", "id": make_id(random), "name": f"base_{number}",
            "logsource": logsource,
            "detection": {"selection": selection, "condition": "selection"}}


def make_id(random):
    return str(uuid.UUID(int=random.getrandbits(128), version=4))


def correlation(random, number, kind, bases):
    """One correlation of the type over some of the base rules."""
    parts = random.sample(bases, random.choice([1, 2, 3] if "temporal" not in kind else [2, 3]))
    names = [part[random.choice(["id", "name"])] for part in parts]
    body = {"type": kind, "rules": names, "timespan": random.choice(["30s", "90s", "2m", "1h"]),
            "group-by": random.choice([["User"], ["User", "Host"], ["Host"], ["who"], ["Image"],
                                       []])}
    if not body["group-by"]:
        del body["group-by"]
    if body.get("group-by") == ["who"]:
        body["aliases"] = {"who": {name: random.choice(["User", "TargetUser"]) for name in names}}
    if kind == "event_count":
        body["condition"] = random.choice([{"gte": 3}, {"gt": 4}, {"eq": 2}, {"gte": 2, "lt": 4},
                                           {"lte": 1}, {"neq": 1}])
    elif kind == "value_count":
        body["condition"] = {"field": random.choice(["Port", ["Port", "Host"], "User"]),
                             random.choice(["gte", "eq"]): random.choice([2, 3, 4])}
    elif kind.startswith("value"):
        body["condition"] = {"field": "Bytes", random.choice(["gt", "gte", "lt"]):
                             random.choice([40, 100, 12.5])}
        if kind == "value_percentile":
            body["condition"]["percentile"] = random.choice([50, 90, 5, 100])
    elif kind == "temporal" and random.random() < 0.4:
        body["condition"] = random.choice([f'{parts[0]["name"]} and not {parts[1]["name"]}',
                                           f'{parts[0]["name"]} or {parts[1]["name"]}',
                                           " and ".join(part["name"] for part in parts)])
        body["rules"] = [part["name"] for part in parts]
        body.pop("aliases", None)
    if random.random() < 0.4:
        body["generate"] = True
    return {"title": f"Correlation {number} {kind}", "id": make_id(random),
            "name": f"correlation_{number}", "correlation": body}


def chain(random, number, below):
    return {"title": f"Chain {number}", "id": make_id(random), "name": f"chain_{number}",
            "correlation": {
                "type": "event_count", "rules": [below["name"]], "timespan": "10m",
                **({"group-by": below["correlation"]["group-by"]}
                   if "group-by" in below["correlation"] else {}),
                "condition": {"gte": random.choice([1, 2])},
                "generate": random.random() < 0.5}}


def make_events(random):
    now = datetime(2024, 5, 1, 12, tzinfo=timezone.utc)
    for _ in range(EVENTS):
        now += timedelta(milliseconds=random.choice([0, 0, 313, 1717, 4901, 17033, 60013]))
        late = random.random() < 0.02
        time = now - timedelta(hours=3, milliseconds=7) if late else now
        event = {"Channel": "Application", "EventID": random.choice([100, 101, 102, 103, 104, 105,
                                                                     200, 201, 999]),
                 "@timestamp": time.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
                 "Host": random.choice(HOSTS), "Port": random.choice([22, 80, "443", "80", 8080]),
                 "Bytes": random.choice([1, 10, 50.5, "100", "many", 1000, -3])}
        for field in ("User", "TargetUser"):
            if random.random() < 0.93:
                event[field] = random.choice([*USERS, ["alice", "Bob"], None])
        if random.random() < 0.2:
            event["Channel"], event["EventID"] = "Security", 4688
            event["NewProcessName"] = random.choice(USERS)
        event["Image"] = random.choice(USERS)
        yield event


def write_correlations(random, out, dump_yaml):
    """OUT/correlation/rules and OUT/correlation/events: apart from the others, since a rule
    is silent depending on what else is loaded."""
    kinds = ["event_count", "value_count", "temporal", "temporal_ordered", "value_sum",
             "value_avg", "value_percentile", "value_median"]
    bases = [base_rule(random, number) for number in range(BASES)]
    made = [correlation(random, number, kinds[number % len(kinds)], bases)
            for number in range(5 * len(kinds))]
    made += [chain(random, number, random.choice(made)) for number in range(8)]
    folder = os.path.join(out, "correlation")
    os.makedirs(os.path.join(folder, "rules"), exist_ok=True)
    os.makedirs(os.path.join(folder, "events"), exist_ok=True)
    random.shuffle(made)
    with open(os.path.join(folder, "rules", "all.yml"), "w", encoding="utf-8") as file:
        file.write("---\n".join(dump_yaml(document) for document in [*made, *bases]))
    with open(os.path.join(folder, "events", "events.jsonl"), "w", encoding="utf-8") as file:
        for event in make_events(random):
            file.write(json.dumps(event) + "\n")
