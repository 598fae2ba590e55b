# SPDX-License-Identifier: Apache-2.0
"""The sensor on real kernels, each in a guest of its own: kernel_test.py PROGRAMS HELPER [TEST]

One test for each kernel of the matrix; what the mirror does not have is skipped, with a line.
"""
import json
import pathlib
import signal
import subprocess
import sys
import tempfile
import unittest

import image
import kernels
import machine

SKIPPED = 77
INSTRUCTIONS_MAX = 1000000  # of the verifier, since Linux 5.2
HEADROOM = 5  # the verifier of the next kernel may count this many times as much
PARTS = ["fork", "exec", "exit"]
# The deeds of tests/sensor/deeds.c: what their events are, and what of them is looked at.
DEEDS = {
    "credentials": ("credentials", {"call": "setresuid"}),
    "capabilities": ("credentials", {"call": "capset", "capabilities": {"lost": ["CAP_NET_RAW"]}}),
    "setuid-program": ("credentials", {"call": "execve"}),
    "namespaces": ("namespace", {"call": "unshare"}),
    "cloned": ("namespace", {"call": "clone"}),
    "entered": ("namespace", {"call": "setns"}),
    "traced": ("access", {"call": "ptrace", "access": "attach"}),
    "written": ("access", {"call": "process_vm_writev", "access": "write"}),
    "memory": ("access", {"access": "memory"}),
    "signalled": ("signal", {"signal": {"number": 15, "name": "SIGTERM"}}),
    "bpf": ("bpf", {"call": "bpf"}),
    "mounted": ("mount", {"mount": {"point": "/tmp/mounted", "flags": ["lazy"]}}),
    "failed": ("exec-failed", {"executable_as_typed": "/nowhere/at-all", "error": "ENOENT"}),
    "contained": ("container", {"container": {"action": "stop"}}),
    "logged-in": ("session", {}),
    "module": ("module", {"call": "delete_module", "module": {"action": "unload", "name": "xfs"}}),
}
# Those in which another process is the victim, or the one that is told of.
WITH_TARGET = ["traced", "written", "memory", "signalled"]
IN_CHILD = ["cloned"]
# None, and the best variant of each part that sees files.
REFUSE_FILES = [0, 571957152676052992]
# The same of the network: connect, listen and accept.
REFUSE_NETWORK = [0, 246290604621824]
# Linux 5.10 has no socket storage for tracing programs.
NO_NETWORK = {"5.10": {"socket-census"}}
RULES = pathlib.Path(__file__).resolve().parents[2] / "rules"
PROGRAMS, HELPER = None, None
FOUND = {"Decoded Text Run by a Shell", "Password Hashes Read",
         "Program Run From Shared Memory"}


def json_lines(content):
    return [json.loads(line) for line in content.splitlines()]


def health(lines):
    return next(line["windhover"] for line in lines
                if line["event"]["action"] == "sensor-started")


class Kernels(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = pathlib.Path(folder.name)
        cls.pack = cls.folder / "starter.pack"
        subprocess.run([PROGRAMS / "windhover", "pack", "build", "-o", cls.pack, RULES],
                       check=True, stdout=subprocess.DEVNULL)

    def boot(self, name):
        """Run the guest's script on this kernel; returns what it sent."""
        try:
            kernel = kernels.kernel(name)
        except kernels.Missing as missing:
            if name in kernels.REQUIRED:
                self.fail(f"kernel {name}: {missing}")
            self.skipTest(f"kernel {name}: {missing}")
        guest = image.guest(kernel, PROGRAMS, HELPER)
        guest.copy(self.pack, "/starter.pack")
        guest.program(PROGRAMS.parent / "tests/sensor/deeds", "/bin/deeds")
        guest.program(PROGRAMS.parent / "tests/sensor/file_deeds", "/bin/file_deeds")
        guest.program(PROGRAMS.parent / "tests/sensor/traffic", "/bin/traffic")
        guest.write(self.folder / "image")
        with machine.Machine(kernel, self.folder / "image", self.folder,
                             "windhover.test=kernel", memory=512) as guest:
            status = guest.wait_for_end()
            self.assertEqual((status, guest.warnings()), (0, []), guest.shown())
            return guest.sent()

    def assert_programs(self, lines, lacking):
        """The sensor is up, and says of each part whether it has it."""
        programs = health(lines)["programs"]
        self.assertEqual([part for part in PARTS if programs[part] != "attached"],
                         [part for part in PARTS if part in lacking])
        for part in lacking:
            self.assertRegex(programs[part], r"^(loading|attaching) failed \(\d+\): ")

    def assert_family_is_right(self, told, lines, lacking):
        """What the helper says of its family is what the events say, but what is lacking."""
        parent, child, status = [int(word) for word in told.split()[1:]]
        mine = {line["event"]["action"]: line for line in lines
                if line["event"]["kind"] == "event" and line["process"]["pid"] == child}
        self.assertEqual([part for part in PARTS if part in mine],
                         [part for part in PARTS if part not in lacking])
        if "exec" in mine:
            process = mine["exec"]["process"]
            self.assertEqual(process["args"], ["/bin/helper", "leaf", "one", "two words"])
            self.assertEqual(process["executable"], "/bin/helper")
            self.assertEqual(process["working_directory"], "/tmp")
        if "fork" in mine:
            self.assertEqual({line["process"]["parent"]["pid"] for line in mine.values()}, {parent})
            self.assertEqual(len({line["process"]["entity_id"] for line in mine.values()}), 1)
        if "exit" in mine:
            self.assertEqual(mine["exit"]["process"]["exit_code"], status)

    def assert_odd_ends_are_told(self, sent, lines, lacking):
        """Kernel-sent signals, a dump that the kernel starts a program for, and a lack of memory."""
        ends = {line["process"]["pid"]: line["windhover"] for line in lines
                if line["event"]["action"] == "exit"}
        told = [line.split() for line in sent["odd"].decode().splitlines()]
        self.assertEqual([(word[1], int(word[3])) for word in told],
                         [("fault", signal.SIGSEGV), ("killed", signal.SIGKILL)])
        for _, _, pid, number in told:
            self.assertEqual(ends[int(pid)]["exit_signal"], int(number))
        self.assertEqual(sent["hog"].strip(), b"137")
        if "exec" not in lacking:
            self.assertTrue([line for line in lines if line["event"]["action"] == "exec" and
                             line["process"].get("args") == ["/bin/helper", "leaf", "core"]])

    def assert_headroom(self, name, loaded, lacking):
        """The verifier's work is told, and far from its limit."""
        counts = {}
        for line in loaded.decode().splitlines():
            kind, _, program, *count = line.split()
            if kind == "program" and program.startswith("wh_"):
                counts[program] = int(count[0])
        self.assertGreaterEqual(len(counts), len(PARTS) - len(lacking), loaded)
        print(f"\n  {name} = {kernels.version(name)}: " + ", ".join(
            f"{program} {count or 'uncounted'}" for program, count in sorted(counts.items())) +
              f" instructions verified, of {INSTRUCTIONS_MAX}", flush=True)
        for program, count in counts.items():
            self.assertLess(count * HEADROOM, INSTRUCTIONS_MAX, program)

    def assert_deeds_are_told(self, sent, lines):
        """Each deed has its event, of the process that did it, with what it did and to whom."""
        parts = health(lines)["programs"]
        lines = [line for line in lines if line["event"]["kind"] == "event"]
        deeds, child = {}, {}
        for line in sent["deeds"].decode().splitlines():
            word, *rest = line.split()
            if word == "deed":
                name = rest[0]
                deeds[name] = next(line["process"]["pid"] for line in lines if
                                   line["process"].get("args", [])[:2] == ["/bin/deeds", name])
            elif word == "child":
                child[name] = int(rest[0])
        self.assertGreaterEqual(len(deeds), len(DEEDS) - 2, deeds)  # all but login and module
        for name, pid in deeds.items():
            action, facts = DEEDS[name]
            with self.subTest(deed=name):
                self.assertEqual(parts[action], "attached")
                pid = child[name] if name in IN_CHILD else pid
                told = [line["windhover"] for line in lines if line["process"]["pid"] == pid
                        and line["event"]["action"] == action]
                self.assertTrue(told)
                last = told[-1]
                self.assertEqual({fact: last.get(fact) for fact in facts}, facts)
                if name in WITH_TARGET:
                    self.assertEqual(last["target"]["pid"], child[name])

    def assert_whole(self, name, sent, lacking):
        lines = json_lines(sent["whole"])
        self.assert_programs(lines, lacking)
        self.assert_headroom(name, sent["loaded"], lacking)
        self.assert_family_is_right(sent["family"], lines, lacking)
        self.assert_odd_ends_are_told(sent, lines, lacking)
        if "exec" not in lacking:
            self.assert_deeds_are_told(sent, lines)
        last = lines[-1]["windhover"]
        self.assertEqual(last["lost_events"], 0)
        self.assertEqual(last["events"], last["made"])
        self.assertGreaterEqual(last["made"]["fork"], 120)
        if "exec" not in lacking:
            self.assertGreaterEqual(last["made"]["exec"], 60)
            self.assertLessEqual(FOUND, {line["rule"]["name"] for line in lines
                                         if line["event"]["kind"] == "alert"})

    def assert_files_are_told(self, sent, refuse, lacking):
        """What was done to files is what is told of them, one by one and in order."""
        lines = json_lines(sent[f"files-told-{refuse}"])
        folder = f"/tmp/files-{refuse}/"
        parts = {part: state for part, state in health(lines)["programs"].items()
                 if part.startswith("file-")}
        # What keeps the kernel from seeing whole execs, a walk up a path, it needs for files, too.
        refused = set(parts) if "exec" in lacking else set()
        self.assertEqual({part for part in parts if parts[part] != "attached"}, refused)
        told = [line for line in lines if "file" in line["event"].get("category", []) and
                line["file"]["path"].startswith(folder)]
        if refused:
            self.assertEqual(told, [])
            return
        self.assertEqual([f"{line['windhover']['file']['action']} "
                          f"{line['file']['path'].removeprefix(folder)}" for line in told],
                         sent[f"files-done-{refuse}"].decode().splitlines())
        self.assertEqual({line["process"]["executable"] for line in told}, {"/bin/file_deeds"})

    def assert_network_is_told(self, sent, refuse, lacking):
        """A connection, and a question with its answer: each of whom it was, with what went over it."""
        lines = json_lines(sent[f"network-{refuse}"])
        parts = health(lines)["programs"]
        self.assertEqual({part for part in ("connect", "listen", "accept", "close", "socket-use",
                                            "packet", "socket-census")
                          if parts[part] != "attached"}, lacking)
        # What nobody is known to have done has no process.
        lines = [line for line in lines if "process" in line]
        child = int(sent[f"traffic-{refuse}"].split()[1])
        server = next(line["process"]["pid"] for line in lines
                      if line["event"]["action"] == "listen")
        told = sorted((line["event"]["action"], line["process"]["pid"] == child,
                       line["network"]["transport"], line["windhover"]["socket"].get("bytes_sent"),
                       line["windhover"]["socket"].get("bytes_received")) for line in lines
                      if "network" in line["event"].get("category", []) and
                      line["process"]["pid"] in (child, server))
        asked, answered = 29, 45
        expected = [("accept", False, "tcp", None, None), ("connect", True, "tcp", None, None),
                    ("datagram", False, "udp", None, None), ("datagram", True, "udp", None, None),
                    ("dns", True, "udp", None, None), ("dns-answer", True, "udp", None, None),
                    ("listen", False, "tcp", None, None)]
        closes = [("close", False, "udp", answered, asked), ("close", True, "udp", asked, answered)]
        if "close" not in lacking:
            closes += [("close", False, "tcp", 77, 1000), ("close", True, "tcp", 1000, 77)]
        self.assertEqual(told, sorted(expected + closes))
        found, = [line for line in lines if line["event"]["action"] == "dns-answer"]
        self.assertEqual(found["dns"]["question"]["name"], "example.org")
        self.assertEqual(found["dns"]["answers"]["data"], ["192.0.2.5"])

    def check(self, name):
        sent = self.boot(name)
        refused = kernels.MATRIX[name][2]
        lacking = {refused} if refused else set()
        self.assert_whole(name, sent, lacking)
        for refuse in REFUSE_FILES:
            with self.subTest(files=refuse):
                self.assert_files_are_told(sent, refuse, lacking)
        for refuse in REFUSE_NETWORK:
            with self.subTest(network=refuse):
                self.assert_network_is_told(sent, refuse, NO_NETWORK.get(name, set()))
        cases = {1 << number: {part} for number, part in enumerate(PARTS)}
        # All of them; and the better of two, where the other one stands in.
        for refuse, parts in {**cases, 7: set(PARTS), 1 << 32 << 2: set()}.items():
            with self.subTest(refuse=refuse):
                lines = json_lines(sent[f"refuse-{refuse}"])
                self.assert_programs(lines, lacking | parts)
                self.assert_family_is_right(sent[f"family-{refuse}"], lines, lacking | parts)

    def test_the_sensor_is_whole_on_kernel_5_10_and_leaves_nothing(self):
        self.check("5.10")

    def test_the_sensor_is_whole_on_kernel_6_1_and_leaves_nothing(self):
        self.check("6.1")

    def test_the_sensor_is_whole_on_kernel_6_12_and_leaves_nothing(self):
        self.check("6.12")

    def test_the_sensor_is_whole_on_kernel_6_18_and_leaves_nothing(self):
        self.check("6.18")

    def test_the_sensor_is_whole_on_kernel_newest_and_leaves_nothing(self):
        self.check("newest")


if __name__ == "__main__":
    why = machine.obstacle()
    if why or not pathlib.Path(sys.argv[1], "windhoverd").exists():
        print(f"skipped: {why or 'this build has no live sensor'}")
        sys.exit(SKIPPED)
    PROGRAMS, HELPER = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    unittest.main(argv=sys.argv[:1] + sys.argv[3:], verbosity=2)
