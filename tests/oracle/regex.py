# SPDX-License-Identifier: Apache-2.0
"""Sigma's regexes (docs/sigma.md) written out in Python's syntax.

Nothing is left to Python's flags: letter case, multi-line and dot-all are spelled out in the
pattern, since Python's own reading of them differs from PCRE's (it takes a dotless i for an
i, and lets ^ match behind a final newline).
"""

import re

from fold import TABLE, alike

MAX_REPEAT = 1000
ESCAPES = {"t": 9, "n": 10, "v": 11, "f": 12, "r": 13, "a": 7, "e": 27, "0": 0}
SHORTHANDS = {
    "d": r"0-9", "w": r"0-9A-Z_a-z", "s": r"\t\n\v\f\r ",
}
POSIX = {
    "alpha": "A-Za-z", "digit": "0-9", "alnum": "0-9A-Za-z", "upper": "A-Z", "lower": "a-z",
    "space": r"\t\n\v\f\r ", "blank": r"\t ", "punct": r"!-/:-@\[-`{-~", "cntrl": r"\x00-\x1f\x7f",
    "print": r"\x20-\x7e", "graph": r"\x21-\x7e", "xdigit": "0-9A-Fa-f", "word": r"0-9A-Z_a-z",
    "ascii": r"\x00-\x7f",
}
WORD = "[0-9A-Z_a-z]"
ANCHORS = {
    "A": r"\A", "z": r"\Z", "Z": r"(?=\n?\Z)",
    "b": rf"(?:(?<={WORD})(?!{WORD})|(?<!{WORD})(?={WORD}))",
    "B": rf"(?:(?<={WORD})(?={WORD})|(?<!{WORD})(?!{WORD}))",
}


class RegexError(ValueError):
    """What the documented syntax does not have."""


class Translator:
    def __init__(self, pattern, flags):
        self.pattern, self.at = pattern, 0
        self.flags = set(flags)

    def peek(self, size=1):
        return self.pattern[self.at:self.at + size]

    def take(self, text):
        if not self.pattern.startswith(text, self.at):
            return False
        self.at += len(text)
        return True

    def next(self):
        if self.at >= len(self.pattern):
            raise RegexError("ends too early")
        self.at += 1
        return self.pattern[self.at - 1]

    def whole(self):
        out = self.alternation()
        if self.at < len(self.pattern):
            raise RegexError("a ) without (")
        return out

    def alternation(self):
        """Up to the group's end; inline flags hold until there."""
        outside = set(self.flags)
        out = []
        while self.at < len(self.pattern) and self.peek() != ")":
            if self.take("|"):
                out.append("|")
                continue
            out.append(self.atom())
        self.flags = outside
        return "".join(out)

    def atom(self):
        char = self.next()
        if char == "(":
            out = self.group()
            if out is None:
                return ""
        elif char == "[":
            out = self.char_class()
        elif char == ".":
            out = r"[\s\S]" if "s" in self.flags else r"[^\n]"
        elif char == "^":
            out = r"(?:\A|(?<=\n)(?!\Z))" if "m" in self.flags else r"\A"
        elif char == "$":
            out = r"(?=\n|\Z)" if "m" in self.flags else r"(?=\n?\Z)"
        elif char == "\\":
            out = self.escape()
        elif char in "*+?":
            raise RegexError("nothing to repeat")
        else:
            out = self.literal(ord(char))
        return out + self.repeat()

    def group(self):
        if self.take("?"):
            names = re.compile(r"([imsx]*)(?:-([ims]+))?([:)])").match(self.pattern, self.at)
            if not names or "x" in names[1]:
                raise RegexError("a group that is not supported")
            self.at = names.end()
            if names[3] == ")":
                self.flags = (self.flags | set(names[1])) - set(names[2] or "")
                return None
            outside = set(self.flags)
            self.flags = (self.flags | set(names[1])) - set(names[2] or "")
            out = self.alternation()
            self.flags = outside
        else:
            out = self.alternation()
        if not self.take(")"):
            raise RegexError("a ( without )")
        return f"(?:{out})"

    def repeat(self):
        bounds = re.compile(r"\{(\d+)(,?)(\d*)\}").match(self.pattern, self.at)
        if self.peek() and self.peek() in "*+?":
            out = self.next()
        elif bounds:
            if any(part and int(part) > MAX_REPEAT for part in (bounds[1], bounds[3])):
                raise RegexError("repeats too often")
            self.at = bounds.end()
            out = bounds[0]
        else:
            return ""
        if self.take("?"):
            out += "?"
        if self.peek() and self.peek() in "*+":
            raise RegexError("a possessive or double repeat")
        return out

    def literal(self, point):
        if "i" in self.flags and len(alike(point)) > 1:
            return "[" + "".join(map(code, sorted(alike(point)))) + "]"
        return code(point)

    def escape(self):
        char = self.next()
        if char.lower() in SHORTHANDS:
            return f'[{"^" if char.isupper() else ""}{SHORTHANDS[char.lower()]}]'
        if char in ANCHORS:
            return ANCHORS[char]
        return self.literal(self.escaped_point(char))

    def escaped_point(self, char):
        if char == "x" or char == "u":
            digits = re.compile(r"\{([0-9A-Fa-f]+)\}" if self.peek() == "{" else
                                r"([0-9A-Fa-f]{2})" if char == "x" else
                                r"([0-9A-Fa-f]{4})").match(self.pattern, self.at)
            if not digits:
                raise RegexError("a code point in hex is missing")
            self.at = digits.end()
            return int(digits[1], 16)
        if char in ESCAPES:
            return ESCAPES[char]
        if char.isascii() and char.isalnum():
            raise RegexError(f"\\{char} is not supported")
        return ord(char)

    def char_class(self):
        negated = self.take("^")
        parts, first = [], True
        while first or self.peek() != "]":
            first = False
            if self.peek(2) == "[:":
                parts.append(self.posix())
                continue
            low = self.class_member()
            if isinstance(low, str):
                parts.append(low)
                continue
            high = low
            if self.peek() == "-" and self.peek(2) != "-]":
                self.take("-")
                high = self.class_member()
                if isinstance(high, str):
                    parts += [code(low), r"\-", high]
                    continue
            if high < low:
                raise RegexError("a range that runs backwards")
            parts.append(self.span(low, high))
        self.take("]")
        return f'[{"^" if negated else ""}{"".join(parts)}]'

    def class_member(self):
        """A code point, or the text of a shorthand's class."""
        char = self.next()
        if char != "\\":
            return ord(char)
        char = self.next()
        if char in SHORTHANDS:
            return SHORTHANDS[char]
        if char.lower() in SHORTHANDS:
            return complement(SHORTHANDS[char.lower()])
        return 8 if char == "b" else self.escaped_point(char)

    def posix(self):
        name = re.compile(r"\[:(\^?)([a-z]+):\]").match(self.pattern, self.at)
        if not name or name[2] not in POSIX:
            raise RegexError("an unknown [:class:]")
        self.at = name.end()
        members = POSIX[name[2]]
        if "i" in self.flags and name[2] in ("upper", "lower"):
            members = "A-Za-z"
        return complement(members) if name[1] else members

    def span(self, low, high):
        out = f"{code(low)}-{code(high)}"
        if "i" in self.flags:
            for point in {*TABLE.keys(), *TABLE.values()}:
                if low <= point <= high:
                    out += "".join(map(code, sorted(alike(point))))
        return out


def complement(members):
    """The ranges of what is not in ${members}, a class of ASCII characters."""
    inside = re.compile(f"[{members}]")
    outside = [point for point in range(128) if not inside.match(chr(point))]
    return "".join(map(code, outside)) + r"\x80-\U0010ffff"


def code(point):
    return f"\\U{point:08x}"


def compile_regex(pattern, flags=""):
    """A compiled Python regex for ${pattern}; RegexError where it is not in the syntax."""
    translated = Translator(pattern, flags).whole()
    try:
        return re.compile(translated)
    except (re.error, OverflowError) as error:
        raise RegexError(str(error)) from error
