# SPDX-License-Identifier: Apache-2.0
"""Each system call of the prover, made to fail once: prover_test.py PROGRAMS MAKE-PAST

The prover is static, so a tracer makes its calls fail.  Whatever fails: whoever ordered the proof
hears the verdict that it hears else, or why there is none; and no pack is accepted by a prover
whose jail did not stand.
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

PROGRAMS, MAKE_PAST = map(os.path.abspath, sys.argv[1:3])
del sys.argv[1:3]
STRACE = '/usr/bin/strace'
PATIENCE = 60  # seconds; only a hang is that slow
SAMPLE = 8
SKIPPED = 77

# What each may say; others do not fail, or nobody looks.  Giving up rights is never forbidden.
ERRORS = {'mmap': 'ENOMEM', 'brk': 'ENOMEM', 'mremap': 'ENOMEM', 'mprotect': 'ENOMEM',
          'recvmsg': 'ENOMEM', 'newfstatat': 'EIO', 'fstat': 'EIO', 'pread64': 'EIO', 'read': 'EIO',
          'lseek': 'EIO', 'capget': 'EINVAL', 'capset': 'EINVAL', 'prctl': 'EPERM',
          'prlimit64': 'EPERM', 'landlock_create_ruleset': 'ENOMEM',
          'landlock_restrict_self': 'E2BIG', 'seccomp': 'EINVAL'}
JAIL = ('capset', 'prlimit64', 'landlock_restrict_self', 'seccomp')
# It names itself, and asks how much of itself may be read: no part of the jail.
UNIMPORTANT = re.compile(r'prctl\((PR_SET_NAME|PR_CAPBSET_READ|PR_SET_DUMPABLE)')


class Prover(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix='windhover-faults-'))
        os.chmod(self.folder, 0o755)
        self.addCleanup(shutil.rmtree, self.folder)
        # The prover has a user of its own, who may not look into a build.
        for name in ('windhover', 'windhover-prover'):
            shutil.copy(os.path.join(PROGRAMS, name), self.folder)
        inputs.make(self.folder, self.folder / 'windhover', MAKE_PAST)
        self.trace = self.folder / 'trace'
        self.trace.touch()
        os.chmod(self.trace, 0o666)

    def prove(self, run, *options):
        """(exit status, verdict, errors) of a proof under the tracer."""
        tracer = ' '.join((STRACE, '-D', '-qqq', '-o', str(self.trace), *options))
        done = subprocess.run(
            ['./windhover', 'pack', 'prove', '--against', 'old.pack', '--events', 'past', '--tests',
             'tests', 'new.pack'], cwd=self.folder, capture_output=True, text=True,
            timeout=PATIENCE, env={**run.environment, 'FAULTS_TRACER': tracer})
        verdict = (done.stdout.strip().splitlines() or [''])[-1]
        return done.returncode, verdict, done.stderr

    def calls(self):
        """[(name, which of its kind)] of the prover's own, from its first one on."""
        counts, found, begun = {}, [], False
        for line in self.trace.read_text(errors='replace').splitlines():
            name = line.split('(')[0]
            counts[name] = counts.get(name, 0) + 1
            begun |= 'PR_SET_NAME' in line
            if begun and name in ERRORS and not UNIMPORTANT.match(line):
                found.append((name, counts[name]))
        return found

    def test_each_call_of_the_prover_that_fails_ends_in_a_verdict_or_a_reason(self):
        wrong = []
        with faults.Faults('nothing') as run:
            status, accepted, said = self.prove(run)
            self.assertEqual((status, accepted[:8], said), (0, 'accepted', ''))
            calls = self.calls()
            self.assertGreater(len(calls), 20)
            stride = 1 if faults.WANTED == 'all' else -(-len(calls) // int(faults.WANTED or SAMPLE))
            for name, number in calls[::stride]:
                told = f'{name}, the {number}. one'
                status, verdict, said = self.prove(
                    run, '-e', f'inject={name}:error={ERRORS[name]}:when={number}')
                if status == 0 and verdict == accepted and name not in JAIL:
                    continue
                told_why = re.search(r'(refused|unproven).*: \S', verdict + said)
                if status not in (1, 2) or not told_why:
                    wrong.append(f'{told}: {status}, {verdict!r}, {said!r}')
                elif 'signal 11' in verdict + said or 'signal 6' in verdict + said:
                    wrong.append(f'{told}: crashes: {verdict} {said}')
        print(f'{len(calls[::stride])} of {len(calls)} calls of the prover failed', flush=True)
        self.assertEqual(wrong, [], '\n' + '\n'.join(wrong))


if __name__ == '__main__':
    if os.geteuid() != 0 or not os.path.exists(STRACE):
        print('skipped: needs root, and strace')
        sys.exit(SKIPPED)
    unittest.main(verbosity=2)
