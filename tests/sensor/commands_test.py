# SPDX-License-Identifier: Apache-2.0
"""What a person sees of the sensor: windhover run, record and doctor."""
import json
import os
import pty
import re
import select
import shutil
import signal
import subprocess
import tempfile
import time
import unittest

import sensor

RULES = os.path.join(sensor.HERE, '..', '..', 'rules')
COLOUR = re.compile(r'\x1b\[[0-9;]*m')


class Terminal:
    """windhover run on a terminal of its own, and what it has shown."""

    def __init__(self, *arguments):
        self.shown = ''
        self.pid, self.master = pty.fork()
        if self.pid == 0:
            os.execv(sensor.program('windhover'), ['windhover', 'run', *arguments])

    def read(self):
        while self.master is not None and select.select([self.master], [], [], 0)[0]:
            try:
                self.shown += os.read(self.master, 65536).decode(errors='replace')
            except OSError:  # the other end is closed
                break
        return self.shown

    def plain(self):
        return COLOUR.sub('', self.read())

    def wait_for(self, pattern):
        return sensor.wait_until(f'{pattern!r} on the terminal', lambda: re.search(
            pattern, self.plain()))

    def interrupt(self):
        """Ctrl-C; returns the exit status."""
        os.write(self.master, b'\x03')
        end = time.monotonic() + sensor.PATIENCE
        while time.monotonic() < end:
            self.read()
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                os.close(self.master)
                self.master = None
                return os.waitstatus_to_exitcode(status)
            time.sleep(0.01)
        raise AssertionError('Ctrl-C ends it')


def as_nobody():
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)


class Commands(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp()
        cls.starter = sensor.build_pack(cls.folder, RULES)
        os.rename(cls.starter, os.path.join(cls.folder, 'starter.pack'))
        cls.starter = os.path.join(cls.folder, 'starter.pack')
        cls.marker = sensor.build_pack(cls.folder, os.path.join(sensor.HERE, 'marker.yml'))

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.folder)

    def test_the_three_suggested_commands_do_no_harm_and_are_found(self):
        terminal = Terminal('--pack', self.starter)
        terminal.wait_for(r'\d+ of \d+ programs attached, \d+ rules, started in \d+\.\d\d s')
        suggested = sensor.wait_until('the suggestions', lambda: re.findall(
            r'^    (\S.*?)\r?$', terminal.plain().split('do no harm:')[-1], re.M))
        self.assertEqual(len(suggested), 3)
        for number, command in enumerate(suggested, 1):
            subprocess.run(command, shell=True, check=True, stdout=subprocess.DEVNULL)
            terminal.wait_for(r'(?s)(\d\d:\d\d:\d\d  (MEDIUM|HIGH|CRITICAL) .*?T1\d\d\d.*){%d}'
                              % number)
        self.assertEqual(terminal.interrupt(), 0)
        # Each with its time, severity, rule and technique, and below them the processes.
        heading = re.search(r'\d\d:\d\d:\d\d  HIGH      Password Hashes Read  T1003\.008\r\n'
                            r'(.*\r\n)+?.*└─ cat /etc/shadow  \d+, root\r\n', terminal.plain())
        self.assertIsNotNone(heading, terminal.plain())
        self.assertIn('\x1b[', terminal.shown)

    def test_ctrl_c_ends_all_that_was_started(self):
        terminal = Terminal('--pack', self.marker)
        terminal.wait_for('programs attached')
        tree = [pid for name in ('windhoverd', 'windhover-loader', 'windhover-sensor')
                for pid in sensor.below(terminal.pid, name)]
        self.assertEqual(len(tree), 3)
        programs = sensor.bpf_programs_of(tree[1])
        self.assertEqual(terminal.interrupt(), 0)
        self.assertEqual([sensor.comm(pid) for pid in tree], [None] * 3)
        sensor.wait_until('the end of every BPF program', lambda: not any(
            sensor.bpf_program_exists(number) for number in programs))

    def test_what_a_stranger_typed_does_not_command_the_terminal(self):
        terminal = Terminal('--pack', self.marker)
        terminal.wait_for('programs attached')
        subprocess.run(['/bin/echo', 'windhover-test-marker', '\x1b]0;title\x07\x1b[2J\n\u202e'],
                       stdout=subprocess.DEVNULL, check=True)
        terminal.wait_for('windhover-test-marker')
        terminal.interrupt()
        for evil in ('\x1b]0', '\x07', '\x1b[2J', '\u202e'):
            self.assertNotIn(evil, terminal.shown)

    def test_every_line_also_goes_to_a_file_and_json_is_one_object_a_line(self):
        out = os.path.join(self.folder, 'lines.jsonl')
        with sensor.Sensor('--pack', self.marker, '--output', out, run=True) as running:
            subprocess.run(['/bin/echo', 'windhover-test-marker-file'], check=True,
                           stdout=subprocess.DEVNULL)
            sensor.wait_until('the detection', lambda: running.alerts('marker-file'))
            self.assertEqual(running.stop(), 0)
        with open(out) as file:
            written = file.read()
        self.assertEqual(written, ''.join(running.lines))
        for line in written.splitlines():
            json.loads(line)
        self.assertEqual(os.stat(out).st_mode & 0o777, 0o600)

    def test_without_root_one_line_says_what_is_missing_and_what_works(self):
        for command in (['run'], ['record', '--', 'true']):
            done = subprocess.run([sensor.program('windhover'), *command], text=True,
                                  capture_output=True, preexec_fn=as_nobody)
            self.assertEqual(done.returncode, 2)
            self.assertEqual(done.stdout, '')
            self.assertEqual(done.stderr.count('\n'), 1)
            self.assertIn('needs root', done.stderr)
        self.assertIn("'windhover scan'", subprocess.run(
            [sensor.program('windhover'), 'run'], text=True, capture_output=True,
            preexec_fn=as_nobody).stderr)

    def test_limits_that_make_no_sense_are_not_taken(self):
        for option, value in (('--rule-alerts', '0'), ('--rule-rest', '0'), ('--rule-alerts', '-1'),
                              ('--sensor-memory', '15'), ('--sensor-cpu', '0'),
                              ('--sensor-cpu', 'all')):
            done = subprocess.run([sensor.program('windhoverd'), option, value],
                                  capture_output=True, text=True)
            self.assertEqual((done.returncode, done.stderr), (2, 'windhoverd: see windhoverd --help\n'))

    def test_without_bpf_it_says_so_and_what_it_sees_all_the_same(self):
        # A root without these capabilities is what a container has.
        running = subprocess.Popen(
            ['setpriv', '--bounding-set=-bpf,-sys_admin', '--inh-caps=-all',
             sensor.program('windhover'), 'run', '--pack', self.marker],
            text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        said = ''
        for line in running.stdout:
            said += line
            if 'do no harm' in line:
                break
        running.send_signal(signal.SIGINT)
        said += running.stdout.read()
        running.stdout.close()
        self.assertEqual(running.wait(sensor.PATIENCE), 0, said)
        self.assertIn('no BPF: only starts and ends of processes are seen', said)
        self.assertIn('Coverage is reduced', said)

    def test_doctor_tells_what_the_sensor_itself_said(self):
        done = subprocess.run([sensor.program('windhover'), 'doctor', '--json'], text=True,
                              capture_output=True)
        told = json.loads(done.stdout)
        states = told['sensor']['programs']
        # What a machine may refuse is not the same everywhere; these it may not.
        self.assertEqual([states[part] for part in ('fork', 'exec', 'exit')], ['attached'] * 3)
        attached = sum(state == 'attached' for state in states.values())
        for state in states.values():
            self.assertRegex(state, r'^attached$|^(loading|attaching|choosing|looking for it) failed \(\d+\): ')
        self.assertEqual(done.returncode, 0 if attached == len(states) else 1)
        self.assertEqual(told['machine']['bpf.tp_btf']['state'], 'yes')
        for fact in told['machine'].values():
            self.assertIn(fact['state'], ('yes', 'no', 'unknown'))
            self.assertTrue(fact['answer'])
        self.assertIn(f'{attached} of {len(states)} programs attached', subprocess.run(
            [sensor.program('windhover'), 'doctor'], text=True, capture_output=True).stdout)

    def test_a_recording_whose_sensor_dies_is_a_failure(self):
        done = subprocess.Popen([sensor.program('windhover'), 'record', '--output', '/dev/null',
                                 '--', 'sh', '-c', 'echo begun; read go'], text=True,
                                stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE)
        self.assertEqual(done.stdout.readline(), 'begun\n')
        os.kill(sensor.below(done.pid, 'windhoverd')[0], signal.SIGKILL)
        _, errors = done.communicate('\n', sensor.PATIENCE)
        self.assertEqual(done.returncode, 2)
        self.assertIn('events are missing', errors)

    def test_a_command_that_is_not_there_leaves_nothing_running(self):
        done = subprocess.run([sensor.program('windhover'), 'record', '--', '/nowhere/at-all'],
                              text=True, capture_output=True, timeout=sensor.PATIENCE)
        self.assertIn('/nowhere/at-all: No such file', done.stderr)


if __name__ == '__main__':
    sensor.main()
