# SPDX-License-Identifier: Apache-2.0
"""windhover recorder and hunt over a made-up past, on any machine: past_test.py WINDHOVER MAKE"""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

WINDHOVER, MAKE = None, None
EVENTS = 300032  # that MAKE records, 1 ms apart ...
BEGIN = '2025-07-20T08:26:40Z'  # ... from here on
RULE = """title: A source file
id: 6b0e6a52-0d1c-4c0e-8c0f-3d7a0f7a5b12
status: test
logsource: {product: linux, category: process_creation}
detection: {file: {CommandLine|endswith: ' source-42.c'}, condition: file}
level: medium
"""


def windhover(*arguments):
    return subprocess.run([WINDHOVER, *map(str, arguments)], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True, check=False)


class Past(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.base = pathlib.Path(tempfile.mkdtemp())
        cls.past = cls.base / 'past'
        cls.past.mkdir(mode=0o700)
        subprocess.run([MAKE, cls.past], check=True, stdout=subprocess.DEVNULL)
        cls.rule = cls.base / 'rule.yml'
        cls.rule.write_text(RULE)
        cls.pack = cls.base / 'rule.pack'
        subprocess.run([WINDHOVER, 'pack', 'build', '-o', cls.pack, cls.rule], check=True,
                       stdout=subprocess.DEVNULL)

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.base)

    def status(self, folder):
        done = windhover('recorder', 'status', '--json', '--dir', folder)
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)

    def test_the_status_tells_all_that_is_there(self):
        status = self.status(self.past)
        self.assertEqual(status['events'], EVENTS)
        self.assertEqual(status['earliest'][:19] + 'Z', BEGIN)
        self.assertEqual(status['segments'], 1)
        self.assertLess(status['bytes'], status['bytes_raw'])
        for count in ('events_lost', 'events_missing', 'blocks_damaged', 'breaks'):
            self.assertEqual(status[count], 0, count)
        text = windhover('recorder', 'status', '--dir', self.past).stdout
        self.assertIn(f'{EVENTS:,} in', text.replace('events    ', ''))

    def test_a_dump_is_as_long_as_was_asked_for_and_in_order(self):
        done = windhover('recorder', 'dump', '--dir', self.past, '--since',
                         '2025-07-20T08:28:00Z', '--until', '2025-07-20T08:28:01Z')
        lines = [json.loads(line) for line in done.stdout.splitlines()]
        self.assertEqual(len(lines), 1000)
        times = [line['@timestamp'] for line in lines]
        self.assertEqual(times, sorted(times))
        self.assertEqual(times[0], '2025-07-20T08:28:00.000000Z')
        self.assertEqual(times[-1], '2025-07-20T08:28:00.999000Z')

    def test_hunt_replay_and_scan_find_the_same(self):
        done = windhover('hunt', '--json', '--dir', self.past, self.rule)
        self.assertEqual(done.returncode, 1, done.stderr)
        found = [json.loads(line) for line in done.stdout.splitlines()]
        self.assertGreater(len(found), 10)
        for line in found:
            self.assertTrue(line['process']['command_line'].endswith(' source-42.c'))
        done = windhover('recorder', 'replay', '--json', '--dir', self.past, '--pack', self.pack)
        replayed = json.loads(done.stdout)
        self.assertEqual((replayed['events'], replayed['detections']), (EVENTS, len(found)))
        self.assertEqual(replayed['rules'][0]['detections'], len(found))
        text = windhover('recorder', 'replay', '--dir', self.past, '--pack', self.pack).stdout
        self.assertIn('A source file', text)
        shown = windhover('hunt', '--dir', self.past, '--pack', self.pack).stdout
        self.assertEqual(shown.count('A source file'), len(found))
        until = '2025-07-20T08:27:40Z'
        dump = self.base / 'dump.jsonl'
        dump.write_text(windhover('recorder', 'dump', '--dir', self.past, '--until', until).stdout)
        done = windhover('scan', '--pack', self.pack, '--output', 'jsonl', dump)
        early = [line for line in found if line['@timestamp'] < until]
        self.assertEqual(len(done.stdout.splitlines()), len(early))
        self.assertGreater(len(early), 0)

    def test_what_is_damaged_is_told_and_the_rest_is_read(self):
        folder = self.base / 'damaged'
        shutil.copytree(self.past, folder)
        with open(folder / 'segment-0', 'r+b') as file:
            file.seek(100000)
            file.write(bytes(5000))
        status = self.status(folder)
        self.assertGreaterEqual(status['blocks_damaged'], 1)
        self.assertGreater(status['events_missing'], 0)
        self.assertEqual(status['events'] + status['events_missing'], EVENTS)
        done = windhover('recorder', 'replay', '--json', '--dir', folder, '--pack', self.pack)
        self.assertEqual(json.loads(done.stdout)['events'], status['events'])
        self.assertIn('not all could be read', done.stderr)

    def test_files_that_are_no_segments_are_counted(self):
        folder = self.base / 'strange'
        folder.mkdir()
        (folder / 'segment-0').write_bytes(os.urandom(100000))
        (folder / 'segment-5').write_bytes(b'')
        status = self.status(folder)
        self.assertEqual((status['segments_damaged'], status['events']), (1, 0))
        self.assertEqual(windhover('hunt', '--dir', folder, self.rule).returncode, 0)


if __name__ == '__main__':
    WINDHOVER, MAKE = sys.argv[1:3]
    unittest.main(argv=sys.argv[:1], verbosity=2)
