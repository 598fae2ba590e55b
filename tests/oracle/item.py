# SPDX-License-Identifier: Apache-2.0
"""One detection item: a field, its modifiers and values, and whether an event has them."""

import ipaddress
import math
import re
from datetime import datetime, timedelta, timezone

import pattern as patterns
from fold import fold
from pattern import ANY, ONE, PatternError
from regex import RegexError, compile_regex

ALIASES = {"ignorecase": "i", "multiline": "m", "dotall": "s", "utf16le": "wide"}
ENCODINGS = {"wide": "utf-16-le", "utf16be": "utf-16-be", "utf16": "utf-16"}
PLACES = ("contains", "startswith", "endswith")
COMPARE = {
    "lt": lambda a, b: a < b, "lte": lambda a, b: a <= b,
    "gt": lambda a, b: a > b, "gte": lambda a, b: a >= b,
}
TIME_PARTS = {
    "minute": lambda t: t.minute, "hour": lambda t: t.hour, "day": lambda t: t.day,
    "week": lambda t: t.isocalendar().week, "month": lambda t: t.month, "year": lambda t: t.year,
}
MODIFIERS = {*PLACES, *ENCODINGS, *COMPARE, *TIME_PARTS, "all", "re", "i", "m", "s", "windash",
             "cidr", "expand", "base64", "base64offset", "fieldref", "exists", "cased", "neq"}
NUMBER = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?", re.ASCII)
EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
ISO_8601 = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})"
    r"(?:[Tt ]([01][0-9]|2[0-4]):([0-5][0-9])(?::([0-5][0-9]|60))?(?:[.,]([0-9]*))?"
    r"(Z|z| UTC|[+-](?:[01][0-9]|2[0-3])(?::?[0-5][0-9])?)?)?")
HEX = re.compile(r"[+-]?0[xX][0-9a-fA-F]+", re.ASCII)


class ItemError(ValueError):
    """An item that cannot run: the rule is refused."""


def value_text(value):
    """How a YAML scalar compares with the text of an event: S4."""
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(float(value))
    return written(value)


def written(value):
    """How a YAML scalar is written: S23."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return getattr(value, "written", str(value))


def number_of(text):
    if HEX.fullmatch(text):
        return float(int(text, 16))
    number = float(text) if NUMBER.fullmatch(text) else math.inf
    return number if math.isfinite(number) else None


def address_of(text):
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    if "%" in text:  # a zone's name is no part of an address
        return None
    return getattr(address, "ipv4_mapped", None) or address


def network_of(text):
    try:
        network = ipaddress.ip_network(text)
    except ValueError as error:
        raise ItemError(f"not a network: {text}") from error
    mapped = getattr(network.network_address, "ipv4_mapped", None)
    if mapped and network.prefixlen >= 96:
        return ipaddress.ip_network((mapped, network.prefixlen - 96), strict=False)
    return network


def time_of(text):
    """A timestamp in UTC, or None: ISO 8601, or a number since 1970 (its size tells whether
    of seconds, milli-, micro- or nanoseconds)."""
    text = text.strip(" ")
    number = re.fullmatch(r"([0-9]+)(\.[0-9]*)?", text, re.ASCII)
    if number:
        value, unit = int(number[1]), 1
        while value >= 10 ** 11 * unit and unit < 10 ** 9:
            unit *= 1000
        return EPOCH + timedelta(microseconds=value * 10 ** 6 // unit) \
            if value // unit < 10 ** 11 else None
    parts = ISO_8601.fullmatch(text)
    if not parts:
        return None
    date, hour, minute, second, fraction, zone = parts.groups()
    zone = zone.strip() if zone else "Z"
    east = 0
    if zone not in ("Z", "z", "UTC"):
        digits = zone[1:].replace(":", "").ljust(4, "0")
        east = int(zone[0] + "1") * (int(digits[:2]) * 60 + int(digits[2:]))
    try:
        day = datetime.fromisoformat(date).replace(tzinfo=timezone.utc)
        return day + timedelta(hours=int(hour or 0), minutes=int(minute or 0) - east,
                               seconds=int(second or 0),
                               microseconds=int((fraction or "")[:6].ljust(6, "0")))
    except (ValueError, OverflowError):
        return None


class Item:
    """``matches(event)`` says whether the item is true; one result is kept for each event,
    since many rules share an item."""

    def __init__(self, field, modifiers, values, placeholders, renames):
        modifiers = [ALIASES.get(modifier, modifier) for modifier in modifiers]
        unknown = [modifier for modifier in modifiers if modifier not in MODIFIERS]
        if unknown:
            raise ItemError(f"unknown modifier {unknown[0]}")
        self.field = renames.get(field, field)
        self.modifiers, self.placeholders, self.renames = modifiers, placeholders, renames
        self.cased = "cased" in modifiers
        values = values if isinstance(values, list) else [values]
        if not values:
            raise ItemError("no values")
        try:
            # one list of tests for each value as written: with "all", each value must find
            # one of its variants (dashes, offsets, a placeholder's values)
            self.tests = [self.tests_of(value) for value in values]
        except (PatternError, RegexError) as error:
            raise ItemError(str(error)) from error
        self.combine = all if "all" in modifiers else any
        self.negated = "neq" in modifiers
        self.event, self.result = None, False

    def matches(self, event):
        if self.event is not event:
            self.event = event
            self.result = self.negated != self.combine(
                any(test(event) for test in tests) for tests in self.tests)
        return self.result

    def tests_of(self, value):
        """The tests of one value; any of them is enough."""
        modifiers = self.modifiers
        if "exists" in modifiers:
            if not isinstance(value, bool):
                raise ItemError("exists takes true or false")
            return [lambda event: (self.field in event.fields) == value]
        if value is None:
            return [lambda event: not event.values(self.field)]
        is_text = not {"re", "cidr", "fieldref", *COMPARE, *TIME_PARTS} & set(modifiers)
        texts = [value_text(value) if is_text else written(value)]
        if "expand" in modifiers:
            texts = self.expand(texts[0])
        return [test for text in texts for test in self.tests_of_text(text)]

    def tests_of_text(self, text):
        for modifier in self.modifiers:
            if modifier in COMPARE:
                return [self.number_test(COMPARE[modifier], text)]
            if modifier in TIME_PARTS:
                return [self.time_test(TIME_PARTS[modifier], text)]
        if "fieldref" in self.modifiers:
            return [self.reference_test(text)]
        if "cidr" in self.modifiers:
            return [self.network_test(network_of(text))]
        if "re" in self.modifiers:
            return [self.regex_test(text)]
        return [self.pattern_test(variant) for variant in self.variants(text)]

    def variants(self, text):
        """All patterns that ${text} stands for, after each modifier in the order written."""
        variants = [patterns.parse(text)]
        for modifier in self.modifiers:
            variants = [changed for variant in variants
                        for changed in self.change(modifier, variant)]
        if not self.field and not any(place in self.modifiers for place in PLACES):
            variants = [[ANY, *variant, ANY] for variant in variants]
        return variants

    def change(self, modifier, variant):
        if modifier == "contains":
            return [[ANY, *variant, ANY]]
        if modifier == "startswith":
            return [[*variant, ANY]]
        if modifier == "endswith":
            return [[ANY, *variant]]
        if modifier == "windash":
            return patterns.windash(variant)
        if modifier in ENCODINGS and not {"base64", "base64offset"} & set(self.modifiers):
            if modifier == "utf16":
                raise ItemError("a byte order mark stands in no text")
            return [self.widen(variant)]
        if modifier in ("base64", "base64offset"):
            data = patterns.plain(variant, modifier).encode(self.encoding())
            return ([patterns.base64_of(data)] if modifier == "base64"
                    else patterns.base64_offsets(data))
        return [variant]

    def encoding(self):
        return next((ENCODINGS[modifier] for modifier in self.modifiers
                     if modifier in ENCODINGS), "utf-8")

    def widen(self, variant):
        """UTF-16 that was taken for text: a NUL beside each character of ASCII."""
        if any(member not in (ANY, ONE) and not member.isascii() for member in variant):
            raise ItemError("UTF-16 as text takes ASCII only")
        return [part for member in variant for part in (
            [member] if member in (ANY, ONE) else member.encode(self.encoding()).decode("ascii"))]

    def expand(self, text):
        """The texts that a value with %placeholders% stands for; "\\%" is a percent sign."""
        expanded = [""]
        for piece in re.findall(r"\\.|%[^%\s\\]+%|.", text, re.DOTALL):
            choices = ["%" if piece == "\\%" else piece]
            if len(piece) > 2:
                if piece[1:-1] not in self.placeholders:
                    raise ItemError(f"no value for the placeholder {piece}")
                choices = [written(value) for value in self.placeholders[piece[1:-1]]]
            expanded = [start + choice for start in expanded for choice in choices]
        return expanded

    def pattern_test(self, pattern):
        if pattern and all(member == ANY for member in pattern):
            return lambda event: bool(event.values(self.field))
        matcher = patterns.compile_pattern(pattern, self.cased)
        if self.cased:
            return lambda event: any(map(matcher, event.values(self.field)))
        return lambda event: any(map(matcher, event.folded(self.field)))

    def regex_test(self, text):
        regex = compile_regex(text, [flag for flag in "ims" if flag in self.modifiers])
        if "startswith" in self.modifiers:
            regex = re.compile(rf"\A(?:{regex.pattern})")
        if "endswith" in self.modifiers:
            regex = re.compile(rf"(?:{regex.pattern})\Z")
        return lambda event: any(regex.search(text) is not None
                                 for text in event.values(self.field))

    def network_test(self, network):
        def inside(text):
            address = address_of(text)
            return address is not None and address.version == network.version \
                and address in network
        return lambda event: any(map(inside, event.values(self.field)))

    def number_test(self, compare, text):
        value = number_of(text)
        if value is None:
            raise ItemError("not a number")

        def holds(text):
            number = number_of(text)
            return number is not None and compare(number, value)
        return lambda event: any(map(holds, event.values(self.field)))

    def time_test(self, part, text):
        number = number_of(text)
        if number is None:
            raise ItemError("a part of the time takes a number")

        def holds(text):
            time = time_of(text)
            return time is not None and part(time) == number
        return lambda event: any(map(holds, event.values(self.field)))

    def reference_test(self, name):
        other = self.renames.get(name, name)
        place = next((modifier for modifier in self.modifiers if modifier in PLACES), None)
        compare = {
            None: lambda mine, its: mine == its, "contains": lambda mine, its: its in mine,
            "startswith": str.startswith, "endswith": str.endswith,
        }[place]

        def holds(event):
            values = event.values if self.cased else event.folded
            return any(compare(mine, its)
                       for mine in values(self.field) for its in values(other))
        return holds
