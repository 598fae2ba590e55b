# SPDX-License-Identifier: Apache-2.0
"""Each call that can fail, made to fail once in every command: commands_test.py WINDHOVER MAKE-PAST

Whatever fails: the command ends with a status that is documented, and either all is as it is
without the fault, or standard error says what is not.  What it writes is old or new, never half.
"""
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

import faults
import inputs

WINDHOVER = os.path.abspath(sys.argv.pop(1))
MAKE_PAST = os.path.abspath(sys.argv.pop(1))
OLD = b'what was there before\n'
PATIENCE = 60  # seconds; only a hang is that slow
SAMPLE = 16  # faults in a scenario, where not all are tried

REPORTED = re.compile(r'^windhover[\w -]*: .*[^\s:]$', re.M)


def page_without_times(page):
    """A page, or None where it is only a part of one; the time of its making aside."""
    if page == OLD or not page or not page.endswith(b'</html>\n'):
        return page if page == OLD else None
    return re.sub(rb'"(made|seconds)":[\d.]+', b'', page)


class Commands(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix='windhover-faults-'))
        inputs.make(cls.folder, WINDHOVER, MAKE_PAST)
        cls.faults = faults.Faults('windhover')
        cls.tried = cls.missed = 0

    @classmethod
    def tearDownClass(cls):
        print(f'{cls.tried} faults tried, {cls.missed} of them not reached again', flush=True)
        cls.faults.close()
        shutil.rmtree(cls.folder)

    def run_it(self, words, out):
        """(what it did, what is in its file, what else lies beside that)"""
        place = self.folder / 'out'
        for name in os.listdir(place):
            (place / name).unlink()
        if out:
            (place / out).write_bytes(OLD)
        with open(self.folder / 'logs' / 'events.jsonl', 'rb') as stdin:
            done = subprocess.run([WINDHOVER, *words], stdin=stdin, stdout=subprocess.PIPE,
                                  stderr=subprocess.PIPE, timeout=PATIENCE, check=False,
                                  cwd=self.folder, env=self.faults.environment)
        written = (place / out).read_bytes() if out and (place / out).exists() else None
        return done, written, sorted(set(os.listdir(place)) - {out})

    @staticmethod
    def judge(fault, clean, faulty, figures):
        """What is wrong about a run, or None."""
        (done, written, beside), (other, other_written, _) = clean, faulty
        text = other.stderr.decode(errors='backslashreplace')
        is_page = written and written.endswith(b'</html>\n')
        if other.returncode not in (0, 1, 2):
            return f'ends with {other.returncode}: {text}'
        said = set(text.splitlines()) - set(done.stderr.decode().splitlines())
        if any(re.search(r'[\x00-\x08\x0e-\x1f]|\\x|\(null\)', line) for line in said):
            return f'says what nobody can read: {text}'
        if other.returncode == 2 and done.returncode != 2 and not REPORTED.search('\n'.join(said)):
            return f'does not say what the trouble is: {text!r}'
        if faulty[2] and fault.call not in ('unlink', 'unlinkat'):
            return f'leaves {faulty[2]}'
        if is_page:
            written, other_written = (page_without_times(page) for page in (written, other_written))
        if other_written not in (OLD, written) and not (is_page and said and other_written):
            return f'leaves half a file: {other_written!r:.200}'
        shown = [re.sub(rb'  jail .*|[\s\d.,]+', b'', run.stdout) if figures else run.stdout
                 for run in (done, other)]
        same = other.returncode == done.returncode and shown[0] == shown[1]
        # This command tells what it could not read in its answer.
        said |= {'in the answer'} if b'damaged ' in other.stdout else set()
        if not (same and other_written == written) and not said:
            return f'says nothing of what is missing: {other.stdout[-300:]}'
        return None

    def try_all(self, *words, out=None, figures=False):
        """Every call site of the command; with figures, it measures, and they are not compared."""
        run = self.faults
        run.clear()
        clean = self.run_it(words, out)
        self.assertIn(clean[0].returncode, (0, 1, 2), clean[0].stderr)
        self.assertEqual(clean[2], [])
        wrong = []
        chosen = run.choose(SAMPLE)
        for fault in chosen:
            run.arm(fault)
            try:
                faulty = self.run_it(words, out)
            except subprocess.TimeoutExpired:
                run.disarm()
                wrong.append(f'{fault.told(WINDHOVER)}: hangs')
                continue
            type(self).tried += 1
            if not run.disarm():
                type(self).missed += 1
                continue
            found = self.judge(fault, clean, faulty, figures)
            if found:
                wrong.append(f'{fault.told(WINDHOVER)}: {found}')
        self.assertGreater(len(chosen), 0)
        # A site is what it is in each run; only how threads share work differs.
        self.assertLess(type(self).missed, 10 + type(self).tried // 20)
        self.assertEqual(wrong, [], '\n' + '\n'.join(wrong) +
                         f'\n{len(wrong)} of {len(chosen)} faults')

    def test_pack_build(self):
        self.try_all('pack', 'build', '-p', 'names.yml', '-o', 'out/new.pack', 'rules',
                     'refused.yml', out='new.pack')

    def test_pack_check(self):
        self.try_all('pack', 'check', 'new.pack', 'old.pack')

    def test_pack_show(self):
        self.try_all('pack', 'show', '--rules', 'new.pack')

    def test_pack_diff(self):
        self.try_all('pack', 'diff', 'old.pack', 'new.pack')

    def test_pack_tests(self):
        self.try_all('pack', 'tests', '-o', 'out/tests', 'new.pack', 'events', out='tests')

    def test_pack_prove(self):
        self.try_all('pack', 'prove', '--against', 'old.pack', '--events', 'past', '--tests',
                     'tests', 'new.pack', figures=True)

    def test_rule_check(self):
        self.try_all('rule', 'check', '-p', 'names.yml', 'rules', 'refused.yml')

    def test_rule_explain(self):
        self.try_all('rule', 'explain', '-p', 'names.yml', 'rules/rules.yml')

    def test_scan_with_rules_and_a_mapping(self):
        self.try_all('scan', '-q', '-r', 'rules', '--placeholders', 'names.yml', '--mapping',
                     'mapping.yml', '--threads', '2', 'logs')

    def test_scan_with_a_pack_of_packed_logs(self):
        self.try_all('scan', '-q', '-p', 'new.pack', '-o', 'jsonl', '--threads', '1',
                     'logs/events.json.gz', 'logs/events.json.zst', 'logs/events.zip')

    def test_scan_of_standard_input(self):
        self.try_all('scan', '-q', '-p', 'new.pack', '-o', 'csv', '--threads', '2', '-')

    def test_scan_of_text_logs(self):
        self.try_all('scan', '-q', '-p', 'new.pack', '-o', 'jsonl', '--threads', '3',
                     'logs/auth.log', 'logs/access.log', 'logs/audit.log', 'logs/journal.export')

    def test_scan_of_event_logs(self):
        self.try_all('scan', '-q', '-p', 'new.pack', '--carve', 'logs/plain.evtx')

    def test_scan_to_a_page(self):
        self.try_all('scan', '-q', '-p', 'new.pack', '--html', 'out/page.html', '--threads', '2',
                     'logs/events.jsonl', 'logs/plain.evtx', out='page.html')

    def test_scan_dump(self):
        self.try_all('scan', '-q', '--dump', 'logs')

    def test_scan_stats(self):
        self.try_all('scan', '-q', '--stats=5', '--threads', '2', 'logs')

    def test_recorder_status(self):
        self.try_all('recorder', 'status', '--dir', 'past')

    def test_recorder_dump(self):
        self.try_all('recorder', 'dump', '--dir', 'past')

    def test_recorder_replay(self):
        self.try_all('recorder', 'replay', '--json', '--dir', 'past', '--pack', 'new.pack',
                     figures=True)

    def test_hunt(self):
        self.try_all('hunt', '--dir', 'past', '--placeholders', 'names.yml', 'rules')


if __name__ == '__main__':
    unittest.main(verbosity=2)
