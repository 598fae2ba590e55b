# SPDX-License-Identifier: Apache-2.0
"""The flight recorder beside a live sensor: what it has seen is there, whoever is killed."""
import json
import os
import random
import shutil
import signal
import stat
import subprocess
import tempfile
import time
import unittest

import sensor

MARKER = os.path.join(sensor.HERE, 'marker.yml')
KILLS = int(os.environ.get('WINDHOVER_KILLS', '10'))


def windhover(*arguments, **options):
    return subprocess.run([sensor.program('windhover'), *arguments], capture_output=True,
                          text=True, errors='replace', **options)


def mark():
    """A process that a rule and a search find; returns what it is called."""
    marker = f'windhover-test-marker-{random.getrandbits(64):x}'
    subprocess.run(['/bin/echo', marker], stdout=subprocess.DEVNULL, check=True)
    return marker


def as_nobody():
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)


class Recorder(unittest.TestCase):
    def setUp(self):
        self.base = tempfile.mkdtemp()
        self.folder = os.path.join(self.base, 'recorder')
        self.pack = sensor.build_pack(self.base, MARKER)

    def tearDown(self):
        shutil.rmtree(self.base)

    def recording(self, *options):
        running = sensor.Sensor('--recorder', self.folder, '--recorder-size', str(64 << 20),
                                '--pack', self.pack, *options)
        self.addCleanup(running.stop)
        return running

    def recorder_of(self, running):
        return sensor.wait_until('a recorder', lambda: sensor.below(running.process.pid,
                                                                    'windhover-recorder'))[0]

    def status(self):
        done = windhover('recorder', 'status', '--json', '--dir', self.folder)
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)

    def dump(self, *options):
        done = windhover('recorder', 'dump', '--dir', self.folder, *options)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def wait_until_recorded(self, marker):
        sensor.wait_until(f'{marker} in the recording', lambda: marker in self.dump())

    def test_what_the_sensor_saw_is_dumped_hunted_and_replayed(self):
        running = self.recording('--metrics', '1')
        markers = [mark() for _ in range(3)]
        # While it is written: within a second or so, and without being asked to.
        self.wait_until_recorded(markers[-1])
        health = sensor.wait_until('health with a recorder', lambda: running.health('metrics'))
        self.assertEqual(health['windhover']['recorder']['state'], 'recording')
        self.assertEqual(running.stop(), 0)
        lines = self.dump().splitlines()
        for line in lines:
            json.loads(line)
        actions = {json.loads(line)['event']['action'] for line in lines}
        self.assertLessEqual({'fork', 'exec', 'exit'}, actions)
        told = running.health('sensor-stopped')['windhover']['events']
        self.assertEqual(len(lines), sum(told.values()))

        done = windhover('hunt', '--json', '--dir', self.folder, '--since', '1h', MARKER)
        self.assertEqual(done.returncode, 1, done.stderr)
        for marker in markers:
            self.assertIn(marker, done.stdout)
        done = windhover('hunt', '--dir', self.folder, '--until', '1h', '--pack', self.pack)
        self.assertEqual((done.returncode, done.stdout), (0, ''), done.stderr)
        done = windhover('recorder', 'replay', '--json', '--dir', self.folder, '--pack', self.pack)
        replayed = json.loads(done.stdout)
        self.assertEqual(replayed['events'], len(lines))
        self.assertEqual(replayed['detections'], len(running.alerts()))
        self.assertEqual(replayed['rules'][0]['detections'], len(running.alerts()))

        status = self.status()
        self.assertEqual(status['events'], len(lines))
        for count in ('events_lost', 'events_missing', 'blocks_damaged', 'breaks'):
            self.assertEqual(status[count], 0, count)
        # windhover scan reads a dump as it reads the sensor's own lines.
        path = os.path.join(self.base, 'past.jsonl')
        with open(path, 'w') as file:
            file.write('\n'.join(lines) + '\n')
        done = windhover('scan', '--pack', self.pack, path)
        self.assertEqual(done.returncode, 1, done.stderr)

    def test_whichever_process_is_killed_what_was_seen_before_is_kept(self):
        running = self.recording()
        markers = []
        for _ in range(KILLS):
            markers.append(mark())
            self.wait_until_recorded(markers[-1])
            name = random.choice(['windhover-recorder', 'windhover-sensor'])
            for pid in sensor.below(running.process.pid, name):
                os.kill(pid, signal.SIGKILL)
            # Whoever is away gets it later: it waits in the ring, or in the channel.
            markers.append(mark())
        self.wait_until_recorded(markers[-1])
        self.assertEqual(running.stop(), 0)
        dump = self.dump()
        for marker in markers:
            self.assertIn(marker, dump)
        status = self.status()
        for count in ('events_lost', 'events_missing', 'blocks_damaged', 'breaks'):
            self.assertEqual(status[count], 0, count)

    def test_a_daemon_that_is_killed_is_a_break_and_the_past_goes_on_behind_it(self):
        running = self.recording()
        first = mark()
        self.wait_until_recorded(first)
        recorder = self.recorder_of(running)
        running.process.kill()
        sensor.wait_until('the end of the recorder', lambda: not sensor.comm(recorder))
        running = self.recording()
        self.recorder_of(running)
        second = mark()
        self.wait_until_recorded(second)
        self.assertEqual(running.stop(), 0)
        dump = self.dump()
        self.assertLess(dump.index(first), dump.index(second))
        status = self.status()
        self.assertEqual((status['breaks'], status['blocks_damaged']), (1, 0))

    def test_a_recorder_that_hangs_does_not_stop_detection(self):
        running = self.recording()
        recorder = self.recorder_of(running)
        os.kill(recorder, signal.SIGSTOP)
        try:
            for _ in range(5):
                marker = mark()
                sensor.wait_until('a detection', lambda: running.alerts(marker))
        finally:
            os.kill(recorder, signal.SIGCONT)
        self.wait_until_recorded(marker)

    def test_a_recorder_that_takes_nothing_is_told_of_once_there_is_no_more_room(self):
        running = self.recording()
        recorder = self.recorder_of(running)
        self.wait_until_recorded(mark())
        os.kill(recorder, signal.SIGSTOP)
        try:
            def is_told():
                # A long command line each: the channel is soon full.
                for _ in range(20):
                    subprocess.run(['/bin/true', 'x' * 30000], check=True)
                return running.health('recorder-lost')
            told = sensor.wait_until('health about it', is_told)
        finally:
            os.kill(recorder, signal.SIGCONT)
        self.assertGreater(told['windhover']['recorder']['lost'], 0)
        marker = mark()
        self.wait_until_recorded(marker)
        self.assertEqual(running.stop(), 0)
        lost = running.health('sensor-stopped')['windhover']['recorder']['lost']
        self.assertEqual(self.status()['events_lost'], lost)

    def test_where_nothing_can_be_written_the_sensor_runs_and_says_so(self):
        self.folder = '/proc/windhover'
        running = self.recording()
        marker = mark()
        sensor.wait_until('a detection', lambda: running.alerts(marker))
        self.assertTrue(any('recorder' in line for line in running.errors), running.errors)

    def test_the_recorder_has_no_rights_and_its_files_are_only_roots(self):
        running = self.recording()
        pid = self.recorder_of(running)
        self.wait_until_recorded(mark())
        with open(f'/proc/{pid}/status') as file:
            status = dict(line.rstrip('\n').split(':\t', 1) for line in file if ':\t' in line)
        for which in ('CapInh', 'CapPrm', 'CapEff', 'CapBnd', 'CapAmb'):
            self.assertEqual(int(status[which], 16), 0, which)
        self.assertNotIn('0', status['Uid'].split())
        self.assertEqual((status['NoNewPrivs'], status['Seccomp']), ('1', '2'))
        self.assertEqual(stat.S_IMODE(os.stat(self.folder).st_mode), 0o700)
        self.assertEqual(os.stat(self.folder).st_uid, 0)
        os.chmod(self.base, 0o755)
        for command in (['recorder', 'status'], ['recorder', 'dump'], ['hunt', MARKER]):
            done = windhover(*command, '--dir', self.folder, preexec_fn=as_nobody)
            self.assertEqual(done.returncode, 2)
            self.assertIn('only root may', done.stderr)

    def test_two_recorders_never_write_in_one_folder(self):
        running = self.recording()
        self.recorder_of(running)
        other = self.recording()
        sensor.wait_until('a word on it', lambda: any('another one writes there' in line
                                                      for line in other.errors))
        self.assertEqual(sensor.below(other.process.pid, 'windhover-recorder'), [])
        marker = mark()
        sensor.wait_until('a detection', lambda: other.alerts(marker))

    def test_wrong_arguments_are_said_in_words(self):
        for arguments, words in (
                (['recorder'], 'status, dump or replay'),
                (['recorder', 'replay', '--dir', self.base], '--pack'),
                (['recorder', 'dump', '--since', 'yesterday'], '--since expects'),
                (['recorder', 'status', '--dir', '/not/there'], 'nothing was recorded'),
                (['hunt'], 'rule files'),
                (['hunt', '--dir', self.base, '/not/there.yml'], '/not/there.yml')):
            done = windhover(*arguments)
            self.assertEqual(done.returncode, 2, arguments)
            self.assertIn(words, done.stderr, arguments)


if __name__ == '__main__':
    sensor.main()
