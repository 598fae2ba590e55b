# SPDX-License-Identifier: Apache-2.0
"""Sigma documents: rules, filters and correlations, read and ready to be evaluated."""

import os

import yaml

import sigma_yaml
from condition import ConditionError, parse_condition
from correlation import Correlation, CorrelationError
from item import EPOCH, Item, ItemError, written
from logsource import Table


class Refused(ValueError):
    """Why a document cannot run."""


class Rule:
    def __init__(self, head, table):
        self.id = head.get("id") or head.get("title")
        self.names = {head.get("id"), head.get("name")} - {None}
        self.silent = False
        self.logsource = logsource_of(head)
        # (target, test): a target's field names are not another's
        self.tests = []
        self.targets = table.resolve(*map(self.logsource.get,
                                          ("product", "category", "service")))

    def matching_target(self, event):
        for target, test in self.tests:
            if target.takes_class(event.source, event.id) and target.takes(event) \
                    and test(event):
                return target
        return None


class RuleSet:
    """Everything read; ``refused`` is a list of (file, reason)."""

    def __init__(self, placeholders=None):
        self.placeholders = placeholders or {}
        self.table = Table(sigma_yaml.load)
        self.items = {}
        self.rules, self.correlations, self.refused = [], [], []
        self.users = {}    # rule or correlation: who counts it, as which part
        self.files = {}    # rule id: where it was read
        self.classes = {}
        self.now = EPOCH

    def read(self, paths):
        documents = []
        for path in rule_files(paths):
            try:
                with open(path, encoding="utf-8") as file:
                    documents += [(path, document) for document in sigma_yaml.load_all(file)
                                  if document is not None]
            except (yaml.YAMLError, UnicodeDecodeError) as error:
                self.refused.append((path, f"not YAML: {error}"))
        self.add(documents)

    def add(self, documents):
        """All documents at once, since they speak of each other."""
        for path, document in documents:
            if not isinstance(document, dict):
                self.refused.append((path, "a document is a map"))
        documents = self.without_repeated_ids(
            [entry for entry in documents if isinstance(entry[1], dict)])
        rules = [entry for entry in documents if "detection" in entry[1]]
        filters = [entry for entry in documents if "filter" in entry[1]]
        correlations = [entry for entry in documents if "correlation" in entry[1]]
        for path, document in documents:
            self.files[document.get("id") or document.get("title")] = path
            if not any(kind in document for kind in ("detection", "filter", "correlation")):
                self.refused.append((path, "neither rule, filter nor correlation"))
        sources = {}  # rules by id and name, usable or not
        for _, document in rules:
            for name in {document.get("id"), document.get("name")} - {None}:
                sources[name] = document
        filters = [entry for entry in filters if self.guard(
            entry[0], lambda: self.check_filter(entry[1], sources))]
        for path, document in rules:
            self.guard(path, lambda: self.add_rule(document, filters))
        self.add_correlations(correlations)

    def without_repeated_ids(self, documents):
        """An id is given once among rules and correlations: S69."""
        seen, kept = set(), []
        for path, document in documents:
            rule_id = None if "filter" in document else document.get("id")
            if rule_id and rule_id in seen:
                self.refused.append((path, f"the id {rule_id} is there already"))
                continue
            seen.add(rule_id)
            kept.append((path, document))
        return kept

    def guard(self, path, action):
        try:
            return action()
        except (Refused, ItemError, ConditionError, CorrelationError) as error:
            self.refused.append((path, str(error)))
            return None

    def check_filter(self, document, sources):
        """A filter that cannot do all that it says does nothing: it is refused."""
        self.tests_of(document["filter"], {}, {"rules"})
        source = logsource_of(document)
        for name in named_rules(document):
            if name not in sources:
                raise Refused(f"names {name}, which is not there")
            if not source.items() <= logsource_of(sources[name]).items():
                raise Refused(f"names {name}, which is for another log source")
        return True

    def add_rule(self, document, filters):
        rule = Rule(document, self.table)
        # a rule for a log source without events must be readable all the same
        self.tests_of(document["detection"], {})
        applying = [entry["filter"] for _, entry in filters if filter_is_for(entry, rule)]
        for target in rule.targets:
            tests = [self.tests_of(document["detection"], target.renames)]
            tests += [self.tests_of(part, target.renames, {"rules"}) for part in applying]
            rule.tests.append((target, tests[0] if len(tests) == 1 else
                               lambda event, tests=tests: all(t(event) for t in tests)))
        self.rules.append(rule)

    def tests_of(self, detection, renames, reserved=()):
        """The condition of a detection (or filter) as one function of the event."""
        if not isinstance(detection, dict) or "condition" not in detection:
            raise Refused("no condition")
        if "timeframe" in detection:
            raise Refused("timeframe")
        names = {name: self.search_of(search, renames) for name, search in detection.items()
                 if name != "condition" and name not in reserved}
        return parse_condition(detection["condition"], names)

    def search_of(self, search, renames):
        """A search identifier: a map of items, or a list of maps, or keywords."""
        if isinstance(search, list):
            keywords = [member for member in search if not isinstance(member, dict)]
            tests = [self.search_of(member, renames) for member in search
                     if isinstance(member, dict)]
            if keywords:
                tests.append(self.item("", keywords, renames).matches)
            if not tests:
                raise Refused("an empty list")
            return lambda event: any(test(event) for test in tests)
        if not isinstance(search, dict):
            return self.item("", search, renames).matches
        if not search:
            raise Refused("an empty map")
        items = [self.item(key, values, renames) for key, values in search.items()]
        return lambda event: all(item.matches(event) for item in items)

    def item(self, key, values, renames):
        """One object for all equal items: its result is kept from rule to rule."""
        values = values if isinstance(values, list) else [values]
        if any(isinstance(value, (dict, list)) for value in values):
            raise Refused("a list or map as a value")
        field, *modifiers = str(key).split("|")
        identity = (key, tuple((type(value), written(value)) for value in values),
                    tuple(renames.items()))
        if identity not in self.items:
            self.items[identity] = Item(field, modifiers, values, self.placeholders, renames)
        return self.items[identity]

    def add_correlations(self, documents):
        """In dependency order; a round that settles none leaves only what is unknown."""
        known = list(self.rules)
        waiting = documents
        while waiting:
            still = []
            for path, document in waiting:
                parts = Correlation.find_parts(document, known)
                if parts is None:
                    still.append((path, document))
                    continue
                made = self.guard(path, lambda: Correlation(document, parts))
                if made:
                    self.correlations.append(made)
                    known.append(made)
            if len(still) == len(waiting):
                self.refused += [(path, "names an unknown rule") for path, _ in still]
                break
            waiting = still
        for part in known:
            self.users[part] = [(user, number) for user in self.correlations
                                for number, own in enumerate(user.parts) if own is part]
            part.silent = bool(self.users[part]) and not any(
                user.generate for user, _ in self.users[part])

    def rules_for(self, event):
        """The rules whose log source has events of this class; most rules have not."""
        event_class = (event.source, event.id)
        if event_class not in self.classes:
            self.classes[event_class] = [
                rule for rule in self.rules
                if any(target.takes_class(*event_class) for target, _ in rule.tests)]
        return self.classes[event_class]

    def evaluate(self, event):
        """The ids of everything that ${event} sets off, correlations included."""
        fired = []
        for rule in self.rules_for(event):
            target = rule.matching_target(event)
            if target:
                fired.append((rule, target))
        found = [rule.id for rule, _ in fired if not rule.silent]
        # an event of unknown time happened, as far as anyone knows, when the last one did
        self.now = event.time() or self.now
        matched = {rule: [target] for rule, target in fired if self.users.get(rule)}
        # each stands behind those that it counts
        for correlation in self.correlations if matched else ():
            alerts = correlation.take(event, self.now, matched)
            if alerts:
                matched[correlation] = alerts
                found += [] if correlation.silent else [correlation.id] * len(alerts)
        return found


def logsource_of(document):
    source = document.get("logsource")
    if not isinstance(source, dict):
        raise Refused("no logsource")
    return {key: str(value).lower() for key, value in source.items()
            if key in ("product", "category", "service") and value is not None}


def named_rules(document):
    """What a filter is for; nothing is every rule of its log source."""
    named = document["filter"].get("rules") or []
    named = named if isinstance(named, list) else [named]
    return [] if named == ["any"] else named


def filter_is_for(document, rule):
    named = named_rules(document)
    return logsource_of(document).items() <= rule.logsource.items() and \
        (not named or any(name in rule.names for name in named))


def rule_files(paths):
    for path in paths:
        if not os.path.isdir(path):
            yield path
            continue
        yield from sorted(os.path.join(folder, name)
                          for folder, _, names in os.walk(path) for name in names
                          if name.endswith((".yml", ".yaml")))
