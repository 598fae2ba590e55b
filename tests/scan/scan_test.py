# SPDX-License-Identifier: Apache-2.0
"""What a user of ``windhover scan`` sees: output, messages, exit status.

usage: scan_test.py WINDHOVER
"""

import csv
import fcntl
import gzip
import io
import json
import os
import pty
import signal
import struct
import subprocess
import sys
import tempfile
import termios
import unittest
import zipfile

WINDHOVER = os.path.abspath(sys.argv.pop(1))

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


def event(command, second=0, **more):
    return {"Channel": "Microsoft-Windows-Sysmon/Operational", "EventID": 1, "Hostname": "host-a",
            "TimeCreated": f"2024-07-19T04:09:{second:02}Z", "CommandLine": command, **more}


class ScanTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.rules = self.put("rules.yml", RULE)

    def path(self, name):
        return os.path.join(self.folder.name, name)

    def put(self, name, content):
        os.makedirs(os.path.dirname(self.path(name)), exist_ok=True)
        with open(self.path(name), "wb") as file:
            file.write(content if isinstance(content, bytes) else content.encode())
        return self.path(name)

    def put_events(self, name, *events):
        return self.put(name, "".join(json.dumps(e) + "\n" for e in events))

    def scan(self, *arguments, status, **more):
        done = subprocess.run([WINDHOVER, "scan", *arguments], capture_output=True, check=False,
                              **more)
        error = done.stderr.decode()
        self.assertEqual(done.returncode, status, error)
        return done.stdout.decode(), error

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
