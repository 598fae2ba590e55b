# SPDX-License-Identifier: Apache-2.0
"""The three processes: their rights, their deaths, and what is left when they are gone."""
import os
import random
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest

import sensor

KILLS = int(os.environ.get('WINDHOVER_KILLS', '20'))
BURST = int(os.environ.get('WINDHOVER_BURST', '20000'))
EPERM, EACCES = 1, 13


def status_of(pid):
    with open(f'/proc/{pid}/status') as file:
        return dict(line.rstrip('\n').split(':\t', 1) for line in file if ':\t' in line)


def counts(health):
    about = health['windhover']
    return [(about['made'][kind], about['events'][kind], about['lost'][kind])
            for kind in ('fork', 'exec', 'exit')]


class Processes(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp()
        cls.pack = sensor.build_pack(cls.folder, os.path.join(sensor.HERE, 'marker.yml'))

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.folder)

    def assert_detects(self, running, seconds=sensor.PATIENCE):
        """A marked process becomes a detection; returns how long that took from the start."""
        marker = f'windhover-test-marker-{random.getrandbits(64):x}'
        begun = time.monotonic()
        # What happens while nothing is attached is lost: so it happens until it is seen.
        while time.monotonic() - begun < seconds:
            subprocess.run(['/bin/echo', marker], stdout=subprocess.DEVNULL, check=True)
            again = time.monotonic() + 0.2
            while time.monotonic() < again:
                if running.alerts(marker):
                    return time.monotonic() - begun
                time.sleep(0.002)
        raise AssertionError(f'no detection within {seconds} s: {running.errors[-5:]}')

    def test_the_sensor_has_no_rights_at_all(self):
        with sensor.Sensor() as running:
            pid = running.sensor()
            status = status_of(pid)
            for which in ('CapInh', 'CapPrm', 'CapEff', 'CapBnd', 'CapAmb'):
                self.assertEqual(int(status[which], 16), 0, which)
            self.assertEqual(status['NoNewPrivs'], '1')
            self.assertEqual(status['Seccomp'], '2')
            uids, gids = set(status['Uid'].split()), set(status['Gid'].split())
            self.assertEqual((len(uids), len(gids)), (1, 1))
            self.assertNotIn('0', uids | gids)
            self.assertEqual(status['Groups'].split(), [])

    def test_the_loader_keeps_no_right_once_it_has_loaded(self):
        with sensor.Sensor() as running:
            status = status_of(running.loader())
            for which in ('CapInh', 'CapPrm', 'CapEff', 'CapBnd', 'CapAmb'):
                self.assertEqual(int(status[which], 16), 0, which)
            self.assertEqual(status['NoNewPrivs'], '1')

    def test_the_sensor_can_not_open_start_or_connect_anything(self):
        with sensor.Sensor('--test-hook') as running:
            os.kill(running.daemon(), signal.SIGUSR1)
            tried = sensor.wait_until('the answer', lambda: re.search(
                r'tried: open (\d+) exec (\d+) socket (\d+)', ''.join(running.errors)))
            for number in tried.groups():
                self.assertIn(int(number), (EPERM, EACCES))
            self.assertEqual(running.health('sensor-started')['windhover']['starts']['sensor'], 1)

    def test_without_the_hook_nobody_can_ask_it_to_try(self):
        with sensor.Sensor() as running:
            os.kill(running.daemon(), signal.SIGUSR1)
            running.stop()
            self.assertNotIn('tried', ''.join(running.errors))

    def test_the_sensor_holds_only_what_it_was_given(self):
        with sensor.Sensor('--pack', self.pack) as running:
            held = [os.readlink(f'/proc/{running.sensor()}/fd/{fd}')
                    for fd in os.listdir(f'/proc/{running.sensor()}/fd')]
        for name in held:
            self.assertRegex(name, r'^(pipe:|socket:|anon_inode:bpf-map|/memfd:windhover-|/dev/null)')

    def test_a_program_that_the_kernel_refuses_costs_only_what_it_saw(self):
        with sensor.Sensor('--every-event') as running:
            whole = running.started['windhover']['programs']
        for part, name in enumerate(('fork', 'exec', 'exit')):
            with sensor.Sensor('--every-event', '--test-refuse', str(1 << part)) as running:
                programs = running.started['windhover']['programs']
                self.assertEqual(whole[name], 'attached')
                self.assertNotEqual(programs[name], 'attached')
                self.assertEqual({**programs, name: 'attached'}, whole)
                self.assertIn('coverage is reduced', running.started['windhover']['health'])
                subprocess.run(['/bin/true', 'refused'], check=True)
                running.stop()
                seen = {e['event']['action'] for e in running.all_events()}
                self.assertEqual(seen & {'fork', 'exec', 'exit'}, {'fork', 'exec', 'exit'} - {name})

    def test_a_second_choice_of_program_tells_the_same(self):
        # wh_exit_live stands in for wh_exit, as on kernels before 6.16.
        with sensor.Sensor('--every-event', '--test-refuse', str(1 << 32 << 2)) as running:
            self.assertEqual(running.started['windhover']['programs']['exit'], 'attached')
            subprocess.run(['sh', '-c', 'exit 7'], check=False)
            subprocess.run([sys.executable, '-c', 'import threading, time\nfor _ in range(20): '
                            'threading.Thread(target=time.sleep, args=(0.01,)).start()'],
                           check=True)
            running.stop()
            ends = [e['process'] for e in running.all_events() if e['event']['action'] == 'exit']
        self.assertIn(7, [end.get('exit_code') for end in ends])
        self.assertIn('threading', ''.join(end.get('command_line', '') for end in ends))
        identities = [end['entity_id'] for end in ends]
        self.assertEqual(len(set(identities)), len(identities))

    def test_a_damaged_pack_is_refused_and_the_sensor_lives(self):
        with open(self.pack, 'rb') as file:
            whole = file.read()
        damaged = os.path.join(self.folder, 'damaged.pack')
        for content in (whole[:-1], bytes(len(whole)), whole[:100] + b'\xff' + whole[101:], b''):
            with open(damaged, 'wb') as file:
                file.write(content)
            with sensor.Sensor('--pack', damaged, '--every-event') as running:
                self.assertIn('the pack was refused', running.started['windhover']['health'])
                self.assertEqual(running.started['windhover']['pack']['rules'], 0)
                sensor.wait_until('events', running.all_events)

    def test_a_pack_that_is_overwritten_while_it_runs_changes_nothing(self):
        copy = os.path.join(self.folder, 'copy.pack')
        shutil.copy(self.pack, copy)
        with sensor.Sensor('--pack', copy) as running:
            with open(copy, 'r+b') as file:
                file.truncate(100)
            self.assert_detects(running)
            self.assertEqual(running.health('sensor-started')['windhover']['starts']['sensor'], 1)

    def test_starts_and_ends_pair_and_none_is_lost_in_a_burst(self):
        with tempfile.NamedTemporaryFile() as out:
            subprocess.run([sensor.program('windhover'), 'record', '--output', out.name, '--',
                            sensor.STARTS, str(BURST), '2'], check=True)
            seen = {'fork': [], 'exec': [], 'exit': []}
            which = re.compile(rb'"action":"(fork|exec|exit)".*?"entity_id":"([^"]+)"')
            for line in out:
                action, identity = which.search(line).groups()
                seen[action.decode()].append(identity)
        # The generator itself was there before: it execs and ends, its two workers do not exec.
        self.assertEqual(len(seen['fork']), BURST + 2)
        self.assertEqual(len(seen['exec']), BURST + 1)
        self.assertEqual(len(seen['exit']), BURST + 3)
        for action, identities in seen.items():
            self.assertEqual(len(set(identities)), len(identities), action)
        self.assertLessEqual(set(seen['fork']), set(seen['exit']))
        self.assertEqual(set(seen['exit']), set(seen['fork']) | set(seen['exec']))

    def test_what_does_not_fit_into_the_ring_is_counted_to_the_last(self):
        with sensor.Sensor('--ring-size', '65536', '--every-event') as running:
            # The daemon, too: it would take a sensor that stands still for one that hangs.
            stopped = running.daemon(), running.sensor()
            for pid in stopped:
                os.kill(pid, signal.SIGSTOP)
            try:
                subprocess.run([sensor.STARTS, '1500', '2'], check=True)
            finally:
                for pid in reversed(stopped):
                    os.kill(pid, signal.SIGCONT)
            told = sensor.wait_until('the loss', lambda: running.health('events-lost'))
            self.assertGreater(told['windhover']['lost']['exec'], 0)
            running.stop()
            stopped = running.health('sensor-stopped')
            events = [event for event in running.all_events()
                      if event['event']['action'] == 'events-lost']
        self.assertEqual({event['windhover']['health'] for event in events}, {'process'})
        self.assertEqual(sum(int(event['windhover']['lost_events']) for event in events),
                         stopped['windhover']['lost_events'])
        for made, seen, lost in counts(stopped):
            self.assertEqual(made, seen + lost)
        self.assertGreaterEqual(counts(stopped)[1][0], 1500)

    def test_a_sensor_that_hangs_is_replaced(self):
        with sensor.Sensor('--pack', self.pack) as running:
            first = running.sensor()
            os.kill(first, signal.SIGSTOP)
            sensor.wait_until('another sensor', lambda: running.sensor() not in (None, first))
            self.assert_detects(running)

    def test_nobody_waits_for_processes_that_are_stopped(self):
        """Nothing that a process asks of the kernel waits for an answer of ours (F33)."""
        with sensor.Sensor('--pack', self.pack, '--every-event') as running:
            ours = [running.daemon(), running.loader(), running.sensor()]
            for pid in ours:
                os.kill(pid, signal.SIGSTOP)
            try:
                subprocess.run([sensor.STARTS, '1000', '2'], check=True, timeout=sensor.PATIENCE)
                for number in range(1000):
                    path = os.path.join(self.folder, str(number % 10))
                    with open(path, 'w') as file:
                        file.write('x')
                    os.rename(path, path + '.new')
                    os.unlink(path + '.new')
                with socket.create_server(('127.0.0.1', 0)) as server:
                    socket.create_connection(server.getsockname(), sensor.PATIENCE).close()
                self.assertEqual({status_of(pid)['State'][:1] for pid in ours}, {'T'})
            finally:
                for pid in reversed(ours):
                    os.kill(pid, signal.SIGCONT)
            # And nothing that happened meanwhile went by unseen.
            sensor.wait_until('the events of the meantime', lambda: len(
                [line for line in list(running.lines)
                 if '"action":"exec"' in line and sensor.STARTS in line]) >= 1000)

    def test_events_of_a_sensors_absence_wait_in_the_ring(self):
        with sensor.Sensor('--pack', self.pack) as running:
            daemon, first = running.daemon(), running.sensor()
            # So that nobody replaces it before the event.
            os.kill(daemon, signal.SIGSTOP)
            os.kill(first, signal.SIGKILL)
            subprocess.run(['/bin/echo', 'windhover-test-marker-absent'], check=True,
                           stdout=subprocess.DEVNULL)
            os.kill(daemon, signal.SIGCONT)
            sensor.wait_until('the detection', lambda: running.alerts('marker-absent'))

    def test_whichever_process_is_killed_it_comes_back_and_detections_go_on(self):
        programs, was, backs, waits = set(), [], [], []
        with sensor.Sensor('--pack', self.pack, run=True) as running:
            self.assert_detects(running)
            for _ in range(KILLS):
                loader = sensor.wait_until('the loader', running.loader)
                programs |= sensor.bpf_programs_of(loader)
                which = random.choice(('daemon', 'loader', 'sensor'))
                victim = sensor.wait_until(which, getattr(running, which))
                was.append(which)
                starts = running.count('sensor-started')
                begun = time.monotonic()
                os.kill(victim, signal.SIGKILL)
                sensor.wait_until('the start of a new sensor', lambda: running.count(
                    'sensor-started') > starts)
                backs.append(time.monotonic() - begun)
                waits.append(self.assert_detects(running))
                time.sleep(random.random() / 4)
            programs |= sensor.bpf_programs_of(sensor.wait_until('the loader', running.loader))
            tree = [running.daemon(), running.loader(), running.sensor()]
            self.assertEqual(running.stop(), 0)
        for pid in tree:
            self.assertIsNone(sensor.comm(pid))
        self.assertGreaterEqual(len(programs), 3)
        # The kernel frees what nobody holds after a grace period.
        sensor.wait_until('the end of every BPF program', lambda: not any(
            sensor.bpf_program_exists(number) for number in programs))
        for which in sorted(set(was)):
            of = sorted(back for back, name in zip(backs, was) if name == which)
            print(f'\n{which}: {len(of)} kills, a sensor again after {of[len(of) // 2]:.3f} s '
                  f'(median), {of[-1]:.3f} s (worst)', end='')
        print(f'\nthe next detection then took {max(waits):.3f} s at the worst')

    def test_killing_windhover_run_itself_ends_everything(self):
        running = sensor.Sensor('--pack', self.pack, run=True)
        tree = [running.daemon(), running.loader(), running.sensor()]
        programs = sensor.bpf_programs_of(running.loader())
        running.process.kill()
        running.stop()
        sensor.wait_until('the end of all processes',
                          lambda: not any(sensor.comm(pid) for pid in tree))
        sensor.wait_until('the end of every BPF program', lambda: not any(
            sensor.bpf_program_exists(number) for number in programs))

    def test_rules_are_found_and_the_line_says_all_of_it(self):
        with sensor.Sensor('--pack', self.pack) as running:
            self.assert_detects(running)
            alert = running.alerts()[0]
        self.assertEqual(alert['event']['kind'], 'alert')
        self.assertEqual(alert['rule']['name'], "Marker of the Sensor's Tests")
        self.assertEqual(alert['rule']['id'], '4c1c6f0e-52a5-4be0-9f4e-0c2ab31fd9b1')
        self.assertEqual(alert['rule']['level'], 'high')
        self.assertEqual(alert['threat']['tactic'], {'id': ['TA0002'], 'name': ['Execution']})
        self.assertEqual(alert['threat']['technique'],
                         {'id': ['T1059'], 'subtechnique': {'id': ['T1059.004']}})
        self.assertEqual(alert['process']['name'], 'echo')
        self.assertEqual(alert['host']['name'], os.uname().nodename)


if __name__ == '__main__':
    sensor.main()
