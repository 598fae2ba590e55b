# SPDX-License-Identifier: Apache-2.0
"""However many threads look at logs: the same bytes, messages, counts and exit status.

usage: threads_test.py WINDHOVER
"""

import gzip
import json
import os
import pathlib
import random
import re
import signal
import subprocess
import unittest
import zipfile

from scan_case import DATA, WINDHOVER, ScanCase

THREADS = ("2", "4", "7")
PART = 1 << 20  # bytes of a part: JOB_PART_SIZE

# A rule that hits often, one that hits seldom, and correlations of every kind over them.
RULES = """\
title: Often
id: 6a0c2b0e-55b5-4a0c-9a34-3d8f1a222222
name: often
level: low
logsource: {product: windows, category: process_creation}
detection: {selection: {CommandLine|contains: start}, condition: selection}
---
title: Seldom
id: 6a0c2b0e-55b5-4a0c-9a34-3d8f1a222223
name: seldom
level: high
logsource: {product: windows, category: process_creation}
detection: {selection: {CommandLine|re: 'evil|[0-9]77 '}, condition: selection}
---
title: Any of any product
id: 6a0c2b0e-55b5-4a0c-9a34-3d8f1a222224
name: word
level: medium
logsource: {product: windows}
detection: {keywords: [needle], condition: keywords}
---
title: Count
id: 6a0c2b0e-55b5-4a0c-9a34-3d8f1a333331
name: count
level: medium
correlation: {type: event_count, rules: [often], group-by: [User], timespan: 1m,
              generate: true, condition: {gte: 20}}
---
title: Values
id: 6a0c2b0e-55b5-4a0c-9a34-3d8f1a333332
level: medium
correlation: {type: value_count, rules: [often], group-by: [Computer], timespan: 10m,
              condition: {field: CommandLine, gte: 40}}
---
title: In order
id: 6a0c2b0e-55b5-4a0c-9a34-3d8f1a333333
level: critical
correlation: {type: temporal_ordered, rules: [seldom, word], group-by: [User], timespan: 1h,
              generate: true}
---
title: Chain
id: 6a0c2b0e-55b5-4a0c-9a34-3d8f1a333334
level: high
correlation: {type: event_count, rules: [count], group-by: [User], timespan: 1h,
              condition: {gte: 3}}
"""


def events(seed, count):
    """Made-up process starts; times run on, not quite in order, and some have none."""
    chance = random.Random(seed)
    for number in range(count):
        at = 1721362140 + number // 3 + chance.randrange(-40, 40)
        event = {"Channel": "Microsoft-Windows-Sysmon/Operational", "EventID": 1,
                 "Computer": f"host-{chance.randrange(3)}",
                 "CommandLine": f"start {chance.randrange(1000)} with \"{'x' * 60}\"",
                 "User": chance.choice(["ann", "Bob", "eve", "ü"]), "UtcTime": at,
                 "More": {"deep": [number, {"a": None}]}}
        if chance.randrange(10):
            event["TimeCreated"] = f"2024-07-19T{at // 3600 % 24:02}:{at // 60 % 60:02}:{at % 60:02}Z"
        if not chance.randrange(200):
            event["CommandLine"] = "evil \u202e"
        if not chance.randrange(100):
            event["Note"] = "a needle in it"
        if not chance.randrange(5):
            del event["User"]
        yield event


def lines(seed, count, **dump):
    return "".join(json.dumps(event, **dump) + "\n" for event in events(seed, count))


def normal(error):
    """Messages without what time they took."""
    return re.sub(r" in [0-9.]+ s( \([^)]*\))?\n", "\n", error)


class ThreadsTest(ScanCase):
    maxDiff = 2000
    rules_text = RULES

    def run_scan(self, *arguments, threads, **more):
        done = subprocess.run([WINDHOVER, "scan", "--threads", threads, *arguments],
                              capture_output=True, check=False, **more)
        return done.returncode, done.stdout, normal(done.stderr.decode())

    def assert_same(self, *arguments, found=0, status=(1,)):
        """The same with any number of threads; at least ${found} lines are printed."""
        one = self.run_scan(*arguments, threads="1")
        self.assertIn(one[0], status, one[2])
        self.assertGreaterEqual(one[1].count(b"\n"), found)
        for threads in THREADS:
            other = self.run_scan(*arguments, threads=threads)
            self.assertEqual(one[2], other[2], threads)
            self.assertEqual(one[0], other[0], threads)
            # Not assertEqual: what differs may be megabytes.
            self.assertTrue(one[1] == other[1], f"the output differs with {threads} threads")
        return one

    def mixed_folder(self):
        """Files of all kinds, whole and broken, small ones and such as are read in parts."""
        big = lines(1, 16000)
        self.assertGreater(len(big), 3 * PART)
        self.put("logs/a/big.json", big)
        self.put("logs/a/pretty.json", lines(2, 9000, indent=1))
        self.put("logs/a/small.json", lines(3, 20))
        self.put("logs/array.json", "[\n" + ",\n".join(lines(4, 9000).splitlines()) + "\n]\n")
        self.put("logs/one-line.json", json.dumps(list(events(5, 9000))))
        bad = lines(6, 9000).splitlines()
        for number in range(0, len(bad), 97):
            bad[number] = bad[number][:number % 251]
        self.put("logs/bad.json", "\n".join(bad))
        self.put("logs/packed.json.gz", gzip.compress(lines(7, 3000).encode(), 1))
        # Hardly packed, so that the file has parts; and damaged in its midst.
        damaged = bytearray(gzip.compress(lines(8, 12000).encode(), 0))
        damaged[len(damaged) // 2] ^= 0xff
        self.put("logs/damaged.json.gz", bytes(damaged))
        self.put("logs/cut.json.gz", gzip.compress(lines(9, 12000).encode(), 0)[:2 * PART + 7])
        with zipfile.ZipFile(self.path("logs/z.zip"), "w") as file:
            file.writestr("README", "no log")
            file.writestr("a.json", lines(10, 7000))
            file.writestr("b/utf16.json", "{}".encode("utf-16"))
            file.writestr("b/c.json", lines(11, 7000))
        self.put("logs/README", "no log")
        self.put("logs/empty.json", "")
        self.put("logs/long.json", lines(12, 10) + json.dumps({"a": "x" * (5 * PART)}) + "\n" +
                 lines(13, 5000))
        return self.path("logs")

    def test_every_output_is_the_same_of_files_of_all_kinds(self):
        logs = self.mixed_folder()
        for more, found in ((["-r", self.rules, "-o", "jsonl"], 5000),
                            (["-r", self.rules], 5000), (["-r", self.rules, "-o", "csv"], 5000),
                            (["-r", self.rules, "-o", "jsonl", "--level", "medium"], 100),
                            (["-r", self.rules, "-o", "jsonl", "--rule", "chain"], 3),
                            (["-r", self.rules, "-o", "jsonl", "--exclude", "often",
                              "--since", "2024-07-19T04:30:00Z"], 10),
                            (["--dump"], 50000), (["--stats"], 10)):
            status, _, error = self.assert_same(*more, logs, found=found, status=(2,))
            self.assertEqual(status, 2)
            self.assertIn("files that could not be read, or not to their end", error)
            self.assertIn("and ", error)

    def test_correlations_count_in_the_order_of_the_events(self):
        logs = [self.put(f"{number}.json", lines(number, 12000)) for number in range(3)]
        _, out, error = self.assert_same("-r", self.rules, "-o", "jsonl", *logs, found=1000)
        names = {json.loads(line)["rule"]["name"] for line in out.splitlines()}
        self.assertLessEqual({"Values", "In order", "Chain"}, names)
        self.assertIn("events without a field to group by", error)

    def test_a_page_is_the_same_but_for_when_it_was_made(self):
        log = self.put("log.json", lines(1, 12000))
        pages = []
        for threads in ("1", "4"):
            self.run_scan("-r", self.rules, "--rule", "seldom", "--rule", "in order", "--html",
                          self.path("page.html"), log, threads=threads)
            page = pathlib.Path(self.path("page.html")).read_text(encoding="utf-8")
            pages.append(re.sub(r'"made":\d+,"seconds":[0-9.e+-]+', "", page))
        self.assertTrue(pages[0] == pages[1], "the page differs")

    def test_an_event_log_in_parts_is_the_same(self):
        logs = DATA / "evtx"
        if not logs.is_dir():
            self.skipTest("no Windows event logs in $WINDHOVER_DATA")
        chunks, head = [], None
        for path in sorted(logs.rglob("*.evtx"))[:80]:
            content = path.read_bytes()
            head = head or content[:4096]
            chunks += [content[at:at + 65536] for at in range(4096, len(content) - 65535, 65536)]
        chunks[5] = chunks[5][:2000] + bytes(3000) + chunks[5][5000:]
        chunks[20] = b"x" * 65536
        chunks[41] = chunks[41][:60000] + b"x" * 5536
        log = self.put("big.evtx", head + b"".join(chunks)[:-30000])
        self.assertGreater(os.path.getsize(log), 4 * PART)
        for more in (["--dump"], ["--stats"], ["--dump", "--carve"], ["-r", self.rules]):
            self.assert_same(*more, log, found=1, status=(2,))

    def test_recorded_attacks_give_the_same_with_all_rules(self):
        attacks = sorted((DATA / "otrf").glob("*.zip"), key=os.path.getsize)
        if not attacks or not (DATA / "evtx").is_dir():
            self.skipTest("no recorded attacks in $WINDHOVER_DATA")
        pack = self.path("all.pack")
        rules = [self.rules, *map(str, sorted((DATA / "sigma").glob("rules*")))]
        subprocess.run([WINDHOVER, "pack", "build", "-o", pack, *rules], check=True,
                       capture_output=True)
        with zipfile.ZipFile(attacks[-2]) as file:
            file.extractall(self.path("plain"))
        logs = [self.path("plain"), *map(str, attacks[::10]), str(attacks[-1]),
                str(DATA / "evtx")]
        self.assert_same("--pack", pack, "-o", "jsonl", *logs, found=1500)
        self.assert_same("--stats=100", *logs, found=50, status=(0,))

    def test_what_comes_over_a_pipe_is_in_its_place(self):
        logs = [self.put(f"{number}.json", lines(number, 9000)) for number in range(2)]
        between = lines(3, 5000).encode()
        arguments = ("-r", self.rules, "-o", "jsonl", logs[0], "-", logs[1])
        one = self.run_scan(*arguments, threads="1", input=between)
        self.assertIn(b'"path":"-"', one[1])
        for threads in THREADS:
            self.assertTrue(one == self.run_scan(*arguments, threads=threads, input=between))

    def test_what_is_found_before_a_pipe_waits_is_shown_and_ctrl_c_ends_it(self):
        log = self.put("log.json", lines(1, 9000))
        expected = self.run_scan("-r", self.rules, "-o", "jsonl", log, threads="1")[1]
        with subprocess.Popen([WINDHOVER, "scan", "--threads", "4", "-r", self.rules, "-o",
                               "jsonl", log, "-"], stdin=subprocess.PIPE,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE) as scan:
            found = b"".join(scan.stdout.readline() for _ in range(expected.count(b"\n")))
            self.assertTrue(found == expected, "what is found differs")
            # With this one it waits in the pipe, and has looked at all before it.
            scan.stdin.write((json.dumps({"Channel": "x", "EventID": 1, "a": "needle"}) + "\n")
                             .encode())
            scan.stdin.flush()
            self.assertIn(b'"path":"-"', scan.stdout.readline())
            scan.send_signal(signal.SIGINT)
            _, error = scan.communicate()
        self.assertEqual(scan.returncode, 130, error)
        self.assertIn(b"interrupted: 2 files, 9,001 events", error)

    def test_a_closed_pipe_ends_it_with_a_message(self):
        logs = [self.put(f"{number}.json", lines(number, 9000)) for number in range(4)]
        read, write = os.pipe()
        os.close(read)
        with os.fdopen(write, "wb") as pipe:
            done = subprocess.run([WINDHOVER, "scan", "--threads", "4", "--dump", *logs],
                                  stdout=pipe, stderr=subprocess.PIPE, check=False, timeout=60)
        self.assertEqual(done.returncode, 2)
        self.assertIn(b"standard output: Broken pipe", done.stderr)

    def test_a_file_that_is_gone_or_unreadable_is_told_in_its_place(self):
        logs = [self.put(f"{number}.json", lines(number, 9000)) for number in range(2)]
        os.mkdir(self.path("folder"))
        os.symlink("/proc/self/mem", self.path("folder/mem"))
        os.symlink(logs[0], self.path("folder/link"))
        status, _, error = self.assert_same("--dump", logs[0], self.path("none"),
                                            self.path("folder"), logs[1], status=(2,))
        self.assertEqual(status, 2)
        self.assertIn("none: No such file", error)
        self.assertIn("mem: cannot be read", error)

    def test_a_number_of_threads_is_asked_for(self):
        log = self.put("log.json", lines(1, 10))
        for wrong in ("0", "-1", "257", "many", "", "4x"):
            status, _, error = self.run_scan("--dump", log, threads=wrong)
            self.assertEqual(status, 2)
            self.assertIn("--threads expects a number, 1 to 256", error)


if __name__ == "__main__":
    unittest.main()
