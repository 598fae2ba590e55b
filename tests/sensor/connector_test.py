# SPDX-License-Identifier: Apache-2.0
"""The sensor without BPF: what the process connector tells, its rights, and what it loses."""
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import unittest

import sensor

SYS_PTRACE, NET_ADMIN = 19, 12
BURST = int(os.environ.get('WINDHOVER_CONNECTOR_BURST', '3000'))


def status_of(pid):
    with open(f'/proc/{pid}/status') as file:
        return dict(line.rstrip('\n').split(':\t', 1) for line in file if ':\t' in line)


def available():
    """Whether the kernel's connector can speak to us: it does in the first namespaces only."""
    done = subprocess.run([sensor.program('windhover'), 'doctor', '--json'], capture_output=True,
                          text=True)
    return json.loads(done.stdout)['machine']['connector']['state'] == 'yes'


@unittest.skipUnless(available(), 'skipped: no process connector here')
class Connector(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp()
        cls.rule, cls.marker = sensor.own_marker(cls.folder)
        cls.pack = sensor.build_pack(cls.folder, cls.rule)

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.folder)

    def assert_detects(self, running, word):
        """One that lives for a moment is seen: while nothing listens it is lost, so again."""
        def seen():
            subprocess.run(['sh', '-c', f'read nothing <&0; : {self.marker}-{word}'],
                           input=b'\n', check=True)
            return running.alerts(f'{self.marker}-{word}')
        return sensor.wait_until(f'the detection of {word}', seen)

    def of(self, running, pid):
        """The events of process ${pid}, once it has ended."""
        def found():
            events = [event for event in running.all_events() if event['process']['pid'] == pid]
            return events if 'exit' in [e['event']['action'] for e in events] else None
        return sensor.wait_until('the events of the process', found)

    def test_a_process_is_told_as_it_is_from_fork_to_exit(self):
        with sensor.Sensor('--no-bpf', '--every-event') as running:
            child = subprocess.Popen(['sh', '-c', 'read nothing; exit 7', 'two words'],
                                     stdin=subprocess.PIPE, cwd=self.folder)
            sensor.wait_until('its exec', lambda: [
                event for event in running.all_events() if event['event']['action'] == 'exec' and
                event['process']['pid'] == child.pid])
            child.communicate(b'\n')
            fork, exec_, exit_ = self.of(running, child.pid)
        self.assertEqual([event['event']['action'] for event in (fork, exec_, exit_)],
                         ['fork', 'exec', 'exit'])
        self.assertEqual(exec_['process']['args'], ['sh', '-c', 'read nothing; exit 7',
                                                    'two words'])
        self.assertEqual(exec_['process']['executable'], os.path.realpath('/bin/sh'))
        self.assertEqual(exec_['process']['working_directory'], self.folder)
        self.assertEqual(exec_['process']['parent']['pid'], os.getpid())
        self.assertEqual(exec_['process']['parent']['executable'], os.path.realpath(sys.executable))
        self.assertEqual(exec_['user']['name'], 'root')
        self.assertNotIn('executable_cut', exec_['windhover'])
        self.assertNotIn('command_line_cut', exec_['windhover'])
        self.assertEqual(exit_['process']['exit_code'], 7)
        self.assertEqual(len({event['process']['entity_id']
                              for event in (fork, exec_, exit_)}), 1)

    def test_a_process_of_many_threads_ends_once_and_with_its_signal(self):
        code = ('import os, threading, time\n'
                'for _ in range(20): threading.Thread(target=time.sleep, args=(0.2,)).start()\n'
                'time.sleep(0.4); os.kill(os.getpid(), 9)\n')
        with sensor.Sensor('--no-bpf', '--every-event') as running:
            child = subprocess.Popen([sys.executable, '-c', code])
            child.wait()
            events = self.of(running, child.pid)
        self.assertEqual([event['event']['action'] for event in events], ['fork', 'exec', 'exit'])
        self.assertEqual(events[-1]['windhover']['exit_signal'], 9)

    def test_users_are_those_that_the_process_has_become(self):
        code = ('import os; os.setgid(4242); os.setuid(4243)\n'
                'if os.fork() == 0: os._exit(0)\n'
                'os.wait()\n')
        with sensor.Sensor('--no-bpf', '--every-event') as running:
            child = subprocess.Popen([sys.executable, '-c', code])
            child.wait()
            end = self.of(running, child.pid)[-1]
            sensor.wait_until('the grandchild', lambda: [
                event for event in running.all_events() if event['event']['action'] == 'fork' and
                event['process']['parent']['pid'] == child.pid and
                event['user']['id'] == 4243 and event['group']['id'] == 4242])
        self.assertEqual((end['user']['id'], end['group']['id']), (4243, 4242))

    def test_coverage_is_said_to_be_reduced_wherever_one_looks(self):
        with sensor.Sensor('--no-bpf') as running:
            about = running.started['windhover']
            self.assertIn('no BPF', about['health'])
            self.assertIn('coverage is reduced', about['health'])
            programs = about['programs']
            for part in ('fork', 'exec', 'exit'):
                self.assertEqual(programs.pop(part), 'reduced: by the process connector')
            for state in programs.values():
                self.assertEqual(state, 'the process connector does not tell of it')
        shown = subprocess.run([sensor.program('windhover'), 'doctor', '--no-bpf'],
                               capture_output=True, text=True)
        self.assertEqual(shown.returncode, 1)
        self.assertIn('coverage is reduced to starts and ends of processes', shown.stdout)
        self.assertRegex(shown.stdout, r'process connector +yes')

    def test_the_loader_may_look_at_processes_and_nothing_else(self):
        with sensor.Sensor('--no-bpf') as running:
            loader = running.loader()
            status = status_of(loader)
            for which in ('CapPrm', 'CapEff', 'CapBnd'):
                self.assertEqual(int(status[which], 16), 1 << SYS_PTRACE, which)
            self.assertEqual((int(status['CapInh'], 16), int(status['CapAmb'], 16)), (0, 0))
            self.assertEqual((status['NoNewPrivs'], status['Seccomp']), ('1', '2'))
            self.assertEqual(sensor.bpf_programs_of(loader), set())
            for fd in os.listdir(f'/proc/{running.sensor()}/fd'):
                self.assertRegex(os.readlink(f'/proc/{running.sensor()}/fd/{fd}'),
                                 r'^(pipe:|socket:|anon_inode:\[eventfd\]|/memfd:windhover-'
                                 r'|/dev/null)')

    def test_whoever_of_it_dies_is_back_and_detects(self):
        with sensor.Sensor('--no-bpf', '--pack', self.pack) as running:
            self.assert_detects(running, 'first')
            for number, victim in enumerate(('sensor', 'loader', 'sensor', 'loader')):
                os.kill(getattr(running, victim)(), signal.SIGKILL)
                self.assert_detects(running, f'again-{number}')
            self.assertIn('no BPF', running.health('sensor-started')['windhover']['health'])

    def test_events_that_wait_while_there_is_no_sensor_are_not_lost(self):
        with sensor.Sensor('--no-bpf', '--pack', self.pack) as running:
            daemon, victim = running.daemon(), running.sensor()
            os.kill(daemon, signal.SIGSTOP)
            try:
                os.kill(victim, signal.SIGKILL)
                child = subprocess.Popen(['sh', '-c', f'read nothing; : {self.marker}-waits'],
                                         stdin=subprocess.PIPE)
                # The loader alone is awake: it looks while the process is there to be asked.
                path = f'/proc/{child.pid}/exe'
                sensor.wait_until('the exec', lambda: os.readlink(path) ==
                                  os.path.realpath('/bin/sh'))
                subprocess.run(['sleep', '0.2'], check=True)
                child.communicate(b'\n')
            finally:
                os.kill(daemon, signal.SIGCONT)
            sensor.wait_until('the detection', lambda: running.alerts(f'{self.marker}-waits'))

    def test_in_a_burst_all_is_seen_or_counted(self):
        with sensor.Sensor('--no-bpf') as running:
            subprocess.run([sensor.STARTS, str(BURST), '2'], check=True)
            running.stop()
            about = running.health('sensor-stopped')['windhover']
        for kind in about['made']:
            self.assertEqual(about['made'][kind], about['events'].get(kind, 0) +
                             about['lost'].get(kind, 0), kind)
        lost = about['lost_events']
        for kind in ('fork', 'exec', 'exit'):
            self.assertGreaterEqual(about['events'][kind], BURST - lost, kind)

    def test_what_does_not_fit_into_the_ring_is_counted_to_the_last(self):
        with sensor.Sensor('--no-bpf', '--ring-size', '65536') as running:
            stopped = running.daemon(), running.sensor()
            for pid in stopped:
                os.kill(pid, signal.SIGSTOP)
            try:
                subprocess.run([sensor.STARTS, '1500', '2'], check=True)
            finally:
                for pid in stopped:
                    os.kill(pid, signal.SIGCONT)
            told = sensor.wait_until('the word of it', lambda: running.health('events-lost'))
            self.assertIn('the process connector, or its ring, was full',
                          told['windhover']['health'])
            running.stop()
            about = running.health('sensor-stopped')['windhover']
        self.assertGreater(about['lost_events'], 0)
        for kind in ('fork', 'exec', 'exit'):
            self.assertEqual(about['made'][kind], about['events'][kind] + about['lost'][kind])

    @unittest.skipUnless(shutil.which('unshare'), 'skipped: there is no unshare')
    def test_where_the_kernel_does_not_speak_to_us_that_is_said(self):
        done = subprocess.run(['unshare', '--net', sensor.program('windhoverd'), '--no-bpf'],
                              capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 1)
        self.assertIn('the process connector: ', done.stderr)

    def test_a_kernel_that_takes_no_program_of_ours_gets_the_connector(self):
        # Without its BTF the kernel's structs are unknown, and no program loads.
        script = ('mount --bind /tmp /sys/kernel/btf && exec "$@"')
        with tempfile.TemporaryFile() as out:
            child = subprocess.Popen(
                ['unshare', '--mount', 'sh', '-c', script, 'sh', sensor.program('windhover'), 'run',
                 '--pack', self.pack], stdout=out, stderr=subprocess.STDOUT)
            try:
                def shown():
                    out.seek(0)
                    return b'by the process connector, 1 rules' in out.read()
                sensor.wait_until('its first words', shown)
            finally:
                child.send_signal(signal.SIGTERM)
                self.assertEqual(child.wait(sensor.PATIENCE), 0)
            out.seek(0)
            self.assertIn(b'Coverage is reduced', out.read())


if __name__ == '__main__':
    sensor.main()
