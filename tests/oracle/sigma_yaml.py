# SPDX-License-Identifier: Apache-2.0
"""YAML as Sigma means it: 1.2's core schema, where ``yes`` is text, ``010`` is ten and a
date is text (PyYAML alone reads YAML 1.1)."""

import re

import yaml

PREFIX = "tag:yaml.org,2002:"
NULL = re.compile(r"(?:~|null|Null|NULL|)$")
BOOL = re.compile(r"(?:true|True|TRUE|false|False|FALSE)$")
INT = re.compile(r"(?:[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+)$")
FLOAT = re.compile(r"(?:[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?"
                   r"|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$")


class Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
    yaml_implicit_resolvers = {}

    def construct_mapping(self, node, deep=False):
        keys = [key.value for key, _ in node.value]
        for key in keys:
            if keys.count(key) > 1:
                raise yaml.YAMLError(f"key {key!r} stands there twice")
        return super().construct_mapping(node, deep)

    def flatten_mapping(self, node):
        """Merge keys are YAML 1.1's."""


class Int(int):
    """An integer that remembers how it is written: S23."""


class Float(float):
    """Likewise."""


def construct_int(loader, node):
    text = node.value
    number = Int(text[2:], 8) if text.startswith("0o") else \
        Int(text, 16) if text.startswith("0x") else Int(text)
    number.written = text
    return number


def construct_float(loader, node):
    number = Float(node.value.lower().replace(".inf", "inf").replace(".nan", "nan"))
    number.written = node.value
    return number


# In this order: what reads as a number could be either.
for _tag, _regex, _first in (("null", NULL, ["~", "n", "N", ""]), ("bool", BOOL, "tTfF"),
                             ("int", INT, "-+0123456789"), ("float", FLOAT, "-+.0123456789")):
    Loader.add_implicit_resolver(PREFIX + _tag, _regex, list(_first))
Loader.add_constructor(PREFIX + "int", construct_int)
Loader.add_constructor(PREFIX + "float", construct_float)


def load(stream):
    return yaml.load(stream, Loader=Loader)


def load_all(stream):
    return list(yaml.load_all(stream, Loader=Loader))
