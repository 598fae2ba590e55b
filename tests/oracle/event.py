# SPDX-License-Identifier: Apache-2.0
"""Events out of JSON: nested Event/System/EventData, or flat with Channel and EventID."""

import json

from fold import fold
from item import time_of
from linux import read_linux

WHITESPACE = " \t\r\n"
TIME_FIELDS = ("TimeCreated_SystemTime", "@timestamp", "TimeCreated", "UtcTime", "EventTime")
# What a flat log calls it, and what Sigma does.
SYNONYMS = {"SourceName": "Provider_Name", "Hostname": "Computer"}


class Pairs(list):
    """A JSON object as read: names may repeat."""


class Event:
    def __init__(self, document, place=""):
        self.place = place
        self.fields = {}   # name: its values, as text; None for null
        self.folds = {}
        self.every = None
        self.source, self.id = "", None
        nested = dict(document).get("Event")
        if read_linux(self, document):
            return
        if isinstance(nested, Pairs):
            self.read_nested(dict(nested))
        else:
            self.add_members("", document)
            for name, meaning in SYNONYMS.items():
                if name in self.fields and meaning not in self.fields:
                    self.fields[meaning] = self.fields[name]
        channel, event_id = self.values("Channel"), self.values("EventID")
        log = (channel and channel[0]) or (self.values("Provider_Name") or [""])[0]
        system = "linux" if log.startswith("Linux-Sysmon") else "windows"
        self.source = f"{system}:{log.lower()}" if log else ""
        self.id = int(event_id[0]) if event_id and event_id[0].isdecimal() else None

    def values(self, field):
        """The field's texts, without nulls; of the whole event where ${field} is empty."""
        if not field:
            if self.every is None:
                self.every = [text for texts in self.fields.values() for text in texts
                              if text is not None]
            return self.every
        return [text for text in self.fields.get(field, ()) if text is not None]

    def folded(self, field):
        folded = self.folds.get(field)
        if folded is None:
            folded = self.folds[field] = [fold(text) for text in self.values(field)]
        return folded

    def time(self):
        """Seconds since 1970, exact to the microsecond; None where the event has no time."""
        for field in TIME_FIELDS:
            for text in self.values(field):
                time = time_of(text)
                if time is not None:
                    return time
        return None

    def add(self, name, value):
        if isinstance(value, Pairs) and value:
            self.add_members(f"{name}.", value)
        elif isinstance(value, list) and value:
            for member in value:
                self.add(name, member)
        else:
            value = None if isinstance(value, list) else value  # an empty one holds nothing
            text = {True: "true", False: "false", None: None}.get(value, value)
            self.fields.setdefault(name.replace(" ", ""), []).append(text)

    def add_members(self, prefix, members):
        for name, value in members:
            self.add(prefix + name, value)

    def read_nested(self, event):
        for name, value in members_of(event.get("System")):
            self.add_element(name, value)
        for name, value in members_of(event.get("EventData")):
            if name == "#attributes":
                self.add_element("EventData", Pairs([(name, value)]))
            else:
                self.add_element(name, value)
        for _, element in members_of(event.get("UserData")):
            for name, value in members_of(element):
                self.add_element(name, value)

    def add_element(self, name, value):
        """An XML element: attributes join its name with "_", its text has the bare name; a
        Data element with an attribute Name is the field of that name."""
        if name == "Data" and isinstance(value, list) and not isinstance(value, Pairs):
            for member in value:
                self.add_element(name, member)
            return
        if not isinstance(value, Pairs) or not value:
            self.add(name, value)
            return
        members = dict(value)
        attributes = dict(members_of(members.get("#attributes")))
        if name == "Data" and "Name" in attributes:
            self.add(attributes["Name"], members.get("#text", ""))
            return
        for attribute, text in attributes.items():
            if attribute != "xmlns":
                self.add(f"{name}_{attribute}", text)
        for member, text in value:
            if member == "#text":
                self.add(name, text)
            elif member != "#attributes":
                self.add(f"{name}.{member}", text)


def members_of(value):
    return value if isinstance(value, Pairs) else ()


DECODER = json.JSONDecoder(object_pairs_hook=Pairs, parse_int=str, parse_float=str,
                           parse_constant=str)


def read_documents(text):
    """(line, object) for each object of a stream of JSON values or of one array; what is no
    JSON gives (line, None) and ends with its line."""
    at, line = 0, 1
    while at < len(text):
        if text[at] == "\n":
            line += 1
        if text[at] in WHITESPACE or text[at] in "[],":
            at += 1
            continue
        try:
            document, end = DECODER.raw_decode(text, at)
        except json.JSONDecodeError:
            document, end = None, text.find("\n", at)
            end = end if end >= 0 else len(text)
        yield line, document if isinstance(document, Pairs) else None
        line += text.count("\n", at, end)
        at = end


def read_events(path):
    """Every event of a file, and how many of its values are not one."""
    with open(path, encoding="utf-8", errors="surrogateescape", newline="") as file:
        text = file.read()
    events, bad = [], 0
    for line, document in read_documents(text):
        if document is None:
            bad += 1
        else:
            events.append(Event(document, f"{path}:{line}"))
    return events, bad
