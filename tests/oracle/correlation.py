# SPDX-License-Identifier: Apache-2.0
"""Sigma correlations over sliding windows: S50-S62 of docs/sigma.md."""

import math
import re
from datetime import timedelta

from condition import parse_condition
from fold import fold
from item import number_of

UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
BOUNDS = {
    "gt": lambda a, b: a > b, "gte": lambda a, b: a >= b, "lt": lambda a, b: a < b,
    "lte": lambda a, b: a <= b, "eq": lambda a, b: a == b, "neq": lambda a, b: a != b,
}
NUMERIC = {
    "value_sum": lambda values, _: math.fsum(values),
    "value_avg": lambda values, _: math.fsum(values) / len(values),
    "value_percentile": lambda values, rank: nearest_rank(sorted(values), rank),
    "value_median": lambda values, _: median(sorted(values)),
}
TYPES = ("event_count", "value_count", "temporal", "temporal_ordered", *NUMERIC)


class CorrelationError(ValueError):
    """A correlation that cannot run."""


def nearest_rank(values, percentile):
    return values[max(math.ceil(percentile / 100 * len(values)), 1) - 1]


def median(values):
    middle = len(values) // 2
    return values[middle] if len(values) % 2 else (values[middle - 1] + values[middle]) / 2


class Alert:
    """What a correlation says when it fires: the group's values, for the next in a chain."""

    def __init__(self, keys):
        self.keys = keys


class Correlation:
    def __init__(self, document, parts):
        body = document["correlation"]
        self.id = document.get("id") or document.get("title")
        self.names = {document.get("id"), document.get("name")} - {None}
        self.silent = False
        self.type, self.parts = body.get("type"), parts
        if self.type not in TYPES:
            raise CorrelationError(f"unknown type {self.type}")
        self.part_names = body["rules"] if isinstance(body["rules"], list) else [body["rules"]]
        self.generate = bool(body.get("generate", document.get("generate", False)))
        self.aliases = body.get("aliases") or {}
        keys = body.get("group-by") or []
        self.keys = keys if isinstance(keys, list) else [keys]
        self.span = timespan(body.get("timespan"))
        self.groups = {}  # folded group-by values: [(time, part's number, value)]
        self.read_condition(body.get("condition"))

    @staticmethod
    def find_parts(document, known):
        """The rules and correlations it names, or None where one is not known (yet)."""
        names = document["correlation"].get("rules") or []
        names = names if isinstance(names, list) else [names]
        parts = [next((part for part in known if name in part.names), None) for name in names]
        return None if None in parts or not parts else parts

    def read_condition(self, condition):
        self.bounds, self.fields, self.percentile, self.boolean = [], [], 50, None
        if isinstance(condition, str):
            seen = {name: lambda entries, part=number: any(entry[1] == part
                                                           for entry in entries)
                    for number, name in enumerate(self.part_names)}
            self.boolean = parse_condition(condition, seen)
        elif condition is not None:
            self.bounds = [(BOUNDS[key], value) for key, value in condition.items()
                           if key in BOUNDS]
            fields = condition.get("field") or []
            self.fields = fields if isinstance(fields, list) else [fields]
            self.percentile = condition.get("percentile", 50)
        if not self.type.startswith("temporal") and not self.bounds:
            raise CorrelationError("no condition")
        if self.type.startswith("value") and not self.fields:
            raise CorrelationError("no field")

    def take(self, event, time, matched):
        """Count ${event} for every part in ${matched} (part: what fired, each a rule's target or
        an Alert), then judge each group that counted it.  The Alerts that follow."""
        touched = {}
        for number, part in enumerate(self.parts):
            for result in matched.get(part, ()):
                keys = self.count(event, time, number, result)
                if keys is not None:
                    touched.setdefault(tuple(map(fold, keys)), keys)
        alerts = []
        for key, keys in touched.items():
            if self.holds(self.groups[key]):
                del self.groups[key]
                alerts.append(Alert(dict(zip(self.keys, keys))))
        return alerts

    def count(self, event, time, number, result):
        """Count ${event} for a part; the group-by values, or None where it does not count."""
        def lookup(name):
            return self.value_of(event, number, result, name)

        keys = [lookup(name) for name in self.keys]
        if None in keys:
            return None
        value = self.counted_value(lookup)
        if value is None:
            return None
        group = self.groups.setdefault(tuple(map(fold, keys)), [])
        group.append((time, number, value))
        newest = max(entry[0] for entry in group)
        # what is older than the window goes, be it the event itself: then it came late
        group[:] = [entry for entry in group if newest - entry[0] <= self.span]
        return None if newest - time > self.span else keys

    def value_of(self, event, number, result, name):
        """The first value of a field, under the name that it has in the part."""
        renamed = self.aliases.get(name, {}).get(self.part_names[number], name)
        if isinstance(result, Alert):
            if renamed in result.keys:
                return result.keys[renamed]
        else:
            renamed = result.renames.get(renamed, renamed)
        return next(iter(event.values(renamed)), None)

    def counted_value(self, lookup):
        """What an event adds to its window; None where it does not count."""
        if self.type == "value_count":
            values = [lookup(field) for field in self.fields]
            return None if None in values else tuple(map(fold, values))
        if self.type in NUMERIC:
            text = lookup(self.fields[0])
            return None if text is None else number_of(text)
        return ()

    def holds(self, entries):
        if self.boolean:
            return self.boolean(entries)
        if self.type == "temporal_ordered":
            number = parts_in_order(entries, len(self.parts))
        elif self.type == "event_count":
            number = len(entries)
        elif self.type == "value_count":
            number = len({entry[2] for entry in entries})
        elif self.type in NUMERIC:
            number = NUMERIC[self.type]([entry[2] for entry in entries], self.percentile)
        else:
            number = len({entry[1] for entry in entries})
        if not self.bounds:
            return number == len(self.parts)
        return all(compare(number, bound) for compare, bound in self.bounds)


def parts_in_order(entries, part_count):
    """How many parts, from the first on, stand in the window each no earlier than the one
    before it."""
    reached = None
    for part in range(part_count):
        times = [time for time, number, _ in entries
                 if number == part and (reached is None or time >= reached)]
        if not times:
            return part
        reached = min(times)
    return part_count


def timespan(text):
    parts = re.fullmatch(r"([0-9]+)([smhdw])", str(text))
    if not parts:
        raise CorrelationError(f"not a timespan: {text}")
    return timedelta(seconds=int(parts[1]) * UNITS[parts[2]])
