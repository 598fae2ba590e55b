#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The checks find what they are there to find: each is shown a small tree with one offence."""
import contextlib
import importlib.machinery
import importlib.util
import io
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree

# Tools are no modules: they are to leave nothing beside themselves.
sys.dont_write_bytecode = True
TOOLS = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(TOOLS))
GOOD = """// SPDX-License-Identifier: Apache-2.0
// Adds numbers.
#include "base/sum.h"
"""


class Tree(unittest.TestCase):
    def setUp(self):
        self.root = pathlib.Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.root)
        subprocess.run(["git", "init", "-q", self.root], check=True)
        self.write("tools/layers.txt", (TOOLS / "layers.txt").read_text())
        shutil.copy(TOOLS.parent / ".clang-format", self.root)

    def write(self, name, text):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def check(self, tool, *arguments):
        done = subprocess.run([TOOLS / tool, *arguments, self.root], stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, timeout=60)
        return done.returncode, done.stdout.decode()

    def assert_refused(self, tool, words):
        status, text = self.check(tool)
        self.assertEqual(status, 1, text)
        self.assertIn(words, text)

    def assert_accepted(self, tool):
        status, text = self.check(tool)
        self.assertEqual(status, 0, text)


class Layers(Tree):
    def test_a_folder_may_include_what_its_line_names(self):
        self.write("src/format/json.c", GOOD)
        self.assert_accepted("check-layers")

    def test_a_lower_layer_may_not_include_a_higher_one(self):
        self.write("src/base/sum.c", GOOD.replace("base/sum.h", "model/pack.h"))
        self.assert_refused("check-layers", "base may not include model")

    def test_a_stage_may_not_include_another_stage(self):
        self.write("src/detect/sink/x.c", GOOD.replace("base/sum.h", "detect/engine/engine.h"))
        self.assert_refused("check-layers", "detect/sink may not include detect/engine")

    def test_a_path_through_the_parent_folder_leads_no_further(self):
        self.write("src/base/sum.c", GOOD.replace("base/sum.h", "../model/pack.h"))
        self.assert_refused("check-layers", "base may not include model")

    def test_a_folder_that_is_in_no_layer_is_named(self):
        self.write("src/misc/x.c", GOOD)
        self.assert_refused("check-layers", "not in tools/layers.txt")

    def test_a_table_that_points_upwards_is_refused(self):
        self.write("tools/layers.txt", "base: model\nmodel:\n")
        self.assert_refused("check-layers", "not a layer over layers above it")


class Style(Tree):
    def test_a_good_source_is_accepted(self):
        self.write("src/base/sum.c", GOOD)
        self.assert_accepted("check-style")

    def test_a_source_without_licence_is_named(self):
        self.write("src/base/sum.c", "// Adds numbers.\n")
        self.assert_refused("check-style", "SPDX")

    def test_a_kernel_source_under_the_wrong_licence_is_named(self):
        self.write("src/detect/kernel/exec.bpf.c", GOOD.replace("Apache-2.0", "MIT"))
        self.assert_refused("check-style", "GPL-2.0-only OR BSD-2-Clause")

    def test_a_source_that_does_not_say_what_it_is_for_is_named(self):
        self.write("src/base/sum.c", GOOD.replace("// Adds numbers.\n", ""))
        self.assert_refused("check-style", "what the file is for")

    def test_a_file_of_more_than_800_lines_is_named(self):
        self.write("src/base/sum.c", GOOD + "int a;\n" * 800)
        self.assert_refused("check-style", "more than 800 lines")

    def test_a_banned_function_is_named(self):
        self.write("src/base/sum.c", GOOD + "void f(void)\n{\n\tstrcpy(a, b);\n}\n")
        self.assert_refused("check-style", "strcpy is banned")

    def test_a_banned_word_in_a_comment_or_string_is_none(self):
        self.write("src/base/sum.c", GOOD + '/* system(3) */\nchar a[] = "gets()";\n')
        self.assert_accepted("check-style")

    def test_a_generated_header_is_not_kept(self):
        self.write("src/detect/kernel/vmlinux.h", "struct a;\n")
        self.assert_refused("check-style", "generated")

    def test_a_script_without_licence_is_named(self):
        self.write("tools/x", "#!/bin/sh\nset -eu\n")
        self.assert_refused("check-style", "tools/x:1")


class Bpf(Tree):
    def program(self, line):
        self.write("src/detect/kernel/record.h", "struct record {\n\tint pid;\n};\n")
        self.write("src/detect/kernel/exec.bpf.c",
                   "int BPF_PROG(wh_exec, struct task_struct *task, struct record *record)\n"
                   "{\n\t" + line + "\n}\n")

    def test_a_kernel_struct_that_is_followed_with_an_arrow_is_named(self):
        self.program("return task->pid;")
        self.assert_refused("check-bpf", "task is followed directly")

    def test_a_second_pointer_of_one_declaration_is_seen_too(self):
        self.program("struct file *a = 0, *b = 0;\n\treturn b->f_flags;")
        self.assert_refused("check-bpf", "b is followed directly")

    def test_a_pointer_in_a_helper_of_ours_is_seen_too(self):
        self.program("return 0;\n}\nstatic int f(int n, struct mm_struct *mm)\n{\n\treturn *mm;")
        self.assert_refused("check-bpf", "mm is followed directly")

    def test_safe_reads_and_our_own_structs_are_accepted(self):
        self.program("record->pid = BPF_CORE_READ(task, pid) + "
                     "bpf_core_field_exists(task->loginuid);")
        self.assert_accepted("check-bpf")


class Matrix(unittest.TestCase):
    """A kernel of the matrix without a test, or a test that is skipped, is no coverage (F12)."""

    def read(self, path):
        return (TOOLS.parent / path).read_text()

    def test_each_kernel_of_the_matrix_has_a_test_that_runs(self):
        matrix = re.search(r"^MATRIX = \{(.*?)^\}", self.read("tests/vm/kernels.py"), re.M | re.S)[1]
        kernels = {name.replace(".", "_") for name in re.findall(r'^    "([\w.]+)":', matrix, re.M)}
        self.assertGreaterEqual(len(kernels), 5)
        built = re.search(r"foreach kernel : \[(.*?)\]", self.read("tests/vm/meson.build"))[1]
        self.assertEqual(set(re.findall(r"'(\w+)'", built)), kernels)
        tests = set(re.findall(r"def test_the_sensor_is_whole_on_kernel_(\w+)_and",
                               self.read("tests/vm/kernel_test.py")))
        self.assertEqual(tests, kernels)

    def test_ci_lets_no_kernel_of_debian_12_be_skipped(self):
        required = re.findall(r'^    "([\w.]+)": \(.*, True, ', self.read("tests/vm/kernels.py"), re.M)
        self.assertEqual(required, ["6.1", "6.12"])
        self.assertIn("if name in kernels.REQUIRED:\n                self.fail(",
                      self.read("tests/vm/kernel_test.py"))


class Hooks(Tree):
    """What can hold up a process (F33), and what others need, too (F35)."""

    def program(self, section, body):
        self.write("src/detect/kernel/record.h", "struct record {\n\tint pid;\n};\n")
        self.write("src/detect/kernel/deny.bpf.c",
                   f'SEC("{section}")\nint BPF_PROG(wh_deny, struct task_struct *task)\n'
                   "{\n\t" + body + "\n}\n")

    def test_a_program_that_may_deny_without_a_lease_is_named(self):
        for section in ("lsm/bprm_check_security", "fmod_ret/security_file_open",
                        "cgroup/connect4", "xdp", "a_kind_that_nobody_knows"):
            self.program(section, "return -1;")
            self.assert_refused("check-bpf", "may answer '-1' without asking lease_holds()")
        self.program("cgroup/connect4", "return 0;")
        self.assert_refused("check-bpf", "may answer '0'")
        self.program("lsm/bprm_check_security", "return verdict;")
        self.assert_refused("check-bpf", "may answer 'verdict'")

    def test_a_program_that_acts_without_a_lease_is_named(self):
        self.program("kprobe/do_exit", "bpf_send_signal(9);\n\treturn 0;")
        self.assert_refused("check-bpf", "bpf_send_signal without asking lease_holds()")

    def test_a_program_that_may_sleep_is_named(self):
        self.program("lsm.s/file_open", "return 0;")
        self.assert_refused("check-bpf", "may sleep")
        self.program("fentry.s/vfs_open", "return lease_holds() ? -1 : 0;")
        self.assert_refused("check-bpf", "may sleep")

    def test_who_asks_the_lease_or_lets_all_pass_is_accepted(self):
        self.program("lsm/bprm_check_security", "if (!lease_holds())\n\t\treturn 0;\n\treturn -1;")
        self.assert_accepted("check-bpf")
        self.program("lsm/bprm_check_security", "return 0;")
        self.assert_accepted("check-bpf")
        self.program("cgroup/connect4", "return 1;")
        self.assert_accepted("check-bpf")
        self.program("fexit/vfs_truncate", "return -1;")
        self.assert_accepted("check-bpf")

    def test_an_answer_by_another_name_is_looked_up(self):
        helper = "\n}\n#define PASS 1\n\nstatic int pass(int a)\n{\n\treturn %s;"
        self.program("cgroup/connect4", "return pass(2);" + helper % "PASS")
        self.assert_accepted("check-bpf")
        self.program("cgroup/connect4", "return pass(2);" + helper % "a")
        self.assert_refused("check-bpf", "may answer 'pass(2)'")
        self.program("cgroup/connect4", "return pass(2) - 1;" + helper % "PASS")
        self.assert_refused("check-bpf", "may answer 'pass(2) - 1'")

    def test_a_process_that_others_would_wait_for_is_named(self):
        self.program("tp_btf/sched_process_fork", "return 0;")
        for word in ("FAN_OPEN_PERM", "SECCOMP_RET_USER_NOTIF", "UFFDIO_API"):
            self.write("programs/x.c", GOOD + f"int a = {word};\n")
            self.assert_refused("check-bpf", f"{word}: others would wait")
        self.write("programs/x.c", GOOD + "/* FAN_OPEN_PERM would have others wait for us. */\n")
        self.assert_accepted("check-bpf")

    def test_a_process_that_takes_what_there_is_once_is_named(self):
        self.program("tp_btf/sched_process_fork", "return 0;")
        self.write("src/base/x.c", GOOD + "int a = NETLINK_AUDIT;\n")
        self.assert_refused("check-bpf", "NETLINK_AUDIT: what only one process")


    def test_a_kernels_version_that_is_compared_is_named(self):
        self.program("tp_btf/sched_process_fork", "return LINUX_KERNEL_VERSION > 5;")
        self.assert_refused("check-bpf", "LINUX_KERNEL_VERSION: a version says nothing")


@unittest.skipUnless(shutil.which("clang-format-14"), "clang-format-14 is not installed")
class Format(Tree):
    def test_a_source_with_blanks_for_tabs_is_named(self):
        self.write("src/base/sum.c", GOOD + "int f(void)\n{\n    return 1;\n}\n")
        self.assert_refused("check-format", "src/base/sum.c")

    def test_a_source_laid_out_by_the_house_is_accepted(self):
        self.write("src/base/sum.c", GOOD + "int f(void)\n{\n\treturn 1;\n}\n")
        self.assert_accepted("check-format")


@unittest.skipUnless(shutil.which("gcc") and shutil.which("objdump"), "gcc is not installed")
class Globals(Tree):
    def library(self, text):
        self.write("src/x.c", text)
        for command in (["gcc", "-fPIE", "-c", "src/x.c", "-o", "x.o"],
                        ["ar", "rcs", "src/libx.a", "x.o"]):
            subprocess.run(command, cwd=self.root, check=True)

    def test_a_static_that_keeps_state_is_named(self):
        self.library("int next(void) { static int n; return ++n; }\n")
        self.assert_refused("check-globals", "is writable")

    def test_a_const_table_of_pointers_is_none(self):
        self.library('const char *const names[] = {"a", "b"};\n')
        self.assert_accepted("check-globals")


class Docs(Tree):
    def setUp(self):
        super().setUp()
        rows = "".join(f"| F{n:02} | cause | none yet |\n" for n in range(1, 61))
        self.write("docs/failures.md", rows)
        self.write("Makefile", "run:\n")
        self.write("README.md", "See [failures](docs/failures.md).\n\n```\nmake run\n```\n")

    def test_documents_that_agree_with_the_tree_are_accepted(self):
        self.assert_accepted("check-docs")

    def test_a_link_to_nowhere_is_named(self):
        self.write("README.md", "See [this](docs/gone.md).\n")
        self.assert_refused("check-docs", "leads nowhere")

    def test_a_path_that_is_not_there_is_named(self):
        self.write("README.md", "It is in `src/base/gone.c`.\n")
        self.assert_refused("check-docs", "there is no src/base/gone.c")

    def test_a_layer_that_the_map_shows_otherwise_is_named(self):
        table = (TOOLS / "layers.txt").read_text()
        shown = "".join(f"    {line}\n" for line in table.splitlines())
        shown += "[failures](docs/failures.md)\n"
        self.write("ARCHITECTURE.md", shown)
        self.assert_accepted("check-docs")
        self.write("ARCHITECTURE.md", shown.replace("detect/engine:    base", "detect/engine:"))
        self.assert_refused("check-docs", "does not show this layer: detect/engine")

    def test_a_folder_that_the_map_leaves_out_is_named(self):
        table = (TOOLS / "layers.txt").read_text()
        self.write("ARCHITECTURE.md", "[failures](docs/failures.md)\n"
                   + "".join(f"    {line}\n" for line in table.splitlines()))
        self.write("src/base/sum.c", GOOD)
        self.assert_refused("check-docs", "does not show src/base")

    def test_a_make_target_that_is_not_there_is_named(self):
        self.write("README.md", "```\nmake coffee\n```\n")
        self.assert_refused("check-docs", "no 'make coffee'")

    def test_a_row_that_names_a_test_which_is_none_is_named(self):
        text = (self.root / "docs/failures.md").read_text()
        self.write("docs/failures.md", text.replace("| F07 | cause | none yet |",
                                                    "| F07 | cause | `a_thing_holds` |"))
        self.assert_refused("check-docs", "names a_thing_holds, which is no test")
        self.write("src/base/sum_test.c", GOOD + "void a_thing_holds(void);\n")
        self.assert_accepted("check-docs")

    def test_a_missing_row_is_named(self):
        text = (self.root / "docs/failures.md").read_text()
        self.write("docs/failures.md", text.replace("| F60 | cause | none yet |\n", ""))
        self.assert_refused("check-docs", "no row F60")


def load(name):
    """A tool as a module, though its name has no .py."""
    loader = importlib.machinery.SourceFileLoader(name, str(TOOLS / name))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader(name, loader))
    loader.exec_module(module)
    return module


class Runner(unittest.TestCase):
    """The counting of tools/test: a mistake there would turn red into green."""

    def setUp(self):
        self.runner = load("test")
        self.said = io.StringIO()

    def count(self, text, ok, ci=False, allowed=()):
        report = self.runner.Report(ci, allowed)
        with contextlib.redirect_stdout(self.said):
            self.runner.add_cases(report, "gcc", "x", text, ok)
        return report.totals()

    def test_each_test_of_a_program_counts(self):
        text = "[ RUN      ] a\n[       OK ] a\n[ RUN      ] b\n[  FAILED  ] b\n"
        self.assertEqual(self.count(text, False), (1, 1, 0))

    def test_the_list_of_failures_at_the_end_is_not_counted_again(self):
        text = "[ RUN      ] b\n[  FAILED  ] b\n[  FAILED  ] tests: 1 test(s)\n[  FAILED  ] b\n"
        self.assertEqual(self.count(text, False), (0, 1, 0))

    def test_a_program_that_dies_in_a_test_failed_it(self):
        self.assertEqual(self.count("[ RUN      ] a\n[       OK ] a\n[ RUN      ] b\n", False),
                         (1, 1, 0))

    def test_a_program_that_dies_after_its_tests_failed(self):
        self.assertEqual(self.count("[ RUN      ] a\n[       OK ] a\n", False), (1, 1, 0))

    def test_a_skip_is_counted_with_its_reason(self):
        text = "[ RUN      ] a\nneeds root\n[  SKIPPED ] a\n"
        self.assertEqual(self.count(text, True), (0, 0, 1))
        self.assertIn("needs root", self.said.getvalue())

    def test_tests_of_tap_count(self):
        text = "1..3\nok 1 - a\nnot ok 2 - b\nok 3 - c # SKIP needs root\n"
        self.assertEqual(self.count(text, False), (1, 1, 1))

    def test_a_tap_program_that_stops_early_failed(self):
        self.assertEqual(self.count("1..3\nok 1 - a\n", True), (1, 1, 0))

    def test_tests_of_unittest_count_also_where_they_write(self):
        text = ("test_a (x.X.test_a) ... ok\ntest_b (x.X.test_b)\nIt holds. ... noise\nFAIL\n"
                "test_c (x.X.test_c) ... skipped 'needs root'\n\nRan 3 tests in 1s\n\nFAILED\n")
        self.assertEqual(self.count(text, False), (1, 1, 1))

    def test_a_skip_in_ci_is_a_failure_unless_it_is_allowed(self):
        text = "[ RUN      ] a\nneeds root\n[  SKIPPED ] a\n"
        self.assertEqual(self.count(text, True, ci=True), (0, 1, 0))
        self.assertEqual(self.count(text, True, ci=True, allowed=["needs root"]), (0, 0, 1))


class Picture(unittest.TestCase):
    def setUp(self):
        self.picture = load("terminal-picture").picture

    def texts(self, capture):
        """{text: fill} of the picture, which is to be well-formed."""
        tree = xml.etree.ElementTree.fromstring(self.picture(capture, "a <title>"))
        return {node.text: node.get("fill") for node in tree.iter()
                if node.tag.endswith("}text")}

    def test_colours_end_where_they_are_reset(self):
        texts = self.texts("\x1b[31mred\x1b[0mplain\x1b[38;2;1;2;3mrgb\x1b[38;5;196mindexed")
        self.assertEqual([texts[word] for word in ("red", "plain", "rgb", "indexed")],
                         ["#e06c75", "#d7dae0", "#010203", "#ff0000"])

    def test_other_control_sequences_are_left_out(self):
        self.assertIn("ab", self.texts("a\x1b[2K\x1b]0;title\x07\x1b(B\x07b"))

    def test_markup_in_the_text_stays_text(self):
        self.assertIn("<b>&amp;", self.texts("<b>&amp;"))


if __name__ == "__main__":
    unittest.main(verbosity=2)
