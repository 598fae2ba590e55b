# SPDX-License-Identifier: Apache-2.0
"""Sigma strings: escapes, wildcards and what the modifiers make of them.

A pattern is a list whose members are single characters or one of the two wildcards.
"""

import base64
import itertools
import re

from fold import fold

ANY = "any run of characters"
ONE = "exactly one character"

DASHES = "-/–—―"
MAX_DASH_VARIANTS = 3125


class PatternError(ValueError):
    """A value that its modifiers cannot take."""


def parse(text):
    """The pattern that ${text} means: S2."""
    pattern, at = [], 0
    while at < len(text):
        char, following = text[at], text[at + 1:at + 2]
        at += 1
        if char == "\\" and following and following in "*?\\":
            pattern.append(following)
            at += 1
        else:
            pattern.append({"*": ANY, "?": ONE}.get(char, char))
    return pattern


def has_wildcard(pattern):
    return ANY in pattern or ONE in pattern


def plain(pattern, what):
    if has_wildcard(pattern):
        raise PatternError(f"{what} takes no wildcards")
    return "".join(pattern)


def windash(pattern):
    """Every pattern with each dash that begins a word as each of the dashes: S15."""
    def is_word(at):
        member = pattern[at] if 0 <= at < len(pattern) else ANY
        return member not in (ANY, ONE) and (member.isalnum() or member == "_")

    choices = [DASHES if member in list(DASHES) and not is_word(at - 1) and is_word(at + 1)
               else [member] for at, member in enumerate(pattern)]
    count = 1
    for choice in choices:
        count *= len(choice)
    if count > MAX_DASH_VARIANTS:
        raise PatternError("too many dashes")
    return [list(variant) for variant in itertools.product(*choices)]


def base64_of(data):
    return list(base64.b64encode(data).decode("ascii"))


def base64_offsets(data):
    """What ${data} looks like inside a longer base64 text, at each of three offsets: S16."""
    front, end = (0, 2, 3), (None, -3, -2)
    return [list(base64.b64encode(b" " * offset + data).decode("ascii")
                 [front[offset]:end[(len(data) + offset) % 3]]) for offset in range(3)]


def compile_pattern(pattern, cased):
    """A function that says whether a text (folded already unless ${cased}) is what the pattern
    means, from its first to its last character."""
    if not cased:
        pattern = [member if member in (ANY, ONE) else fold(member) for member in pattern]
    runs = split_runs(pattern)
    if not any(ONE in run for run in runs):
        texts = ["".join(run) for run in runs]
        if len(texts) == 1:
            return texts[0].__eq__
        if len(texts) == 2 and not texts[0]:
            return lambda text, end=texts[1]: text.endswith(end)
        if len(texts) == 2 and not texts[1]:
            return lambda text, start=texts[0]: text.startswith(start)
        if len(texts) == 3 and not texts[0] and not texts[2]:
            return lambda text, part=texts[1]: part in text
    return compile_runs(runs)


def split_runs(pattern):
    """What stands between the ANYs; neighbouring ANYs are one."""
    runs = [[]]
    for at, member in enumerate(pattern):
        if member != ANY:
            runs[-1].append(member)
        elif at == 0 or pattern[at - 1] != ANY:
            runs.append([])
    return runs


def compile_runs(runs):
    def written(run):
        return "".join("." if member == ONE else re.escape(member) for member in run)

    # The leftmost place for each inner run is as good as any other, so it need never be
    # given back: atomic groups keep a pattern of many stars linear.
    inner = "".join(f"(?>.*?{written(run)})" for run in runs[1:-1])
    end = f".*{written(runs[-1])}" if len(runs) > 1 else ""
    matcher = re.compile(written(runs[0]) + inner + end, re.DOTALL).fullmatch
    return lambda text: matcher(text) is not None
