# SPDX-License-Identifier: Apache-2.0
"""Unicode simple case folding: one character to one (str.casefold is the full folding)."""

CASE_FOLDING = "/usr/share/unicode/CaseFolding.txt"


def read_table(path):
    """The C and S lines of Unicode's CaseFolding.txt: {code point: folded code point}."""
    table = {}
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            fields = [part.strip() for part in line.split("#")[0].split(";")]
            if len(fields) >= 3 and fields[1] in ("C", "S"):
                table[int(fields[0], 16)] = int(fields[2], 16)
    return table


def derive_table():
    """The same from Python's own Unicode data, for machines without that file: where the
    full folding grows a character, lower case is what the S lines say."""
    table = {}
    for point in range(0x110000):
        char = chr(point)
        folded = char.casefold()
        if len(folded) != 1:
            folded = char.lower()
        if len(folded) == 1 and folded != char:
            table[point] = ord(folded)
    return table


def load_table():
    try:
        return read_table(CASE_FOLDING)
    except OSError:
        return derive_table()


TABLE = load_table()

# {folded code point: every other code point that folds to it}
UNFOLDED = {}
for _point, _folded in TABLE.items():
    UNFOLDED.setdefault(_folded, []).append(_point)


def fold(text):
    return text.lower() if text.isascii() else text.translate(TABLE)


def alike(point):
    """All code points that fold as ${point} does, itself included."""
    folded = TABLE.get(point, point)
    return {folded, *UNFOLDED.get(folded, ())}
