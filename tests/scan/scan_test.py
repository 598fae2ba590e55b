# SPDX-License-Identifier: Apache-2.0
"""What a user of ``windhover scan`` sees: output, messages, exit status.

usage: scan_test.py WINDHOVER
"""

import collections
import csv
import datetime
import fcntl
import gzip
import io
import json
import os
import pty
import re
import signal
import struct
import subprocess
import termios
import unittest
import zipfile

from scan_case import DATA, WINDHOVER, ScanCase, event

RULE = """\
title: Tool "X" stàrted
id: 6a0c2b0e-55b5-4a0c-9a34-3d8f1a111111
description: Made up.
author: Somebody
license: Apache-2.0
level: high
tags: [attack.execution, attack.t1059.004]
logsource: {product: windows, category: process_creation}
detection:
  selection:
    CommandLine|contains: evil
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
"""
CORRELATION = """\
title: Many starts
id: 6a0c2b0e-55b5-4a0c-9a34-3d8f1a333333
level: medium
correlation:
  type: event_count
  rules: [6a0c2b0e-55b5-4a0c-9a34-3d8f1a222222]
  group-by: [User]
  timespan: 1m
  condition: {gte: 3}
"""
REFUSED = """\
title: Broken
id: 6a0c2b0e-55b5-4a0c-9a34-3d8f1a444444
logsource: {product: windows}
detection:
  selection:
    Image|nosuchmodifier: x
  condition: selection
"""


class ScanTest(ScanCase):
    rules_text = RULE

    def test_status_0_and_no_detections_where_nothing_is_found(self):
        log = self.put_events("log", event("harmless"))
        out, error = self.scan("--rules", self.rules, log, status=0)
        self.assertEqual(len(out.splitlines()), 1)
        self.assertIn("1 file, 1 event in", error)
        self.assertIn("0 detections", error)

    def test_a_detection_is_a_row_and_status_1(self):
        log = self.put_events("log", event("harmless"), event("an evil thing"))
        out, error = self.scan("--rules", self.rules, log, status=1)
        head, row = out.splitlines()
        for column in ("TIME", "LEVEL", "RULE", "HOST", "WHERE", "FIELDS"):
            self.assertIn(column, head)
        for cell in ("2024-07-19 04:09:00", "high", 'Tool "X" stàrted', "host-a", f"{log}:2",
                     "CommandLine=an evil thing"):
            self.assertIn(cell, row)
        self.assertIn("1 detection: 1 high", error)

    def test_a_json_line_carries_rule_place_and_event(self):
        log = self.put_events("log", event("harmless"), event("evil \u202e ü"))
        out, _ = self.scan("--rules", self.rules, "--output", "jsonl", log, status=1)
        line = json.loads(out)
        self.assertEqual(line["@timestamp"], "2024-07-19T04:09:00.000000Z")
        rule = line["rule"]
        self.assertEqual(rule["id"], "6a0c2b0e-55b5-4a0c-9a34-3d8f1a111111")
        self.assertEqual((rule["name"], rule["level"]), ('Tool "X" stàrted', "high"))
        self.assertEqual((rule["author"], rule["license"]), ("Somebody", "Apache-2.0"))
        self.assertEqual(line["threat"]["technique"]["id"], ["T1059"])
        self.assertEqual(line["threat"]["technique"]["subtechnique"]["id"], ["T1059.004"])
        self.assertEqual(line["log"]["file"], {"path": log, "line": 2})
        self.assertEqual(line["log"]["offset"], len(json.dumps(event("harmless"))) + 1)
        self.assertEqual(line["host"]["name"], "host-a")
        self.assertEqual(line["event"], event("evil \u202e ü"))

    def test_a_pretty_printed_event_is_on_one_line(self):
        log = self.put("log", json.dumps(event("evil"), indent=2))
        out, _ = self.scan("--rules", self.rules, "-o", "jsonl", log, status=1)
        self.assertEqual(out.count("\n"), 1)
        self.assertEqual(json.loads(out)["event"], event("evil"))

    def test_csv_has_a_header_and_reads_back(self):
        nasty = event('evil, "quoted"\nand more', Hostname="=1+1")
        log = self.put_events("log", nasty)
        out, _ = self.scan("--rules", self.rules, "--output", "csv", log, status=1)
        rows = list(csv.DictReader(io.StringIO(out, newline="")))
        self.assertEqual(len(rows), 1)
        self.assertEqual(rows[0]["rule"], 'Tool "X" stàrted')
        self.assertEqual(rows[0]["tags"], "attack.execution attack.t1059.004")
        self.assertEqual((rows[0]["file"], rows[0]["line"]), (log, "1"))
        self.assertEqual(json.loads(rows[0]["event"]), nasty)
        # A spreadsheet must not run what a log says.
        self.assertEqual(rows[0]["host"], "'=1+1")

    def test_a_level_leaves_out_what_is_below(self):
        log = self.put_events("log", event("start"), event("start"))
        self.scan("--rules", self.rules, "--level", "medium", log, status=0)
        out, _ = self.scan("--rules", self.rules, "--level", "low", "-o", "jsonl", log, status=1)
        self.assertEqual(out.count("\n"), 2)

    def test_a_correlation_says_how_many_when_and_of_whom(self):
        rules = self.put("c/rules.yml", RULE + "---\n" + CORRELATION)
        log = self.put_events("log", *(event("start", s, User="eve") for s in (1, 2, 31)))
        out, _ = self.scan("--rules", rules, "-o", "jsonl", log, status=1)
        found = json.loads(out)
        self.assertEqual(found["rule"]["name"], "Many starts")
        self.assertEqual(found["log"]["file"]["line"], 3)
        self.assertEqual(found["windhover"]["correlation"],
                         {"first": "2024-07-19T04:09:01.000000Z",
                          "last": "2024-07-19T04:09:31.000000Z", "events": 3, "value": 3,
                          "group": {"User": "eve"}})
        out, _ = self.scan("--rules", rules, log, status=1)
        self.assertIn("3 events since 2024-07-19 04:09:01 User=eve", out)
        out, _ = self.scan("--rules", rules, "-o", "csv", log, status=1)
        row = list(csv.DictReader(io.StringIO(out)))[0]
        self.assertEqual((row["events"], row["group"]), ("3", "User=eve"))

    def test_a_pack_finds_what_its_rules_find(self):
        log = self.put_events("log", event("evil"))
        pack = self.path("p.pack")
        subprocess.run([WINDHOVER, "pack", "build", "-o", pack, self.rules], check=True,
                       capture_output=True)
        by_pack, _ = self.scan("--pack", pack, "-o", "jsonl", log, status=1)
        by_rules, _ = self.scan("--rules", self.rules, "-o", "jsonl", log, status=1)
        self.assertEqual(by_pack, by_rules)

    def test_folders_are_read_sorted_whatever_is_packed_in_them(self):
        line = (json.dumps(event("evil")) + "\n").encode()
        self.put("logs/b.json.gz", gzip.compress(line))
        self.put("logs/a/z.json", line)
        self.put("logs/README", "no log")
        with zipfile.ZipFile(self.path("logs/c.zip"), "w") as file:
            file.writestr("inner.json", line)
        out, error = self.scan("--rules", self.rules, "-o", "jsonl", self.path("logs"), status=1)
        places = [json.loads(x)["log"]["file"]["path"] for x in out.splitlines()]
        self.assertEqual(places, [self.path("logs/a/z.json"), self.path("logs/b.json.gz"),
                                  self.path("logs/c.zip") + ":inner.json"])
        self.assertIn("1  files that are no logs", error)

    def test_standard_input_is_a_file_too(self):
        line = (json.dumps(event("evil")) + "\n").encode()
        for packed in (line, gzip.compress(line)):
            out, _ = self.scan("--rules", self.rules, "-o", "jsonl", "-", status=1, input=packed)
            self.assertEqual(json.loads(out)["log"]["file"]["path"], "-")

    def test_bad_lines_are_named_and_do_not_end_the_run(self):
        log = self.put("log", "{\"a\":oops}\n" * 15 + json.dumps(event("evil")) + "\n")
        _, error = self.scan("--rules", self.rules, log, status=1)
        self.assertIn(f"{log}:1:6: found 'o', expected a value", error)
        self.assertIn("and 5 more", error)
        self.assertIn("15  lines or documents that are no events", error)

    def test_what_cannot_be_read_is_status_2_but_the_rest_is_scanned(self):
        good = self.put_events("good", event("evil"))
        evtx = self.put("e.evtx", b"ElfFile\0" + bytes(100))
        out, error = self.scan("--rules", self.rules, evtx, good, self.path("none"), status=2)
        self.assertIn("evil", out)
        self.assertIn(f"{evtx}: the file ends inside its header", error)
        self.assertIn("1  places in files that are damaged", error)
        self.assertIn("none: No such file or directory", error)
        _, error = self.scan("--rules", self.rules, self.put("readme", "text"), status=2)
        self.assertIn("expected JSON", error)

    def test_refused_rules_are_named_and_counted(self):
        rules = self.put("r/a.yml", REFUSED)
        log = self.put_events("log", event("evil"))
        _, error = self.scan("--rules", rules, "--rules", self.rules, log, status=1)
        self.assertIn(f"{rules}:6", error)
        self.assertIn("nosuchmodifier", error)
        self.assertIn("1  rules refused", error)

    def test_names_of_files_cannot_write_on_the_terminal(self):
        with zipfile.ZipFile(self.path("a\x1b[2J.zip"), "w") as file:
            file.writestr("in\x1b]0;ner", '{"a":oops}\n{"what":1}\n')
        _, error = self.scan("--rules", self.rules, self.path("a\x1b[2J.zip"),
                             self.path("no\x1bne"), status=2)
        self.assertNotIn("\x1b", error)
        self.assertIn("/a\\x1b[2J.zip:in", error)
        self.assertIn("ner:1:6: found 'o'", error)

    def test_unknown_shapes_are_counted_and_the_first_named(self):
        log = self.put("log", "{\"what\": 1}\n{\"what\": 2}\n")
        _, error = self.scan("--rules", self.rules, log, status=0)
        self.assertIn("2  events of no known shape", error)
        self.assertIn(f"{log}:1", error)

    def test_a_mapping_reads_other_logs(self):
        rules = self.put("m.yml", "title: Door\nid: 6a0c2b0e-55b5-4a0c-9a34-3d8f1a555555\n"
                         "logsource: {product: acme, service: door}\ndetection:\n"
                         "  s: {Who: eve}\n  condition: s\nlevel: high\n")
        mapping = self.put("mapping.yml", "when: {vendor: Acme}\n"
                           "logsource: {product: acme, service: door}\n"
                           "time: at\nfields: {actor.name: Who}\n")
        log = self.put("log", '{"vendor":"Acme","at":1721362140,"actor":{"name":"eve"}}\n')
        out, _ = self.scan("--rules", rules, "--mapping", mapping, log, status=1)
        self.assertIn("2024-07-19 04:09:00", out)
        self.assertIn("Who=eve", out)
        bad = self.put("bad.yml", "when: 3\nsource: x\n")
        _, error = self.scan("--rules", rules, "--mapping", bad, log, status=2)
        self.assertIn(f"{bad}:1:7", error)

    def test_lines_of_text_are_searched_for_keywords(self):
        rules = self.put("t.yml", "title: Words\nid: 6a0c2b0e-55b5-4a0c-9a34-3d8f1a666666\n"
                         "logsource: {product: linux, service: sshd}\ndetection:\n"
                         "  keywords: [break-in]\n  condition: keywords\nlevel: high\n")
        mapping = self.put("mapping.yml", "format: text\nsource: linux:sshd\n")
        log = self.put("log", "hello\nPOSSIBLE BREAK-IN ATTEMPT\n")
        out, _ = self.scan("--rules", rules, "--mapping", mapping, "-o", "jsonl", log, status=1)
        self.assertEqual(json.loads(out)["event"], {"message": "POSSIBLE BREAK-IN ATTEMPT"})
        self.assertEqual(json.loads(out)["log"]["file"]["line"], 2)

    def test_a_full_disk_is_an_error_with_a_message(self):
        log = self.put_events("log", event("evil"))
        with open("/dev/full", "wb") as full:
            done = subprocess.run([WINDHOVER, "scan", "--rules", self.rules, log], stdout=full,
                                  stderr=subprocess.PIPE, check=False)
        self.assertEqual(done.returncode, 2)
        self.assertIn(b"standard output: No space left on device", done.stderr)

    def test_a_closed_pipe_is_an_error_with_a_message(self):
        log = self.put_events("log", event("evil"))
        read, write = os.pipe()
        os.close(read)
        with os.fdopen(write, "wb") as pipe:
            done = subprocess.run([WINDHOVER, "scan", "--rules", self.rules, log], stdout=pipe,
                                  stderr=subprocess.PIPE, check=False)
        self.assertEqual(done.returncode, 2)
        self.assertIn(b"standard output: Broken pipe", done.stderr)

    def test_ctrl_c_prints_the_summary_so_far_and_exits_130(self):
        with subprocess.Popen([WINDHOVER, "scan", "--rules", self.rules, "-o", "jsonl", "-"],
                              stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE) as scan:
            for _ in range(3):
                scan.stdin.write((json.dumps(event("evil")) + "\n").encode())
            scan.stdin.flush()
            # Each detection comes out at once, and with the last one all have been counted.
            for _ in range(3):
                self.assertTrue(scan.stdout.readline())
            scan.send_signal(signal.SIGINT)
            _, error = scan.communicate()
        self.assertEqual(scan.returncode, 130, error)
        self.assertIn(b"interrupted: 1 file, 3 events", error)
        self.assertIn(b"3 detections", error)

    def terminal(self, log, columns, *options):
        """What a terminal of ${columns} shows: its lines, standard error among them."""
        main, side = pty.openpty()
        fcntl.ioctl(side, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        environment = {**os.environ, "TERM": "xterm", "NO_COLOR": ""}
        with subprocess.Popen([WINDHOVER, "scan", "--rules", self.rules, *options, log],
                              stdin=side, stdout=side, stderr=side, env=environment) as scan:
            os.close(side)
            shown = b""
            while True:
                try:
                    part = os.read(main, 65536)
                except OSError:
                    break
                if not part:
                    break
                shown += part
            scan.wait()
        os.close(main)
        return shown

    def test_a_row_fits_the_terminal_and_shows_no_control_characters(self):
        nasty = "evil\x1b[2J\r\n\x07 \u202egnp.exe 漢字" + "ß" * 500
        log = self.put_events("log", event(nasty, Hostname="h\x1b]0;title\x07"))
        for columns in (40, 80, 120, 200):
            shown = self.terminal(log, columns, "-q").decode()
            plain = shown
            for level in ("2", "36", "33", "31", "1;35", "0", "1"):
                plain = plain.replace(f"\x1b[{level}m", "")
            self.assertNotIn("\x1b", plain)
            self.assertNotIn("\x07", plain)
            self.assertNotIn("\u202e", plain)
            row = plain.replace("\r\n", "\n").splitlines()[1]
            wide = sum(c in "漢字" for c in row)
            self.assertLessEqual(len(row) + wide, max(columns, 73), row)
            self.assertIn("high", row)
        self.assertIn("evil\\x1b[2J\\r\\n\\x07 \\u{202e}gnp.exe 漢字ßß", plain)

    def test_the_progress_bar_is_for_terminals_only(self):
        log = self.put("log", (json.dumps(event("harmless")) + "\n") * 50000)
        self.assertIn(b"% ", self.terminal(log, 100))
        _, error = self.scan("--rules", self.rules, log, status=0)
        self.assertNotIn("%", error)

    def found(self, *arguments, status=1):
        """The titles of what is detected, in order."""
        out, error = self.scan("-o", "jsonl", *arguments, status=status)
        return [json.loads(line)["rule"]["name"] for line in out.splitlines()], error

    def test_since_and_until_keep_what_is_between_and_what_has_no_time(self):
        timeless = event("start")
        del timeless["TimeCreated"]
        log = self.put_events("log", *(event("start", s) for s in (1, 2, 3, 4)), timeless)
        for options, count, out in (
                (["--since", "2024-07-19T04:09:02Z"], 4, 1),
                (["--until", "2024-07-19T04:09:02Z"], 2, 3),
                (["--since", "2024-07-19 04:09:02", "--until", "2024-07-19T06:09:04+02:00"], 3, 2),
                (["--until", "2024-07-19"], 1, 4)):
            titles, error = self.found("--rules", self.rules, *options, log)
            self.assertEqual(len(titles), count, options)
            self.assertIn(f"{out}  events not between --since and --until", error)
            self.assertIn("1  events without a time, kept", error)
            self.assertIn("1 file, 5 events in", error)

    def test_a_span_is_counted_back_from_now(self):
        now = datetime.datetime.now(datetime.timezone.utc)
        times = [now - datetime.timedelta(**ago) for ago in ({"days": 3}, {"hours": 30},
                                                             {"hours": 1})]
        log = self.put_events("log", *(event("start", TimeCreated=t.isoformat()) for t in times))
        for options, count in ((["--since", "36h"], 2), (["--since", "1d"], 1),
                               (["--since", "1w"], 3), (["--until", "720m"], 2),
                               (["--since", "2d", "--until", "43200s"], 1)):
            self.assertEqual(len(self.found("--rules", self.rules, *options, log)[0]), count)

    def test_a_rule_is_chosen_by_id_or_title_and_left_out_likewise(self):
        log = self.put_events("log", event("evil start"))
        evil, start = 'Tool "X" stàrted', "Any start"
        pack = self.path("p.pack")
        subprocess.run([WINDHOVER, "pack", "build", "-o", pack, self.rules], check=True,
                       capture_output=True)
        for rules in (["--rules", self.rules], ["--pack", pack]):
            for options, titles in (
                    ([], [evil, start]),
                    (["--rule", "6A0C2B0E-55b5-4a0c-9a34-3d8f1a222222"], [start]),
                    (["--rule", "tool*STÀRTED"], [evil]), (["--rule", "ANY ?tart"], [start]),
                    (["--rule", "tool*", "--rule", start], [evil, start]),
                    (["--exclude", "*x*"], [start]),
                    (["--rule", "*", "--exclude", start], [evil])):
                self.assertEqual(self.found(*rules, *options, log)[0], titles, options)

    def test_a_chosen_correlation_keeps_the_rules_that_it_needs(self):
        rules = self.put("c/rules.yml", RULE + "---\n" + CORRELATION)
        log = self.put_events("log", *(event("start", s, User="eve") for s in (1, 2, 31)))
        self.assertEqual(self.found("--rules", rules, "--rule", "Many*", log)[0], ["Many starts"])
        self.assertEqual(self.found("--rules", rules, "--exclude", "Any start", log)[0],
                         ["Many starts"])
        self.found("--rules", rules, "--exclude", "Many starts", log, status=0)

    def test_what_is_not_shown_is_left_out_of_the_rules_and_changes_nothing(self):
        rules = self.put("c/rules.yml", RULE + "---\n" + CORRELATION)
        pack = self.path("c.pack")
        subprocess.run([WINDHOVER, "pack", "build", "-o", pack, rules], check=True,
                       capture_output=True)
        log = self.put_events("log", *(event("evil start", s, User="eve", Image="C:\\x.exe")
                                       for s in (1, 2, 31)), event("start", 40, User="ann"))
        for options in (["--level", "medium"], ["--level", "high"], ["--rule", "Many*"],
                        ["--exclude", "Any*"], ["--exclude", "Many*"], ["--rule", "tool*"],
                        ["--level", "critical"], ["--rule", "Any*", "--level", "high"]):
            for form in ("table", "jsonl", "csv"):
                # A pack stays as it is, so of it all is evaluated.
                all_of_it = subprocess.run([WINDHOVER, "scan", "-p", pack, "-o", form, *options,
                                            log], capture_output=True, check=False)
                reduced = subprocess.run([WINDHOVER, "scan", "-r", rules, "-o", form, *options,
                                          log], capture_output=True, check=False)
                self.assertEqual(all_of_it.stdout, reduced.stdout, options)
                self.assertEqual(all_of_it.returncode, reduced.returncode, options)
        # The page tells how many rules there were.
        page = self.path("page.html")
        self.scan("-r", rules, "-q", "--rule", "tool*", "--html", page, "-o", "jsonl", log,
                  status=1)
        with open(page, encoding="utf-8") as file:
            self.assertIn('"rules":1,', file.read())

    def test_records_of_unused_space_are_recovered_when_asked_for(self):
        logs = DATA / "evtx"
        if not logs.is_dir():
            self.skipTest("no Windows event logs in $WINDHOVER_DATA")
        plain, _ = self.scan("--dump", "-q", str(logs), status=0)
        carved, error = self.scan("--dump", "--carve", str(logs), status=0)
        recovered = re.search(r"([0-9,]+)  events recovered from unused space", error)
        count = int(recovered[1].replace(",", ""))
        self.assertGreater(count, 100)
        plain, carved = plain.splitlines(), carved.splitlines()
        self.assertEqual(len(carved), len(plain) + count)
        # All others are there, in their order.
        rest = iter(carved)
        self.assertTrue(all(line in rest for line in plain))
        # What is recovered is an event of a log, and not one that is there anyway.
        more = collections.Counter(carved) - collections.Counter(plain)
        self.assertEqual(sum(more.values()), count)
        for line in more:
            self.assertIn("EventRecordID", json.loads(line)["Event"]["System"])
        rules = self.put("any.yml", "title: Any\nid: 6a0c2b0e-55b5-4a0c-9a34-3d8f1a777777\n"
                         "logsource: {product: windows}\ndetection:\n"
                         "  s: {EventID|exists: true}\n  condition: s\nlevel: low\n")
        out, _ = self.scan("-r", rules, "--carve", "-o", "jsonl", str(logs), status=1)
        marked = [json.loads(line).get("windhover", {}).get("recovered", False)
                  for line in out.splitlines()]
        self.assertGreater(sum(marked), 100)
        self.assertLessEqual(sum(marked), count)
        self.assertGreater(len(marked) - sum(marked), 7000)

    def test_a_name_that_is_no_rule_s_is_said(self):
        log = self.put_events("log", event("start"))
        _, error = self.scan("--rules", self.rules, "--rule", "Any", log, status=2)
        self.assertEqual(error, "windhover scan: --rule expects the ID or title of a usable rule, "
                                "not 'Any'\n")
        _, error = self.scan("--rules", self.rules, "--exclude", "Any", log, status=1)
        self.assertIn("--exclude: no usable rule has the ID or title 'Any'\n", error)
        _, error = self.scan("--rules", self.rules, "--exclude", "*", log, status=2)
        self.assertIn("--exclude leaves no rule", error)

    def test_only_channels_that_are_named_are_looked_at(self):
        rules = self.put("w.yml", RULE.replace("product: windows, category: process_creation",
                                               "product: windows"))
        log = self.put_events("log", event("start"), event("start", Channel="Security"),
                              {"ecs": {"version": "8"}, "event": {"module": "auditd"}})
        for names, count, out in ((["security"], 1, 2), (["*SYSMON*"], 1, 2),
                                  (["sec*", "microsoft-*"], 2, 1)):
            options = [x for name in names for x in ("--only-channel", name)]
            titles, error = self.found("--rules", rules, *options, log)
            self.assertEqual(len(titles), count)
            self.assertIn(f"{out}  events of other channels, left out", error)
        out, _ = self.scan("--dump", "--only-channel", "linux:auditd", log, status=0)
        self.assertEqual(json.loads(out)["event"], {"module": "auditd"})

    def test_events_left_out_do_not_count_for_a_correlation(self):
        rules = self.put("c/rules.yml", RULE + "---\n" + CORRELATION)
        log = self.put_events("log", *(event("start", s, User="eve") for s in (1, 2, 31)))
        self.assertEqual(self.found("--rules", rules, "--rule", "Many*", log)[0], ["Many starts"])
        self.found("--rules", rules, "--rule", "Many*", "--since", "2024-07-19T04:09:02", log,
                   status=0)

    def test_a_dump_has_every_event_of_every_kind_of_file(self):
        events = [event("one", Text="ü \u202e \"quoted\""), {"what": 1, "deep": [{"a": None}]}]
        lines = "".join(json.dumps(e) + "\n" for e in events).encode()
        with zipfile.ZipFile(self.path("z.zip"), "w") as file:
            file.writestr("inner.json", lines)
        for log in (self.put("l", lines), self.put("g", gzip.compress(lines)), self.path("z.zip"),
                    self.put("p", json.dumps(events[0], indent=1) + json.dumps(events[1])),
                    self.put("a", json.dumps(events))):
            out, error = self.scan("--dump", log, status=0)
            self.assertEqual([json.loads(line) for line in out.splitlines()], events)
            self.assertIn("1 file, 2 events in", error)
            self.assertNotIn("detection", error)
        mapping = self.put("m.yml", "format: text\nsource: linux:sshd\n")
        out, _ = self.scan("--dump", "-q", "-m", mapping, self.put("t", "hello\n"), status=0)
        self.assertEqual(out, '{"message":"hello"}\n')

    def test_a_dump_of_windows_logs_counts_as_they_do(self):
        logs = DATA / "evtx" / "Discovery"
        if not logs.is_dir():
            self.skipTest("no Windows event logs in $WINDHOVER_DATA")
        dump, _ = self.scan("--dump", "-q", str(logs), status=0)
        of_logs, _ = self.scan("--stats=1000", "-q", str(logs), status=0)
        of_dump, _ = self.scan("--stats=1000", "-q", "-", status=0, input=dump.encode())
        self.assertGreater(len(dump.splitlines()), 100)
        self.assertEqual(of_logs.splitlines()[1:], of_dump.splitlines()[1:])

    def test_stats_count_by_channel_provider_and_event_id(self):
        def one(channel, number, provider="Maker"):
            return event("x", Channel=channel, EventID=number, SourceName=provider)

        log = self.put_events("log", one("Security", 4624), one("Security", 4625),
                              one("Security", 4624), one("System", 7045, "Other Maker"),
                              one("", 6, "Lonely"), {"what": "is this"})
        out, error = self.scan("--stats", log, status=0)
        rows = [line.split() for line in out.splitlines()]
        for row in (["6", "events", "read"], ["from", "2024-07-19T04:09:00.000000Z"],
                    ["3", "Security"], ["1", "System"], ["1", "-"],
                    ["2", "4624", "Security", "Maker"], ["1", "4625", "Security", "Maker"],
                    ["1", "7045", "System", "Other", "Maker"], ["1", "-", "-", "-"],
                    ["1", "6", "lonely", "Lonely"]):
            self.assertIn(row, rows)
        for line in ("1  events of no known shape", "1  events of Windows without a channel"):
            self.assertIn(f"\n{'':13}{line}", out)
        self.assertNotIn(["FILE"], [row[-1:] for row in rows])
        self.assertNotIn("detection", error)
        out, _ = self.scan("--stats=1", "--only-channel", "S*", log, status=0)
        rows = [line.split() for line in out.splitlines()]
        for row in (["4", "events", "counted"], ["3", "Security"], ["1", "others"],
                    ["2", "4624", "Security", "Maker"], ["2", "others"]):
            self.assertIn(row, rows)
        self.assertNotIn(["1", "System"], rows)

    def test_stats_name_the_files_that_are_damaged(self):
        good = self.put_events("good", event("x"))
        bad = self.put("bad", json.dumps(event("x")) + "\n{oops}\n" * 2)
        cut = self.put("cut.evtx", b"ElfFile\0" + bytes(100))
        packed = self.put("cut.gz", gzip.compress(json.dumps(event("x")).encode() * 99)[:-9])
        out, _ = self.scan("--stats", good, bad, cut, packed, status=2)
        rows = [line.split() for line in out.split("FILE\n")[1].splitlines()]
        self.assertEqual([row[3] for row in rows], [bad, cut, packed])
        self.assertEqual(rows[0], ["1", "0", "2", bad])
        self.assertEqual(rows[1][:3], ["0", "1", "0"])
        self.assertEqual(rows[2][4:], "(not read, or not to its end)".split())
        self.assertIn(["1", "damaged", "places"], [line.split() for line in out.splitlines()])

    def test_names_in_stats_cannot_write_on_the_terminal(self):
        log = self.put_events("log", event("x", Channel="a\x1b[2J", SourceName="b\n\x07c"))
        out, _ = self.scan("--stats", log, status=0)
        self.assertNotIn("\x1b", out)
        self.assertIn("a\\x1b[2J", out)
        self.assertIn("b\\n\\x07c", out)

    def test_wrong_arguments_get_one_line_that_names_what_was_expected(self):
        log = self.put_events("log", event("x"))
        with_rules = ["--rules", self.rules, log]
        for wrong, expected in (
                (["--since", "6", *with_rules], "--since expects a time"),
                (["--since", "yesterday", *with_rules], "not 'yesterday'"),
                (["--until", "2024-13-01", *with_rules], "--until expects a time"),
                (["--until", "6y", *with_rules], "--until expects a time"),
                (["--since", "1h", "--until", "2h", *with_rules], "before that of --until"),
                (["--rule", "", *with_rules], "expect a name"),
                (["--stats=0", log], "a number of rows, 1 to 1000000, not '0'"),
                (["--stats=many", log], "not 'many'"),
                (["--stats", "--dump", log], "not both"),
                (["--dump", *with_rules], "--dump expects no rules: leave out --rules"),
                (["--stats", "--level", "high", log], "leave out --level"),
                (["--dump", "-o", "csv", log], "leave out --output"),
                (["--nonsense", *with_rules], "expected an option of scan, not '--nonsense'"),
                ([*with_rules, "--since"], "the last option expects a value"),
                (["--output", "xml", *with_rules], "table, jsonl or csv, not 'xml'"),
                ([log], "--rules or --pack, or --dump or --stats"),
                (["--dump"], "'-' for standard input")):
            out, error = self.scan(*wrong, status=2)
            self.assertEqual(out, "")
            self.assertEqual(error.count("\n"), 1, error)
            self.assertIn(expected, error)

    def test_help_has_an_example_and_wrong_use_is_status_2(self):
        out, _ = self.scan("--help", status=0)
        self.assertIn("example: windhover scan", out)
        for wrong in ([], ["--rules", self.rules], ["x"], ["--nonsense"],
                      ["--rules", self.rules, "--output", "xml", "x"],
                      ["--rules", self.rules, "--level", "loud", "x"],
                      ["--rules", self.rules, "--pack", "p", "x"],
                      ["--pack", "/dev/null", "x"], ["--rules", self.path("none"), "x"]):
            _, error = self.scan(*wrong, status=2)
            self.assertTrue(error)


if __name__ == "__main__":
    unittest.main()
