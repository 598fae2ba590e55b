# SPDX-License-Identifier: Apache-2.0
"""Content on a live host: installs, probation, the way back, and what operators may ask."""
import os
import random
import signal
import subprocess
import threading
import time
import unittest

import service
import sensor

BUSY = ('--probation', '3600')  # seconds: nothing passes by itself
QUICK = ('--probation', '1', '--probation-events', '5')


def work(count=20):
    for _ in range(count):
        subprocess.run(['/bin/true'], check=True)


class Content(unittest.TestCase):
    def setUp(self):
        self.place = service.Folder()
        self.folder = self.place.__enter__()
        self.addCleanup(self.place.__exit__)
        self.good, self.good_digest = service.make_pack(self.folder, 'good')
        self.other, self.other_digest = service.make_pack(self.folder, 'other', 'aaaaaaaaaa')

    def with_good(self):
        """A service whose good pack has passed its probation."""
        with service.Service(self.folder, *QUICK) as running:
            running.install(self.good)
            work()
            running.until(state='steady', run=self.good_digest)

    def assert_detects(self, running):
        marker = f'{service.MARKER}-{random.getrandbits(64):x}'

        def seen():
            subprocess.run(['/bin/echo', marker], stdout=subprocess.DEVNULL, check=True)
            return running.alerts(marker)
        sensor.wait_until('a detection', seen)

    def test_a_pack_is_proven_switched_to_and_good_after_its_probation(self):
        with service.Service(self.folder, *QUICK) as running:
            self.assertEqual(running.status()['state'], 'safe')
            said = running.install(self.good, '--reason', 'the first one')
            self.assertEqual(said['outcome'], 'done')
            self.assertTrue(said['proof']['accepted'])
            self.assertIn('probation_until', said)
            self.assert_detects(running)
            work()
            status = running.until(state='steady')
            self.assertEqual(status['goods'], [self.good_digest])
            actions = [entry['action'] for entry in running.content('log')[1]['entries']]
            self.assertEqual(actions, ['offered', 'switch', 'passed'])
            first = running.content('log')[1]['entries'][0]
            self.assertEqual(first['reason'], 'the first one')
            self.assertRegex(first['who'], r'^uid 0, pid \d+$')
            self.assertEqual(running.stop(), 0)
        # And without anybody's help at the next start.
        with service.Service(self.folder, *QUICK) as running:
            running.until(state='steady', run=self.good_digest, running=True)
            self.assert_detects(running)

    def fails_on_probation(self, how, *options):
        self.with_good()
        with service.Service(self.folder, *BUSY, *options) as running:
            running.until(run=self.good_digest, running=True)
            running.install(self.other)
            self.assertEqual(running.status()['state'], 'probation')
            begun = time.monotonic()
            how(running)
            status = running.until(state='steady', run=self.good_digest, running=True)
            print(f'\nback on the last known good after {time.monotonic() - begun:.3f} s', end='')
            self.assertEqual(status['last_failure']['digest'], self.other_digest)
            self.assert_detects(running)
            # Never again, until an operator says so.
            code, said = running.content('install', self.other)
            self.assertEqual(code, 1)
            self.assertIn('marked bad', said['sentence'])
            self.assertEqual(running.content('forgive', self.other_digest)[0], 0)
            running.install(self.other)
        return status['last_failure']['reason']

    def test_a_crash_on_probation_brings_the_last_known_good_back(self):
        reason = self.fails_on_probation(lambda running: os.kill(running.sensor(),
                                                                 signal.SIGSEGV))
        self.assertIn('signal 11', reason)

    def test_being_killed_on_probation_counts_as_a_crash(self):
        # As the kernel does to whom it takes memory from.
        reason = self.fails_on_probation(lambda running: os.kill(running.sensor(),
                                                                 signal.SIGKILL))
        self.assertIn('signal 9', reason)

    def test_a_hang_on_probation_brings_the_last_known_good_back(self):
        reason = self.fails_on_probation(lambda running: os.kill(running.sensor(),
                                                                 signal.SIGSTOP))
        self.assertIn('hung', reason)

    def test_a_detection_storm_on_probation_brings_the_last_known_good_back(self):
        def storm(running):
            for _ in range(12):
                subprocess.run(['/bin/echo', service.MARKER], stdout=subprocess.DEVNULL, check=True)
        reason = self.fails_on_probation(storm, '--probation-detections', '8')
        self.assertIn('detection storm', reason)

    def test_too_much_memory_on_probation_brings_the_last_known_good_back(self):
        # Any sensor takes more than one MiB; the good one is not watched.
        self.with_good()
        with service.Service(self.folder, *BUSY, '--probation-memory', '1') as running:
            running.until(run=self.good_digest, running=True)
            running.content('install', self.other)
            status = running.until(state='steady', run=self.good_digest, running=True)
            self.assertEqual(status['last_failure']['digest'], self.other_digest)
            self.assertIn('memory', status['last_failure']['reason'])
            self.assert_detects(running)

    def test_a_crash_while_the_keeper_is_away_is_not_forgotten(self):
        def crash_without_keeper(running):
            keeper = running.keeper()
            os.kill(keeper, signal.SIGSTOP)
            os.kill(running.sensor(), signal.SIGSEGV)
            os.kill(keeper, signal.SIGKILL)
        self.fails_on_probation(crash_without_keeper)

    def test_a_keeper_that_hangs_is_replaced_when_it_is_needed(self):
        def crash_beside_a_hanging_keeper(running):
            os.kill(running.keeper(), signal.SIGSTOP)
            os.kill(running.sensor(), signal.SIGSEGV)
            # The operator's questions would hang with it.
            sensor.wait_until('its end', lambda: any('does not answer' in line
                                                     for line in running.errors))
        self.fails_on_probation(crash_beside_a_hanging_keeper)

    def test_a_good_pack_survives_one_death_of_its_sensor(self):
        self.with_good()
        with service.Service(self.folder) as running:
            for _ in range(2):
                running.until(run=self.good_digest, running=True)
                starts = running.count('sensor-started')
                os.kill(sensor.wait_until('the sensor', running.sensor), signal.SIGSEGV)
                sensor.wait_until('the next', lambda: running.count('sensor-started') > starts)
            self.assertEqual(running.status()['bad'], 0)
            self.assert_detects(running)

    def test_a_good_pack_whose_sensor_dies_again_and_again_makes_way(self):
        self.with_good()
        with service.Service(self.folder, *QUICK) as running:
            running.until(run=self.good_digest, running=True)
            running.install(self.other)
            work()
            running.until(state='steady', run=self.other_digest)
        with service.Service(self.folder, *QUICK) as running:
            running.until(run=self.other_digest, running=True)
            begun = time.monotonic()
            deaths = 0
            while running.status().get('run') == self.other_digest:
                victim = running.sensor()
                starts = running.count('sensor-started')
                if victim:
                    os.kill(victim, signal.SIGSEGV)
                    deaths += 1
                    sensor.wait_until('the next', lambda: running.count(
                        'sensor-started') > starts)
                self.assertLess(deaths, 8)
            running.until(state='steady', run=self.good_digest, running=True)
            print(f'\n{deaths} deaths, {time.monotonic() - begun:.3f} s', end='')
            self.assert_detects(running)

    def test_whichever_process_is_killed_the_same_pack_runs_again(self):
        self.with_good()
        with service.Service(self.folder) as running:
            running.until(run=self.good_digest, running=True)
            killed = []
            for _ in range(12):
                which = random.choice(('keeper', 'loader', 'sensor'))
                victim = sensor.wait_until(which, getattr(running, which))
                killed.append(which)
                os.kill(victim, signal.SIGKILL)
                sensor.wait_until('another one', lambda: getattr(running, which)() not in (
                    None, victim))
                running.until(state='steady', run=self.good_digest, running=True)
                self.assert_detects(running)
            # A hand that kills says nothing against the pack.
            self.assertEqual(running.status()['bad'], 0)
            print(f'\n{len(killed)} kills: {", ".join(killed)}', end='')

    def test_no_event_is_lost_while_packs_are_switched(self):
        self.with_good()
        # Every event, so that no rule's own breaker has a say in what is counted.
        with service.Service(self.folder, *BUSY, '--every-event') as running:
            running.until(run=self.good_digest, running=True)
            tag = f'{service.MARKER}-{random.getrandbits(48):x}'
            load = subprocess.Popen(
                ['sh', '-c', f'i=0; while [ $i -lt 1500 ]; do /bin/echo {tag}-$i-; '
                 'i=$((i+1)); done'], stdout=subprocess.DEVNULL)
            switches, at_once, done = 0, set(), threading.Event()

            def count_sensors():
                while not done.wait(0.005):
                    at_once.add(len(sensor.below(running.process.pid, 'windhover-sensor')))
            watcher = threading.Thread(target=count_sensors)
            watcher.start()
            self.addCleanup(watcher.join)
            self.addCleanup(done.set)
            while load.poll() is None or switches == 0:
                running.install(self.other)
                self.assertEqual(running.content('rollback')[0], 0)
                self.assertEqual(running.content('forgive', self.other_digest)[0], 0)
                switches += 2
            running.until(run=self.good_digest, running=True)

            def seen():
                return [line.split(tag + '-', 1)[1].split('-', 1)[0] for line in
                        list(running.lines) if '"kind":"event"' in line and
                        '"action":"exec"' in line and tag + '-' in line]

            def all_seen():
                return len(set(seen()) - {'$i'}) == 1500
            sensor.wait_until('all 1500', all_seen)
            # And none twice.
            self.assertEqual(len([number for number in seen() if number != '$i']), 1500)
            # Never two packs at a time.
            self.assertLessEqual(max(at_once), 1)
            self.assertIn(1, at_once)
            print(f'\n1500 of 1500 over {switches} switches', end='')

    def test_what_is_no_pack_is_refused_and_nothing_changes(self):
        self.with_good()
        bad = os.path.join(self.folder, 'bad.pack')
        with open(self.other, 'rb') as file:
            whole = file.read()
        with service.Service(self.folder, *BUSY) as running:
            running.until(run=self.good_digest, running=True)
            for content in (b'', whole[:-1], bytes(len(whole)), whole[:900] + b'\xff' + whole[901:],
                            b'#!/bin/sh\n'):
                with open(bad, 'wb') as file:
                    file.write(content)
                code, said = running.content('install', bad)
                self.assertEqual(code, 1, said)
                self.assertIn('refused', said['sentence'])
            self.assertEqual(running.status()['run'], self.good_digest)
            self.assertEqual(running.status()['state'], 'steady')

    def test_a_pack_that_lost_most_of_its_rules_needs_a_word_of_the_operator(self):
        many, many_digest = service.make_pack(self.folder, 'many', *(
            f'needle-{i}-needle' for i in range(10)))
        with service.Service(self.folder, *QUICK) as running:
            running.install(many)
            work()
            running.until(state='steady', run=many_digest)
            code, said = running.content('install', self.good)
            self.assertEqual(code, 1)
            self.assertEqual(said['proof']['refused_at'], 'delta')
            self.assertEqual(running.status()['run'], many_digest)
            running.install(self.good, '--force-shrink')
            self.assertEqual(running.status()['run'], self.good_digest)

    def test_on_a_full_disk_a_failure_still_goes_back_and_nothing_new_is_tried(self):
        state = os.path.join(self.folder, 'state')
        os.mkdir(state)
        if subprocess.run(['mount', '-t', 'tmpfs', '-o', 'size=4m', 'none', state],
                          stderr=subprocess.DEVNULL).returncode:
            self.skipTest('no mounts here')
        self.addCleanup(subprocess.run, ['umount', '-l', state], check=True)
        self.with_good()

        def fill(name):
            with open(os.path.join(state, name), 'wb', buffering=0) as file:
                try:
                    while True:
                        file.write(bytes(4096))
                except OSError:
                    pass

        with service.Service(self.folder, *BUSY) as running:
            running.until(run=self.good_digest, running=True)
            running.install(self.other)
            fill('full')
            os.kill(running.sensor(), signal.SIGSEGV)
            status = running.until(state='steady', run=self.good_digest, running=True)
            self.assertEqual(status['last_failure']['digest'], self.other_digest)
            # It was written into what was held back for it: a keeper that starts anew knows it.
            os.kill(running.keeper(), signal.SIGKILL)
            self.assertEqual(running.until(run=self.good_digest, running=True)['bad'], 1)
            fill('fuller')
            third, _ = service.make_pack(self.folder, 'third', 'bbbbbbbbbb')
            code, said = running.content('install', third)
            self.assertEqual(code, 2, said)
            self.assertIn('No space left', said['sentence'])
            self.assertEqual(running.status()['run'], self.good_digest)
            self.assert_detects(running)

    def test_pin_pause_and_rollback_do_what_they_say(self):
        self.with_good()
        with service.Service(self.folder, *QUICK) as running:
            running.until(run=self.good_digest, running=True)
            self.assertEqual(running.content('rollback')[0], 1)
            self.assertEqual(running.content('pin')[0], 0)
            code, said = running.content('install', self.other)
            self.assertEqual((code, 'pinned' in said['sentence']), (1, True))
            self.assertEqual(running.content('unpin')[0], 0)
            self.assertEqual(running.content('pause')[0], 0)
            code, said = running.content('install', self.other)
            self.assertEqual((code, 'paused' in said['sentence']), (1, True))
            self.assertEqual(running.content('resume')[0], 0)
            running.install(self.other)
            work()
            running.until(state='steady', run=self.other_digest)
            self.assertEqual(running.content('rollback', '--reason', 'noisy')[0], 0)
            running.until(run=self.good_digest, running=True)
            self.assertEqual(running.content('rollback', '--to', self.other_digest)[0], 0)
            running.until(run=self.other_digest, running=True)
            self.assertEqual(running.content('rollback', '--to', 'f' * 32)[0], 1)
            said = running.content('log')[1]['entries']
            self.assertIn('noisy', [entry.get('reason') for entry in said])

    def test_only_root_is_heard(self):
        with service.Service(self.folder) as running:
            os.chmod(self.folder, 0o755)
            os.chmod(running.socket, 0o666)
            copy = os.path.join(self.folder, 'windhover')
            subprocess.run(['cp', sensor.program('windhover'), copy], check=True)
            done = subprocess.run([copy, 'content', 'status', '--socket', running.socket],
                                  user=65534, group=65534, capture_output=True, text=True)
            self.assertEqual(done.returncode, 2)
            self.assertEqual(done.stdout, '')

    def test_the_keeper_has_its_folder_and_nothing_else(self):
        with service.Service(self.folder) as running:
            pid = running.keeper()
            with open(f'/proc/{pid}/status') as file:
                status = dict(line.rstrip('\n').split(':\t', 1) for line in file if ':\t' in line)
            for which in ('CapInh', 'CapPrm', 'CapEff', 'CapBnd', 'CapAmb'):
                self.assertEqual(int(status[which], 16), 0, which)
            self.assertEqual((status['NoNewPrivs'], status['Seccomp']), ('1', '2'))
            self.assertNotIn('0', status['Uid'].split() + status['Gid'].split())
            content = os.stat(os.path.join(self.folder, 'state', 'content'))
            self.assertEqual((content.st_uid, content.st_mode & 0o777),
                             (int(status['Uid'].split()[0]), 0o700))


if __name__ == '__main__':
    sensor.main()
