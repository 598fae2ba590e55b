# SPDX-License-Identifier: Apache-2.0
"""Sigma's condition: text -> a function of the event."""

import fnmatch
import re

TOKEN = re.compile(r"\s*([()]|[^\s()|]+)")


class ConditionError(ValueError):
    """A condition that cannot run: the rule is refused."""


class Parser:
    """``names`` maps what the condition may name to functions of the event."""

    def __init__(self, text, names):
        self.names, self.at, self.tokens = names, 0, []
        at = 0
        text = text.strip()
        while at < len(text):
            token = TOKEN.match(text, at)
            if not token:
                raise ConditionError(f"unexpected {text[at:].strip()[:10]!r}")
            self.tokens.append(token[1])
            at = token.end()

    def peek(self, ahead=0):
        place = self.at + ahead
        return self.tokens[place].lower() if place < len(self.tokens) else ""

    def next(self):
        if self.at >= len(self.tokens):
            raise ConditionError("ends too early")
        self.at += 1
        return self.tokens[self.at - 1]

    def whole(self):
        test = self.either()
        if self.at < len(self.tokens):
            raise ConditionError(f"unexpected {self.tokens[self.at]!r}")
        return test

    def either(self):
        tests = [self.both()]
        while self.peek() == "or":
            self.next()
            tests.append(self.both())
        return tests[0] if len(tests) == 1 else lambda event: any(t(event) for t in tests)

    def both(self):
        tests = [self.negation()]
        while self.peek() == "and":
            self.next()
            tests.append(self.negation())
        return tests[0] if len(tests) == 1 else lambda event: all(t(event) for t in tests)

    def negation(self):
        if self.peek() != "not":
            return self.primary()
        self.next()
        test = self.negation()
        return lambda event: not test(event)

    def primary(self):
        token = self.next()
        if token == "(":
            test = self.either()
            if self.next() != ")":
                raise ConditionError("a ( without )")
            return test
        if self.peek() == "of" and (token.lower() in ("all", "any") or token.isdecimal()):
            self.next()
            return self.quantified(token.lower(), self.next())
        if token not in self.names:
            raise ConditionError(f"{token!r} is not in detection")
        return self.names[token]

    def quantified(self, quantity, pattern):
        pattern = "*" if pattern.lower() == "them" else pattern
        tests = [test for name, test in self.names.items()
                 if not name.startswith("_") and fnmatch.fnmatchcase(name, pattern)]
        if not tests:
            raise ConditionError(f"{pattern!r} names nothing")
        needed = {"all": len(tests), "any": 1}.get(quantity)
        needed = int(quantity) if needed is None else needed
        if needed == 1:
            return lambda event: any(test(event) for test in tests)
        return lambda event: sum(bool(test(event)) for test in tests) >= needed


def parse_condition(condition, names):
    """A list of conditions is true where any of them is: S33."""
    conditions = condition if isinstance(condition, list) else [condition]
    if not conditions or not all(isinstance(text, str) for text in conditions):
        raise ConditionError("a condition is text")
    tests = [Parser(text, names).whole() for text in conditions]
    return tests[0] if len(tests) == 1 else lambda event: any(test(event) for test in tests)
