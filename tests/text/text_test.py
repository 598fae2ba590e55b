# SPDX-License-Identifier: Apache-2.0
"""Text logs from end to end: SigmaHQ's rules, unmodified, over tests/text/logs.

usage: text_test.py WINDHOVER
"""

import collections
import gzip
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

WINDHOVER = os.path.abspath(sys.argv.pop(1))
HERE = pathlib.Path(__file__).resolve().parent
LOGS = HERE / "logs"
DATA = pathlib.Path(os.environ.get("WINDHOVER_DATA", HERE.parents[2] / "shared" / "data"))
RULES = sorted((DATA / "sigma").glob("rules*"))
WRITTEN = 1721433600  # 2024-07-20T00:00:00Z

# What is to be found: file, then line (for an audit event, its first) and the rule's title.
EXPECTED = {
    "audit.log": """
        3 Disable System Firewall
        4 System Owner or User Discovery - Linux
        4 Webshell Remote Command Execution
        5 DD File Overwrite
        5 Overwriting the File with Dev Zero or Null
        5 Suspicious C2 Activities
        15 New Cron File Created
        20 Linux Reverse Shell Indicator
        20 Potentially Suspicious Malware Callback Communication - Linux
        23 Data Exfiltration with Wget
        28 Code Injection by ld.so Preload
        28 Modification of ld.so.preload""",
    "audit_enriched.log": """
        1 Audio Capture
        6 Linux Network Service Scanning - Auditd
        6 Potentially Suspicious Malware Callback Communication - Linux
        10 Creation Of An User Account""",
    "auth.log": """
        3 SSHD Error Message CVE-2018-15473
        5 Sudo Privilege Escalation CVE-2019-14287 - Builtin
        6 PwnKit Local Privilege Escalation
        7 Privileged User Has Been Created
        10 Modifying Crontab
        13 Suspicious OpenSSH Daemon Error
        14 Suspicious OpenSSH Daemon Error""",
    "messages": """
        3 Suspicious Log Entries
        4 Suspicious Named Error
        5 Disabling Security Tools - Builtin
        6 Guacamole Two Users Sharing Session Anomaly
        7 Relevant ClamAV Message
        8 Suspicious VSFTPD Error Messages
        10 Suspicious Reverse Shell Command Line
        10 Suspicious Use of /dev/tcp
        12 Suspicious Use of /dev/tcp
        13 Log4j RCE CVE-2021-44228 Generic
        13 Log4j RCE CVE-2021-44228 in Fields
        13 Server Side Template Injection Strings
        15 Password Policy Discovery - Linux""",
    "sysmon.log": """
        2 Suspicious Activity in Shell Commands""",
    "journal.export": """
        1 SSHD Error Message CVE-2018-15473
        12 Sudo Privilege Escalation CVE-2019-14287 - Builtin
        22 Suspicious Reverse Shell Command Line
        22 Suspicious Use of /dev/tcp
        42 Modifying Crontab""",
    "journal.json": """
        1 SSHD Error Message CVE-2018-15473
        2 Sudo Privilege Escalation CVE-2019-14287 - Builtin
        3 Suspicious Reverse Shell Command Line
        3 Suspicious Use of /dev/tcp
        5 Modifying Crontab""",
    "access.log": """
        2 Path Traversal Exploitation Attempts
        3 Log4j RCE CVE-2021-44228 Generic
        3 Log4j RCE CVE-2021-44228 in Fields
        5 F5 BIG-IP iControl Rest API Command Execution - Webserver
        7 SQL Injection Strings In URI""",
    "apache_error.log": """
        2 Apache Segmentation Fault""",
    "nginx_error.log": """
        3 Nginx Core Dump""",
    "vsftpd.log": """
        3 Suspicious VSFTPD Error Messages""",
    "clamav.log": """
        2 Relevant ClamAV Message
        3 Relevant ClamAV Message""",
}

ANY = """\
title: Any
id: 6a0c2b0e-55b5-4a0c-9a34-3d8f1a111111
level: low
logsource: {product: linux, service: SERVICE}
detection:
  keywords: [NEEDLE]
  condition: keywords
"""


def expected_of(name):
    """[(line, title)], sorted."""
    rows = (row.strip().partition(" ") for row in EXPECTED[name].strip().splitlines())
    return sorted((int(line), title) for line, _, title in rows)


class TextTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def path(self, name):
        return os.path.join(self.folder.name, name)

    def put(self, name, content, written=WRITTEN):
        with open(self.path(name), "wb") as file:
            file.write(content if isinstance(content, bytes) else content.encode())
        os.utime(self.path(name), (written, written))
        return self.path(name)

    def run_scan(self, *arguments):
        done = subprocess.run([WINDHOVER, "scan", *arguments], capture_output=True, check=False)
        self.assertIn(done.returncode, (0, 1), done.stderr.decode())
        return done.stdout.decode(), done.stderr.decode()

    def detections(self, *arguments):
        out, error = self.run_scan("--output", "jsonl", *arguments)
        return [json.loads(line) for line in out.splitlines()], error

    def pack(self):
        """All of SigmaHQ's rules, compiled once."""
        if not RULES:
            self.skipTest(f"WINDHOVER_DATA is not there ({DATA})")
        path = os.path.join(tempfile.gettempdir(), f"windhover-text-{os.getpid()}.pack")
        if not os.path.exists(path):
            subprocess.run([WINDHOVER, "pack", "build", "-o", path, *RULES], check=True,
                           capture_output=True)
            self.addClassCleanup(lambda: os.path.exists(path) and os.unlink(path))
        return path

    def test_rules_find_in_every_format_what_is_there(self):
        pack = self.pack()
        self.assertEqual(sorted(EXPECTED), sorted(path.name for path in LOGS.iterdir()))
        for name in EXPECTED:
            with self.subTest(name):
                found, _ = self.detections("--pack", pack, LOGS / name)
                self.assertEqual(sorted((hit["log"]["file"]["line"], hit["rule"]["name"])
                                        for hit in found), expected_of(name))

    def test_rules_find_the_same_in_the_events_as_json(self):
        pack = self.pack()
        for name in EXPECTED:
            with self.subTest(name):
                out, _ = self.run_scan("--dump", "--quiet", LOGS / name)
                found, _ = self.detections("--pack", pack, self.put("events", out))
                self.assertEqual(
                    collections.Counter(hit["rule"]["name"] for hit in found),
                    collections.Counter(title for _, title in expected_of(name)))

    def test_rules_find_the_same_in_packed_logs(self):
        pack = self.pack()
        for name in ("audit.log", "messages", "journal.export"):
            packed = self.put(name + ".gz", gzip.compress((LOGS / name).read_bytes()))
            found, _ = self.detections("--pack", pack, packed)
            self.assertEqual(sorted((hit["log"]["file"]["line"], hit["rule"]["name"])
                                    for hit in found), expected_of(name))

    def test_no_rule_for_linux_or_web_servers_lacks_an_intake(self):
        if not RULES:
            self.skipTest(f"WINDHOVER_DATA is not there ({DATA})")
        folders = [folder for rules in RULES for folder in
                   (rules / "linux", rules / "web" / "webserver_generic", rules / "web" / "product")
                   if folder.exists()]
        done = subprocess.run([WINDHOVER, "rule", "check", *folders], capture_output=True,
                              text=True, check=False)
        lines = [line for line in done.stdout.splitlines() if "no intake here" in line]
        self.assertEqual(lines, [])
        self.assertIn("0 are refused", done.stdout)

    def test_a_bad_line_is_named_and_ends_nothing(self):
        log = self.put("log", "Jul 19 04:09:00 h a[1]: one\nwhat is this\n"
                              "Jul 19 04:09:01 h a[1]: two\ntype=PATH msg=audit(1.5): x=y\n")
        out, error = self.run_scan("--dump", log)
        self.assertEqual([json.loads(line)["message"] for line in out.splitlines()],
                         ["one", "two"])
        self.assertIn(f"{log}:2: found neither an audit record", error)
        self.assertIn(f"{log}:4: found an audit record, expected", error)

    def test_a_year_that_is_missing_comes_from_when_the_file_was_written(self):
        log = self.put("log", "Dec 31 23:59:59 h a: x\nJul 19 04:09:00 h a: y\n")
        out, _ = self.run_scan("--dump", log)
        times = [json.loads(line)["@timestamp"][:10] for line in out.splitlines()]
        self.assertEqual(times, ["2023-12-31", "2024-07-19"])

    def test_a_line_that_goes_on_with_another_is_of_the_same_program(self):
        rule = self.put("rule.yml", ANY.replace("SERVICE", "cron").replace("NEEDLE", "needle"))
        log = self.put("log", "Jul 19 04:09:00 h cron[1]: one\n\tneedle\n"
                              "Jul 19 04:09:01 h other[1]: two\n  needle\n")
        found, _ = self.detections("--rules", rule, log)
        self.assertEqual([hit["log"]["file"]["line"] for hit in found], [2])
        self.assertEqual(found[0]["event"]["program"], "cron")
        self.assertEqual(found[0]["host"]["name"], "h")

    def test_the_service_of_a_line_is_its_program_s(self):
        log = self.put("log", "".join(
            f"Jul 19 04:09:00 h {program}: needle\n"
            for program in ("sshd[1]", "sudo", "CRON[1]", "su[1]", "other", "clamd[1]")))
        for service, lines in (("sshd", [1]), ("sudo", [2]), ("cron", [3]), ("auth", [1, 2, 4]),
                               ("syslog", [3, 5, 6]), ("clamav", [6])):
            rule = self.put("rule.yml",
                            ANY.replace("SERVICE", service).replace("NEEDLE", "needle"))
            found, _ = self.detections("--rules", rule, log)
            self.assertEqual([hit["log"]["file"]["line"] for hit in found], lines, service)

    def test_what_is_no_log_is_none(self):
        for name, content in (("c", "int main(void)\n{\n\treturn 0;\n}\n"),
                              ("csv", "2024-07-19 04:09:00,1,2\n" * 5),
                              ("app", "2024-07-19 04:09:00 INFO started up\n" * 5),
                              ("prose", "May the road rise up to meet you.\n")):
            folder = self.path("folder-" + name)
            os.mkdir(folder)
            shutil.move(self.put(name, content), folder)
            out, error = self.run_scan("--dump", folder)
            self.assertEqual(out, "", name)
            self.assertIn("1  files that are no logs", error)


if __name__ == "__main__":
    unittest.main(verbosity=2)
