# SPDX-License-Identifier: Apache-2.0
"""Random detection items, each with texts that it should match, for generate.py."""

import base64
import re._parser as regex_parser

import pattern as patterns
from fold import TABLE, UNFOLDED
from regex import compile_regex

REPEATS_MAX = 3  # more of an unbounded repeat

WORDS = ["cmd", "PowerShell", "Temp", "users", "x", "AA", "run", "Éclair", "straße", "ẞ", "ΣΑΣ",
         "ς", "ſ", "\u212a", "İ", "ı", "I", "ﬀ", "Ⅷ", "𐐀𐐨", "漢字", "e\u0301", "ǅ", "µ", "00",
         "17", "%", '"', "'", "a b", " ", ".exe", ".", "_", "-", "/", "\\", ":", "=", "\u00a0"]
SIGMA_ONLY = ["*", "?", "\\*", "\\?", "\\\\", "\\\\*", "\\\\\\*", "**", "*?"]
BROKEN = "\udcff"  # as Python reads a byte that is no UTF-8, and writes it
NOISE = ["", " ", "\n", "\t", "zz", "\u0000", "A", "\r\n", "~", "\ufeff", BROKEN, "\udce2\udc82"]
DASHED = ["-enc", "/c", "–x", "—long", "― x", "a-b", "-", "--flag", "/a/b", "_-x", "-_", "*-w",
          "-*", "é-é", "/漢", "-µm", "×-a", "º/b"]
PLACEHOLDERS = {"names": ["admin", "Root"], "one": ["only"], "numbers": [7, 42],
                "paths": ["C:\\Temp", "D:\\Data"]}

PLAIN = "written as: "  # generate.py takes this, and the quotes, off
# (value of an item, texts that do and do not match it)
NUMBERS = [
    (PLAIN + "0x10", ["0x10", "16", "0X10"]), (PLAIN + "007", ["007", "7"]),
    (PLAIN + "1.50", ["1.5", "1.50"]), (PLAIN + "1e2", ["100", "1e2"]),
    (PLAIN + "yes", ["yes", "true"]), (PLAIN + "+5", ["+5", "5"]), (PLAIN + "0o17", ["0o17", "15"]),
    (1, ["1"]), (0, ["0"]), (-5, ["-5"]), (4688, ["4688"]), (1.5, ["1.5"]), (2.0, ["2"]),
    (True, ["true", "TRUE"]), (False, ["false"]), ("007", ["007", "7"]),
]
SPECIAL = [
    (None, [None]), ("", [""]), ("*", ["", "any"]), ("?", ["y", "漢"]), ("?*", ["y", ""]),
    ("\\", ["\\"]), ("x", ["x", "X"]),
]
REGEXES = [
    ("", ["", "x"]),
    (r"^a.c$", ["abc", "abc\n", "a\nc", "abcd"]),
    (r"foo|b[aeiou]r", ["foo", "BAR", "xbur"]),
    (r"\d{2,4}-\w+", ["12-x", "1-x", "12345-_", "१२-x"]),
    (r"(?i)héllo\s+wörld", ["HÉLLO \t WÖRLD", "hello world"]),
    (r"(?:ab){2}", ["abab", "abAB"]),
    (r"[^a-z]{3}", ["ABC", "ab1", "漢字字", "abcd"]),
    (r"\bcat\b", ["a cat.", "cats", "écat"]),
    (r"\Bcat", ["a cat.", "écat", "scat"]),
    (r"\\\\[a-z]+\\", ["\\\\srv\\", "\\srv\\"]),
    (r"(?i)[k-s]+$", ["KLM", "\u212a", "ſ"]),
    (r"x{0}y", ["y", "xy"]),
    (r"a.*b", ["a\nb", "axxb"]),
    (r"^two$", ["one\ntwo\n", "two\n", "two"]),
    (r"^$", ["", "\n", "x\n", "x\n\nx"]),
    (r"[[:alpha:]]+\x{e9}", ["caf\u00e9", "1\u00e9"]),
    (r"[[:^digit:][:punct:]]1", ["11", "a1", "-1", "é1"]),
    (r"a(?i:b)c", ["aBc", "ABC", "abc"]),
    (r"a(?i)b|c", ["aB", "AB", "C", "c"]),
    (r"(?i)a(?-i)b", ["Ab", "AB"]),
    (r"[\w.-]+@[\w-]+\.\w{2,}", ["a.b@c.de", "a@b", "é@b.cc"]),
    (r"\Afirst|last\z", ["first", "at last", "last\n", "x\nfirst"]),
    (r"last\Z", ["last", "last\n", "last\n\n"]),
    (r"\s$", ["x ", "x\n", "x", "\u00a0"]),
    (r"\S\D\W", ["ab ", "a1 ", "é漢é"]),
    (r"(a|ab)(c|bcd)(d*)", ["abcd", "acdd", "ad"]),
    (r"ß|ſ", ["ß", "ẞ", "s"]),
    ("ſ", ["ſ", "long ſ", "s"]), ("\u212a", ["\u212a", "k", "K", "ok"]),
    (r"a?b??c*?d+?", ["d", "abcd", "abc"]),
    (r"[]a]|[^]b]", ["]", "a", "b"]),
    (r"\u00e9\t", ["é\t", "É\t"]),
    (r"a{,2}", ["a", "a{,2}"]),
    (r"^.{3}$", ["abc", "漢字漢", "𐐀𐐀𐐀", "éé"]),
]
NETWORKS = [
    ("10.0.0.0/8", ["10.1.2.3", "11.0.0.1", "10.1.2.3\0x", "10.0.0.256", "010.1.1.1"]),
    ("10.128.0.0/9", ["::ffff:10.200.9.9", "10.127.255.255", "::FFFF:0a80:1"]),
    ("192.168.16.0/20", ["192.168.31.255", "192.168.32.0", "192.168.17.1 "]),
    ("0.0.0.0/0", ["1.2.3.4", "1.2.3", "::1", ""]),
    ("127.0.0.1/32", ["127.0.0.1", "127.0.0.2"]),
    ("fe80::/10", ["fe80::1", "FEBF::1", "fec0::1", "fe80::1%eth0"]),
    ("2001:db8::/33", ["2001:db8:7fff::1", "2001:DB8:8000::", "2001:0db8:0:0:0:0:0:1"]),
    ("::/0", ["fe80::1", "10.0.0.1", "::ffff:1.2.3.4"]),
    ("::1/128", ["::1", "0:0:0:0:0:0:0:1", "::2", "127.0.0.1"]),
]
NEARLY_NUMBERS = ["0x10", "0xffffff", "1e3", "5abc", "", "x", "-0", "5\0", "0x1p4", "1e400",
                  "00005", "+6", "1.50", ".5", "5.", "5 ", "inf", "nan", "0x", "--5"]
TIME_PARTS = [("minute", 30), ("hour", 23), ("day", 29), ("week", 1), ("week", 53),
              ("month", 2), ("year", 2024)]
TIMES = [
    "2024-02-29T23:30:59Z", "2024-02-29 23:30:59.123", "2024-12-30T00:30:00+01:00",
    "2020-12-31T23:59:59-05:00", "1709249400", "1709249400123", "2024-02-30T00:00:00Z",
    "2025-01-01T00:30:00.1234567Z", "2024-02-29", "2024-02-28 23:30 UTC", "yesterday",
    "2016-12-31T23:30:00Z", "2021-01-01T23:00:00Z", "1709249400.5", "",
]


def text_of(random, words=WORDS, low=1, high=4):
    return "".join(random.choice(words) for _ in range(random.randint(low, high)))


def sigma_text(random):
    words = WORDS + SIGMA_ONLY if random.random() < 0.35 else WORDS
    return text_of(random, words)


def witness(random, sigma, front=True, back=True):
    """A text that the Sigma string should match; ${front}, ${back}: something may stand there."""
    out = text_of(random, NOISE + WORDS, 0, 2) if front else ""
    for member in patterns.parse(sigma):
        if member == patterns.ANY:
            out += text_of(random, NOISE + WORDS, 0, 2)
        elif member == patterns.ONE:
            out += random.choice(["q", "漢", "\n", "𐐀", " "])
        else:
            out += member
    return out + (text_of(random, NOISE + WORDS, 0, 2) if back else "")


def recase(random, text):
    """The same text to whoever ignores case."""
    def other(char):
        point = ord(char)
        folded = TABLE.get(point, point)
        return chr(random.choice([folded, *UNFOLDED.get(folded, ())]))
    return "".join(other(char) if random.random() < 0.4 else char for char in text)


def mutate(random, text):
    """Something close to ${text}: often no longer a match."""
    at = random.randint(0, len(text))
    char = random.choice(["x", " ", "-", "\\", "*", "?", "é", "1", "\n", ""])
    return random.choice([
        text[:at] + char + text[at:], text[:at] + text[at + 1:], text[:at] + char + text[at + 1:],
        text + char, char + text, text[1:], text[:-1], text.upper(), text.lower(), text[::-1],
    ])


def several(random, make):
    """One value or a list of them, with all their witnesses."""
    made = [make() for _ in range(random.choice([1, 1, 1, 2, 3, 5]))]
    values = [value for value, _ in made]
    texts = [text for _, witnesses in made for text in witnesses]
    return (values[0] if len(values) == 1 and random.random() < 0.7 else values), texts


def random_regex(random, depth=2):
    """A regex of a few pieces, groups and alternatives in it.  Nothing unbounded stands inside
    a repeat, nor twice in one regex: Python would take forever where the engine does not."""
    pieces = []
    for _ in range(random.randint(1, 4)):
        piece = random.choice([
            "cmd", "-enc", "a", "É", "ſ", "ß", "K", "漢", " ", r"\.", r"\\", r"\d", r"\w", r"\s",
            "[a-f]", "[^a-z]", "[é-ü]", "[0-9_]{2}", ".", r"\b", "^", "$", "Σ", "𐐀", "=%"])
        if depth and random.random() < 0.25:
            inner = random_regex(random, depth - 1)
            if random.random() < 0.5:
                inner += "|" + random_regex(random, depth - 1)
            piece = random.choice(["(", "(?:", "(?i:"]) + inner + ")"
        if piece not in ("^", "$", r"\b") and piece[-1] not in "?}" and random.random() < 0.3:
            piece = piece if len(piece) == 1 or piece[0] in "([\\" else f"(?:{piece})"
            piece += random.choice(["?", "{2}", "{1,3}", "{0,2}?"])
        pieces.append(piece)
    if depth == 2 and random.random() < 0.5:
        pieces.insert(random.randint(0, len(pieces)), random.choice(
            [".*", ".+?", r"\w+", r"\s*", "[^a]*", r"\S+", "(?:ab)*", "É+"]))
    return "".join(pieces)


def text_of_regex(random, parsed):
    """A text that a parsed regex matches, as far as no look-around forbids it."""
    out = ""
    for kind, value in parsed:
        name = str(kind)
        if name == "LITERAL":
            out += chr(value)
        elif name == "NOT_LITERAL":
            out += random.choice("aZ9 é".replace(chr(value), ""))
        elif name == "IN":
            out += char_of_class(random, value)
        elif name == "BRANCH":
            out += text_of_regex(random, random.choice(value[1]))
        elif name == "SUBPATTERN":
            out += text_of_regex(random, value[3])
        elif name in ("MAX_REPEAT", "MIN_REPEAT"):
            low, high, inner = value
            count = random.randint(low, max(low, min(int(high), low + REPEATS_MAX)))
            out += "".join(text_of_regex(random, inner) for _ in range(count))
    return out


def char_of_class(random, members):
    candidates = "aZ9 _-/\\.\"é\n" if str(members[0][0]) == "NEGATE" else ""
    if candidates:
        excluded = [member for member in members if str(member[0]) in ("LITERAL", "RANGE")]
        allowed = [char for char in candidates if not any(
            ord(char) == value if str(kind) == "LITERAL" else value[0] <= ord(char) <= value[1]
            for kind, value in excluded)]
        return random.choice(allowed or ["~"])
    kind, value = random.choice(members)
    if str(kind) == "LITERAL":
        return chr(value)
    return chr(random.randint(*value)) if str(kind) == "RANGE" else " "


class Items:
    """``make(field, other)`` gives (key, values, witnesses); a witness of None is null."""

    def __init__(self, random):
        self.random = random
        self.makers = [self.text] * 8 + [
            self.number, self.special, self.regex, self.random_regex, self.dashes, self.network,
            self.reference, self.comparison, self.exists, self.base64, self.base64, self.wide,
            self.time, self.expand]

    def make(self, field, other):
        modifiers, values, witnesses = self.random.choice(self.makers)(other)
        if modifiers and modifiers[0] == "fieldref":
            # the other field gets the same text sometimes: see generate.py
            witnesses = [("same as", other, place) for place in witnesses]
        elif self.random.random() < 0.06 and "exists" not in modifiers:
            modifiers = [*modifiers, "neq"]
        return "|".join([field, *modifiers]), values, witnesses

    def place(self):
        return self.random.choice([[], ["contains"], ["startswith"], ["endswith"]])

    def text(self, _):
        random, place = self.random, self.place()
        values, texts = several(random, lambda: self.value(
            sigma_text(random), place in (["contains"], ["endswith"]),
            place in (["contains"], ["startswith"])))
        modifiers = place
        if random.random() < 0.25:
            modifiers = [*modifiers, "all"]
            texts = texts + ["".join(texts)]
        if random.random() < 0.15:
            modifiers = [*modifiers, "cased"]
        return modifiers, values, texts

    def value(self, sigma, front, back):
        return sigma, [witness(self.random, sigma, front, back)]

    def number(self, _):
        values, texts = several(self.random, lambda: self.random.choice(NUMBERS))
        return [], values, texts

    def special(self, _):
        values, texts = several(self.random, lambda: self.random.choice(SPECIAL))
        return [], values, texts

    def regex(self, _):
        random = self.random
        values, texts = several(random, lambda: random.choice(REGEXES))
        modifiers = ["re"]
        for flag in "ims":
            if random.random() < 0.25:
                modifiers.append(flag)
        if random.random() < 0.1:
            modifiers.append(random.choice(["startswith", "endswith", "contains"]))
        return modifiers, values, texts

    def random_regex(self, _):
        random = self.random

        def one():
            regex = random_regex(random)
            parsed = regex_parser.parse(compile_regex(regex, modifiers[1:]).pattern)
            texts = [text_of_regex(random, parsed) for _ in range(3)]
            return regex, texts + [f"x{texts[0]}y", recase(random, texts[1])]
        modifiers = ["re", *random.sample("ims", random.choice([0, 0, 1, 2]))]
        values, texts = several(random, one)
        return modifiers, values, texts

    def dashes(self, _):
        random, place = self.random, self.random.choice([["contains"], ["endswith"], []])

        def one():
            sigma = " ".join(random.choice(DASHED) for _ in range(random.randint(1, 3)))
            text = witness(random, sigma, bool(place), place == ["contains"])
            swapped = "".join(random.choice(patterns.DASHES) if char in patterns.DASHES else char
                              for char in text)
            return sigma, [text, swapped]
        values, texts = several(random, one)
        if random.random() < 0.3:
            return [*place, "all", "windash"], values, [*texts, " ".join(texts)]
        return [*place, "windash"], values, texts

    def network(self, _):
        values, texts = several(self.random, lambda: self.random.choice(NETWORKS))
        return ["cidr"], values, texts

    def reference(self, other):
        place = self.place()
        modifiers = ["fieldref", *place]
        for modifier in ("cased", "neq"):
            if self.random.random() < 0.2:
                modifiers.append(modifier)
        return modifiers, other, place or ["exact"]

    def comparison(self, _):
        value = self.random.choice([0, 5, -3, 1.5, 100, 65536])
        return [self.random.choice(["lt", "lte", "gt", "gte"])], value, [
            str(value), str(value - 1), str(value + 1), *NEARLY_NUMBERS]

    def exists(self, _):
        return ["exists"], self.random.random() < 0.5, ["", None, "there"]

    def base64(self, _):
        random = self.random
        encoding = random.choice([None, None, "wide", "utf16le", "utf16be", "utf16"])
        offset = random.random() < 0.7
        text = text_of(random, [word for word in WORDS if word != "\\"], 2, 4)
        data = text.encode({None: "utf-8", "utf16be": "utf-16-be", "utf16": "utf-16"}
                           .get(encoding, "utf-16-le"))
        if offset:
            data = b"ABC"[:random.randint(0, 3)] + data + b"xyz"[:random.randint(0, 3)]
        encoded = base64.b64encode(data).decode("ascii")
        modifiers = [encoding] if encoding else []
        modifiers += ["base64offset", "contains"] if offset else ["base64"]
        if not offset and random.random() < 0.5:
            modifiers.append("contains")
        return modifiers, text, [encoded, f"x {encoded} y", recase(random, encoded)]

    def wide(self, _):
        encoding = self.random.choice(["wide", "utf16le", "utf16be"])
        text = text_of(self.random, [word for word in WORDS if word.isascii()], 1, 2)
        text = text.replace("\\", "") or "q"
        seen = text.encode("utf-16-be" if encoding == "utf16be" else "utf-16-le").decode()
        return [encoding, "contains"], text, [seen, f"x{seen}y", text]

    def time(self, _):
        part, value = self.random.choice(TIME_PARTS)
        return [part], value, TIMES

    def expand(self, _):
        random = self.random
        name = random.choice(sorted(PLACEHOLDERS))
        front, back = random.choice(["", "pre-"]), random.choice(["", "\\end", "*"])
        place = self.place()
        texts = [front + str(value) + back for value in PLACEHOLDERS[name]]
        return [*place, "expand"], f"{front}%{name}%{back}", texts + [f"{front}%{name}%{back}"]
