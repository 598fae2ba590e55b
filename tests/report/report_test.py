# SPDX-License-Identifier: Apache-2.0
"""What ``windhover scan --html`` writes, read without a browser.

usage: report_test.py WINDHOVER
"""
import collections
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "scan"))
import scan_case
from scan_case import DATA, WINDHOVER

ELEMENT = re.compile(r'<script type="application/json" id="data-(\w+)">(.*?)</script>\n', re.S)
TIME, RULE, LINE, EVENT, HOST, FILE, MATCHED = range(7)

RULES = """\
title: Evil </script><script>alert(1)</script><!-- & "thing"
id: 6a0c2b0e-55b5-4a0c-9a34-3d8f1a111111
level: high
description: "<img src=x onerror=alert(1)>"
author: "<b>Somebody</b>"
tags: [attack.execution, attack.t1059.004]
logsource: {product: windows, category: process_creation}
detection:
  selection:
    CommandLine|contains: evil
    Image|endswith: .exe
  condition: selection
---
title: Any start
id: 6a0c2b0e-55b5-4a0c-9a34-3d8f1a222222
level: low
logsource: {product: windows, category: process_creation}
detection:
  selection:
    CommandLine|contains: start
  condition: selection
---
title: Many starts
id: 6a0c2b0e-55b5-4a0c-9a34-3d8f1a333333
level: medium
correlation:
  type: event_count
  rules: [6a0c2b0e-55b5-4a0c-9a34-3d8f1a222222]
  group-by: [User]
  timespan: 1m
  condition: {gte: 3}
  generate: true
"""
HOSTILE = ["</script><script>window.pwned=1</script>", "<!--", "<!-- <script>", "]]>", "&lt;&amp;",
           "\u2028\u2029", "\x00\x01\x7f", "\\u003c/script>", "'\"`${x}", "\u202egnp.exe", "\ufeff",
           "\U0001f985", "javascript:alert(1)", "__proto__", "constructor", "{{7*7}}", ""]


def event(command, second=0, **more):
    return scan_case.event(command, second, **{"Image": "C:\\a.exe", **more})


class Page:
    """The data of a page, by its elements."""

    def __init__(self, path):
        self.text = pathlib.Path(path).read_text(encoding="utf-8")
        self.data = {name: json.loads(text) for name, text in ELEMENT.findall(self.text)}
        self.about = self.data["about"][0]

    def event(self, row):
        """The event of a row, from its shape and values, as pairs so that all is compared."""
        shape, *values = self.data["events"][row[EVENT]]
        texts = self.data["texts"]
        left = iter(values)

        def build(node):
            if not isinstance(node, list):
                text = texts[next(left)]
                return text if node == 0 else ("bare", text)
            if node[0] == 1:
                return [build(child) for child in node[1:]]
            return {"pairs": [(texts[node[i]], build(node[i + 1])) for i in range(1, len(node), 2)]}
        built = build(self.data["shapes"][shape])
        assert next(left, None) is None, "more values than leaves"
        return built

    def detections(self):
        """Each as (time, rule, file, line, host)."""
        texts = self.data["texts"]
        return [(row[TIME], self.data["rules"][row[RULE]].get("id"), texts[row[FILE]], row[LINE],
                 texts[row[HOST]]) for row in self.data["rows"]]

    def matched(self, row):
        texts = self.data["texts"]
        cells = row[MATCHED:]
        return [(texts[a], texts[b]) for a, b in zip(cells[::2], cells[1::2])]


def as_page(value):
    """What json.loads(..., object_pairs_hook=pairs) gave, as Page.event gives it."""
    if isinstance(value, list):
        return [as_page(item) for item in value]
    if isinstance(value, dict):
        return {"pairs": [(name, as_page(item)) for name, item in value["pairs"]]}
    return value


def pairs(items):
    return {"pairs": items}


def load_exactly(line):
    """JSON with every name, and every number as it is written."""
    bare = lambda text: ("bare", text)
    loaded = json.loads(line, object_pairs_hook=pairs, parse_int=bare, parse_float=bare,
                        parse_constant=bare)

    def words(value):
        if value is None or isinstance(value, bool):
            return ("bare", json.dumps(value))
        if isinstance(value, list):
            return [words(item) for item in value]
        if isinstance(value, dict):
            return {"pairs": [(name, words(item)) for name, item in value["pairs"]]}
        return value
    return words(loaded)


class ReportTest(scan_case.ScanCase):
    rules_text = RULES

    def setUp(self):
        super().setUp()
        self.html = self.path("page.html")

    def report(self, *arguments, status=1):
        out, _ = self.scan("--rules", self.rules, "--html", self.html, "--output", "jsonl",
                           *arguments, status=status)
        return Page(self.html), out.splitlines()

    def same(self, page, lines):
        """Whether the page has the detections and events that JSON lines have, in their order."""
        self.assertEqual(len(page.data["rows"]), len(lines))
        for row, line in zip(page.data["rows"], lines):
            want = dict(load_exactly(line)["pairs"])
            self.assertEqual(page.event(row), as_page(want["event"]))
            rule = dict(want["rule"]["pairs"])
            self.assertEqual(page.data["rules"][row[RULE]].get("id"), rule.get("id"))
            own = dict(want.get("windhover", {"pairs": []})["pairs"])
            if "correlation" not in own:
                names = [name for name, _ in page.matched(row) if name]
                self.assertEqual(list(dict.fromkeys(names)), own.get("matched", []))
            self.assertEqual(page.data["texts"][row[FILE]],
                             dict(dict(want["log"]["pairs"])["file"]["pairs"])["path"])

    def test_the_page_has_the_detections_of_the_other_outputs_with_their_whole_events(self):
        log = self.put_events("log", event("start evil", User="a"), event("x"),
                              event("start", 1, A=[1, 2.50, True, None, {"b": [[], {}]}]))
        page, lines = self.report(log)
        self.same(page, lines)
        self.assertEqual(len(lines), 3)
        self.assertEqual(page.about["levels"], [0, 2, 0, 1, 0])
        self.assertEqual(page.about["read"], 3)
        self.assertEqual(len(page.data["events"]), 2, "an event with two detections stands once")

    def test_a_page_goes_with_each_output(self):
        log = self.put_events("log", event("start evil"))
        for output in ("table", "csv"):
            out, _ = self.scan("--rules", self.rules, "--html", self.html, "-o", output, log,
                               status=1)
            self.assertEqual(len(out.splitlines()), 3)
            self.assertEqual(len(Page(self.html).data["rows"]), 2)

    def test_fields_that_matched_are_named_with_their_values(self):
        log = self.put_events("log", event("an evil thing", User="me"))
        page, _ = self.report(log)
        self.assertEqual(sorted(page.matched(page.data["rows"][0])),
                         [("CommandLine", "an evil thing"), ("Image", "C:\\a.exe")])

    def test_a_correlation_tells_its_group_and_window(self):
        log = self.put_events("log", *(event("start", second, User="bob") for second in range(3)))
        page, lines = self.report(log)
        self.same(page, lines)
        at = [i for i, row in enumerate(page.data["rows"])
              if page.data["rules"][row[RULE]]["title"] == "Many starts"]
        self.assertEqual(len(at), 1)
        self.assertEqual(page.matched(page.data["rows"][at[0]]), [("User", "bob")])
        first = 1721362140 * 10**6
        self.assertEqual(page.data["groups"], [[at[0], first, first + 2 * 10**6, 3]])

    def test_nothing_of_an_event_becomes_markup(self):
        events = [event(f"evil {text}", number, **{text or "empty": text, "User": text})
                  for number, text in enumerate(HOSTILE)]
        log = self.put_events("<img src=x onerror=alert(1)>.jsonl", *events)
        page, lines = self.report(log)
        self.same(page, lines)
        self.assertEqual(len(lines), len(HOSTILE))
        inside = page.text[page.text.index('<script type="application/json"'):]
        data = "".join(ELEMENT.findall(page.text)[i][1] for i in range(9))
        self.assertIsNone(re.search("[<>&]", data))
        self.assertEqual(inside.count("<script"), 10, "nine of data and the page's own")
        self.assertNotIn("\x00", page.text)

    def test_bytes_that_are_not_utf_8_and_lone_surrogates_leave_the_page_readable(self):
        line = json.dumps(event("evil @", User="\ud800")).replace("@", "\xff").encode("latin-1")
        log = self.put("log", line + b"\n")
        page, _ = self.report(log)
        self.assertEqual(dict(page.event(page.data["rows"][0])["pairs"])["CommandLine"],
                         "evil \ufffd")

    def test_deep_and_wide_events_are_whole(self):
        deep = "x"
        for _ in range(60):
            deep = [deep]
        log = self.put_events("log", event("evil", Deep=deep, Wide={f"k{i}": i for i in range(900)},
                                           **{"2": "b", "1": "a", "__proto__": {"x": 1}}))
        page, lines = self.report(log)
        self.same(page, lines)

    def test_the_number_of_threads_does_not_show(self):
        for name in ("a", "b", "c"):
            self.put_events(f"{name}.jsonl", *(event(f"start evil {i}", i % 60) for i in range(300)))
        pages = []
        for threads in ("1", "4"):
            page, _ = self.report("--threads", threads, self.folder.name)
            os.unlink(self.html)
            pages.append(re.sub('"made":[0-9]+,"seconds":[0-9.]+', "", page.text))
        self.assertEqual(*pages)

    def test_numbers_keep_every_digit(self):
        log = self.put("log", json.dumps(event("evil"))[:-1]
                       + ', "N": 18446744073709551615, "F": 1.10, "E": 1e400}\n')
        page, lines = self.report(log)
        self.same(page, lines)
        self.assertIn("18446744073709551615", page.data["texts"])
        self.assertIn("1.10", page.data["texts"])

    def test_without_detections_the_page_says_what_was_read(self):
        log = self.put_events("log", event("harmless"))
        page, _ = self.report(log, status=0)
        self.assertEqual(page.data["rows"], [])
        self.assertEqual((page.about["files"], page.about["read"], page.about["rules"]), (1, 1, 3))
        self.assertEqual(page.about["logs"][0]["count"], 1)

    def test_what_could_not_be_read_is_named_and_counted(self):
        good = self.put_events("good", event("evil"))
        bad = self.put("bad.jsonl", json.dumps(event("evil")) + "\n{broken\n" * 20)
        cut = self.put("cut.evtx", b"ElfFile\x00" + bytes(4088) + b"rubbish")
        page, _ = self.report(good, bad, cut, status=2)
        self.assertEqual(len(page.data["rows"]), 2)
        counts = {limit["what"]: limit["count"] for limit in page.about["limits"]}
        self.assertEqual(counts["lines or documents that are no events"], 20)
        self.assertTrue(any("bad.jsonl:2" in fault for fault in page.data["faults"]))
        self.assertTrue(any("cut.evtx" in fault for fault in page.data["faults"]))
        self.assertEqual(page.about["faults"], len(page.data["faults"]))

    def test_what_filters_left_out_is_told(self):
        log = self.put_events("log", event("evil"), event("evil", 30))
        page, lines = self.report("--since", "2024-07-19T04:09:20Z", log)
        self.assertEqual(len(lines), 1)
        self.same(page, lines)
        self.assertIn({"count": 1, "what": "events not between --since and --until, left out"},
                      page.about["limits"])
        self.assertEqual((page.about["read"], page.about["events"]), (2, 1))

    def test_what_is_beyond_the_limit_is_counted_and_not_listed(self):
        limit = 250000
        log = self.put("log", "".join(json.dumps(event(f"start evil {i}")) + "\n"
                                      for i in range(limit // 2 + 5)))
        self.scan("--rules", self.rules, "--html", self.html, "--exclude", "Many starts", log,
                  status=1)
        page = Page(self.html)
        self.assertEqual(page.about["limit"], limit)
        self.assertEqual(len(page.data["rows"]), limit)
        self.assertEqual(page.about["levels"], [0, limit // 2 + 5, 0, limit // 2 + 5, 0])
        self.assertEqual([rule["count"] for rule in page.data["rules"]], [limit // 2 + 5] * 2)

    def test_an_old_page_is_replaced_and_nothing_is_left_beside_it(self):
        log = self.put_events("log", event("evil"))
        self.put("page.html", "old")
        before = set(os.listdir(self.folder.name))
        self.report(log)
        self.assertEqual(set(os.listdir(self.folder.name)), before)

    def test_a_place_where_nothing_can_be_written_is_refused_before_the_scan(self):
        log = self.put_events("log", event("evil"))
        for place in ("/dev/null", self.folder.name, self.path("none/page.html"), ""):
            out, error = self.scan("--rules", self.rules, "--html", place, log, status=2)
            self.assertEqual(out, "", place)
            self.assertEqual(len(error.splitlines()), 1, error)
            self.assertIn("--html", error)

    def test_it_is_for_detections_only(self):
        log = self.put_events("log", event("evil"))
        for mode in ("--dump", "--stats"):
            _, error = self.scan(mode, "--html", self.html, log, status=2)
            self.assertIn("leave out --html", error)
            self.assertFalse(os.path.exists(self.html))

    def test_an_interrupted_scan_leaves_a_page_that_says_so(self):
        scan = subprocess.Popen([WINDHOVER, "scan", "--rules", self.rules, "--html", self.html,
                                 "--output", "jsonl", "-"], stdin=subprocess.PIPE,
                                stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        scan.stdin.write((json.dumps(event("evil")) + "\n").encode())
        scan.stdin.flush()
        self.assertIn(b"evil", scan.stdout.readline())
        scan.send_signal(signal.SIGINT)
        scan.communicate()
        self.assertEqual(scan.returncode, 130)
        page = Page(self.html)
        self.assertTrue(page.about["interrupted"])
        self.assertEqual(len(page.data["rows"]), 1)

    def test_the_policy_allows_its_own_script_and_nothing_else(self):
        log = self.put_events("log", event("evil"))
        page, _ = self.report(log)
        policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', page.text)[1]
        rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
        self.assertEqual(rules["default-src"], "'none'")
        self.assertEqual(rules["require-trusted-types-for"], "'script'")
        self.assertRegex(rules["script-src"], r"^'sha256-[\w+/=]+'$")
        self.assertNotIn("http:", page.text[:page.text.index("data-about")].replace(
            "http://www.w3.org/2000/svg", ""))

    def test_recorded_event_logs_are_in_the_page_as_in_json_lines(self):
        logs, rules = DATA / "evtx", DATA / "sigma" / "rules" / "windows"
        if not logs.is_dir() or not rules.is_dir():
            self.skipTest(f"no test data at {DATA}")
        self.rules = str(rules)
        page, lines = self.report("--carve", str(logs))
        self.same(page, lines)
        self.assertGreater(len(lines), 1000)
        self.assertEqual(page.data["recovered"],
                         [i for i, line in enumerate(lines) if '"recovered":true' in line])
        self.assertGreater(len(page.data["recovered"]), 0)
        for row in page.data["rows"]:
            texts = {page.data["texts"][value] for value in page.data["events"][row[EVENT]][1:]}
            for name, value in page.matched(row):
                self.assertTrue(value in texts or not value, (name, value))
        by_level = collections.Counter(page.data["rules"][row[RULE]]["level"]
                                       for row in page.data["rows"])
        self.assertEqual([by_level[level] for level in range(5)], page.about["levels"])
        self.assertEqual(sum(rule["count"] for rule in page.data["rules"]), len(lines))


if __name__ == "__main__":
    unittest.main(verbosity=2)
