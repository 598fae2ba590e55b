# SPDX-License-Identifier: Apache-2.0
"""Disks that are full, have no inodes, or turn read-only; clocks that jump: disk_test.py DRIVE

What is written is old or new, whoever asked is told why, what runs goes on, and once there is
room again all of it works as before.
"""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time
import unittest
import unittest.mock

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, '..', 'slot'))
import faults  # noqa: E402
import service  # noqa: E402
import sensor  # noqa: E402  (beside the service's)

DRIVE = os.path.abspath(sys.argv.pop(1))
OLD = b'what was there before\n'
PAGE = 4096
TEN_YEARS = 3652 * 86400  # seconds
RULE = """title: {title}
id: 00000000-0000-4000-8000-{number:012d}
logsource: {{category: process_creation, product: linux}}
detection: {{a: {{CommandLine|contains: [{words}]}}, condition: a}}
level: low
"""
EVENT = ('{"@timestamp":"2024-07-19T04:09:00Z","event":{"category":"process",'
         '"type":"start"},"host":{"os":{"type":"linux"}},"process":{"executable":'
         '"/usr/bin/x","command_line":"word-1"}}\n')


def mount(*words):
    subprocess.run(['mount', *map(str, words)], check=True, capture_output=True)


class Disk:
    """A file system of its own, as large as is wanted."""

    def __init__(self, case, options):
        self.path = pathlib.Path(tempfile.mkdtemp(prefix='windhover-disk-'))
        case.addCleanup(os.rmdir, self.path)
        mount('-t', 'tmpfs', '-o', f'mode=755,{options}', 'windhover', self.path)
        case.addCleanup(subprocess.run, ['umount', '-l', self.path], check=True)

    def leave(self, size):
        """All is taken but ${size} bytes."""
        self.free()
        with open(self.path / 'filler', 'wb') as file:
            room = os.statvfs(self.path)
            os.posix_fallocate(file.fileno(), 0, max(room.f_bavail * PAGE - size, 1))

    def free(self):
        (self.path / 'filler').unlink(missing_ok=True)

    def take_inodes(self):
        (self.path / 'inodes').mkdir()
        try:
            for number in range(100000):
                (self.path / 'inodes' / str(number)).touch()
        except OSError:
            return

    def free_inodes(self):
        shutil.rmtree(self.path / 'inodes')

    def read_only(self, yes=True):
        mount('-o', 'remount,ro' if yes else 'remount,rw', self.path)


class Case(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix='windhover-disk-'))
        os.chmod(self.folder, 0o755)
        self.addCleanup(shutil.rmtree, self.folder)


class Files(Case):
    """A pack that is built, tests that are written, and a scan's page, in the place of a file."""

    def setUp(self):
        super().setUp()
        rules = self.folder / 'rules'
        rules.mkdir()
        for number in range(40):
            words = ', '.join(f'word-{number}-{word}' for word in range(20)) + ', word-1'
            (rules / f'{number}.yml').write_text(
                RULE.format(title=f'Rule {number}', number=number, words=words))
        (self.folder / 'log').write_text(EVENT * 50)
        (self.folder / 'events' / '1').mkdir(parents=True)
        (self.folder / 'events' / '1' / 'match.jsonl').write_text(EVENT * 50)
        self.pack = self.folder / 'pack'
        subprocess.run([sensor.program('windhover'), 'pack', 'build', '-o', self.pack, rules],
                       check=True, capture_output=True)
        self.commands = {
            'pack': ('pack', 'build', '-o', '{out}', rules),
            'tests': ('pack', 'tests', '-o', '{out}', self.pack, self.folder / 'events'),
            'page': ('scan', '-q', '-p', self.pack, '--html', '{out}', self.folder / 'log'),
        }

    def write(self, words, out, **more):
        words = [sensor.program('windhover'), *(str(word).format(out=out) for word in words)]
        return subprocess.run(words, capture_output=True, **more)

    def check_old(self, done, out, said):
        self.assertEqual(done.returncode, 2, done)
        self.assertIn(f'{out}: {said}'.encode(), done.stderr)
        self.assertEqual(out.read_bytes(), OLD)
        self.assertEqual({path.name for path in out.parent.iterdir()} - {'filler', 'inodes'},
                         {out.name})

    def test_a_full_disk_leaves_the_old_file_whatever_finds_room(self):
        disk = Disk(self, 'size=4m')
        out = disk.path / 'out'
        for name, words in self.commands.items():
            out.write_bytes(OLD)
            disk.free()
            self.assertIn(self.write(words, self.folder / 'good').returncode, (0, 1), name)
            wanted = (self.folder / 'good').stat().st_size
            for room in (0, PAGE, wanted // 2 // PAGE * PAGE, (wanted - 1) // PAGE * PAGE):
                disk.leave(room)
                self.check_old(self.write(words, out), out, 'No space left on device')
            disk.leave(wanted + 4 * PAGE)
            self.assertIn(self.write(words, out).returncode, (0, 1), name)
            self.assertEqual(out.stat().st_size // PAGE, wanted // PAGE, name)

    def test_without_an_inode_the_old_file_stays(self):
        disk = Disk(self, 'size=4m,nr_inodes=20')
        out = disk.path / 'out'
        out.write_bytes(OLD)
        disk.take_inodes()
        for words in self.commands.values():
            self.check_old(self.write(words, out), out, 'No space left on device')
        disk.free_inodes()
        self.assertEqual(self.write(self.commands['pack'], out).returncode, 0)

    def test_a_disk_that_turns_read_only_in_mid_run_keeps_the_old_file(self):
        disk = Disk(self, 'size=4m')
        out = disk.path / 'out'
        out.write_bytes(OLD)
        scan = subprocess.Popen(
            [sensor.program('windhover'), 'scan', '-q', '-o', 'jsonl', '-p', self.pack,
             '--html', out, '-'], bufsize=0, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        scan.stdin.write(EVENT.encode() * 50)
        self.assertIn(b'"rule"', scan.stdout.readline())
        disk.read_only()
        found, said = scan.communicate(EVENT.encode())
        done = subprocess.CompletedProcess(scan.args, scan.returncode, found, said)
        self.check_old(done, out, 'Read-only file system')
        # Nothing but the page is missing.
        self.assertEqual(found.count(b'"rule"') + 1, 51 * 40)

    def test_detections_that_can_not_be_written_out_are_not_passed_over(self):
        disk = Disk(self, 'size=1m')
        for words in (('scan', '-q', '-o', 'jsonl', '-p', self.pack, self.folder / 'log'),
                      ('pack', 'show', '--rules', self.pack),
                      ('rule', 'check', self.folder / 'rules'),
                      ('pack', 'diff', self.pack, self.pack), ('--version',)):
            disk.leave(0)
            with open(disk.path / 'filler', 'ab') as out:
                done = subprocess.run([sensor.program('windhover'), *map(str, words)], stdout=out,
                                      stderr=subprocess.PIPE)
            self.assertEqual(done.returncode, 2, words)
            self.assertIn(b'standard output: No space left on device', done.stderr)


class Content(Case):
    """The content folder of a service without a sensor, for what it does needs none."""

    def setUp(self):
        super().setUp()
        self.disk = Disk(self, 'size=2m,nr_inodes=40')
        self.one, self.two = (service.make_pack(self.folder, name, *texts) for name, texts in
                              (('one', ()), ('two', ('aaaaaaaa',))))
        host = self.folder / 'host'
        host.mkdir()
        (host / 'state').symlink_to(self.disk.path)
        (host / 'cmdline').write_text('windhover.off\n')

    def service(self):
        return service.Service(str(self.folder / 'host'), wait=False)

    def refused(self, host, pack, *words):
        status, said = host.content('install', pack)
        self.assertEqual(status, 2, said)
        self.assertTrue(any(word in said['sentence'] for word in words), said)

    def check_whole(self):
        done = subprocess.run([DRIVE, '--check', self.disk.path / 'content'], capture_output=True,
                              text=True)
        self.assertEqual(done.returncode, 0, done.stdout)

    def through(self, take, give, *words):
        """Install, and go back, while the disk takes nothing; and afterwards."""
        with self.service() as host:
            take()
            self.refused(host, self.one[0], *words)
            give()
            host.install(self.one[0])
            take()
            self.assertEqual(host.status()['run'], self.one[1])
            # The way back is never closed: it is done now, and written as soon as that can be.
            self.assertEqual(host.content('rollback')[0], 0)
            self.assertNotEqual(host.status().get('run'), self.one[1])
            give()
            host.install(self.two[0])
            self.check_whole()
            self.assertEqual(host.content('bad')[1]['entries'][0]['digest'], self.one[1])
        with self.service() as host:
            self.assertEqual(host.status()['run'], self.two[1])

    def test_a_full_disk_closes_no_way_back(self):
        self.through(lambda: self.disk.leave(0), self.disk.free, 'No space left')

    def test_without_inodes_there_is_a_way_back(self):
        self.through(self.disk.take_inodes, self.disk.free_inodes, 'No space left')

    def test_a_disk_that_turns_read_only_closes_no_way_back(self):
        self.through(self.disk.read_only, lambda: self.disk.read_only(False), 'Read-only')


class Output(Case):
    """Detections into a file, and events into the recorder, on disks that fill up."""

    def test_what_a_full_disk_does_not_take_is_told_and_detection_goes_on(self):
        disk, past = Disk(self, 'size=1m'), Disk(self, 'size=512k')
        os.mkdir(past.path / 'recorder', 0o700)
        pack, _ = service.make_pack(self.folder, 'one')
        out = disk.path / 'out.jsonl'
        with sensor.Sensor('--pack', pack, '--output', out, '--recorder', past.path / 'recorder',
                           '--recorder-size', str(8 << 20), '--metrics', '0') as running:
            def seen():
                subprocess.run(['/bin/echo', service.MARKER], stdout=subprocess.DEVNULL, check=True)
                return running.alerts(service.MARKER)
            sensor.wait_until('a detection', seen)
            sensor.wait_until('the word of the recorder', lambda: running.health('recorder-paused'))
            disk.leave(0)
            # What the file's last page still takes is at most two or three of these.
            before = len(running.alerts(service.MARKER))
            sensor.wait_until('the word that the file is full',
                              lambda: seen() and running.health('output-lost'))
            sensor.wait_until('detections', lambda: seen() and
                              len(running.alerts(service.MARKER)) > before + 3)
            disk.free()
            sensor.wait_until('the word that it is not', lambda: seen() and
                              running.health('output-resumed'))
            self.assertEqual(running.stop(), 0)
            self.assertTrue(any('output-lost: the output file takes nothing: No space left' in line
                                for line in running.errors), running.errors)
        # Every line is whole; and some that were seen are not there.
        lines = [json.loads(line) for line in out.read_text().splitlines()]
        self.assertLess(len(lines), len(running.lines))
        self.assertIn('output-resumed', {line['event'].get('action') for line in lines})


class Clock(Case):
    """A time of day that is wrong, and jumps: decisions and deadlines don't look at it."""

    def test_installs_and_ways_back_are_the_same_in_1970_and_in_ten_years(self):
        with faults.Faults('nothing') as run:
            for number, offset in enumerate((-time.time(), TEN_YEARS)):
                self.one_service(run, str(number), int(offset))

    def one_service(self, run, name, offset):
        host = self.folder / name
        host.mkdir()
        (host / 'cmdline').write_text('windhover.off\n')
        one, digest = service.make_pack(self.folder, 'one')
        two, other = service.make_pack(self.folder, 'two', 'aaaaaaaa')
        run.control.clock_s = 0
        with unittest.mock.patch.dict(os.environ, run.environment), \
                service.Service(str(host), wait=False) as running:
            running.install(one)
            run.control.clock_s = offset
            self.assertEqual(running.content('rollback')[0], 0)
            said = running.install(two)
            year = said['probation_until'][:4]
            self.assertIn(year, ('1970',) if offset < 0 else (str(time.gmtime().tm_year + 10),
                                                               str(time.gmtime().tm_year + 9)))
            run.control.clock_s = 0
            self.assertEqual(running.status()['run'], other)
            self.assertEqual(running.content('bad')[1]['entries'][0]['digest'], digest)
            self.assertEqual(running.stop(), 0)

    def test_detections_and_the_recorder_go_on_when_the_clock_jumps(self):
        recorder = self.folder / 'recorder'
        recorder.mkdir(mode=0o700)
        pack, _ = service.make_pack(self.folder, 'one')
        with faults.Faults('nothing') as run, \
                unittest.mock.patch.dict(os.environ, run.environment), \
                sensor.Sensor('--pack', pack, '--recorder', recorder, '--metrics', '0') as running:
            for offset in (0, -int(time.time()), TEN_YEARS, 0):
                run.control.clock_s = offset
                marker = f'{service.MARKER}-{os.urandom(4).hex()}'

                def seen():
                    subprocess.run(['/bin/echo', marker], stdout=subprocess.DEVNULL, check=True)
                    return running.alerts(marker)
                sensor.wait_until(f'a detection at {offset} s', seen)
            self.assertEqual(running.stop(), 0)
            self.assertEqual(running.count('sensor-started'), 1)
        done = subprocess.run([sensor.program('windhover'), 'recorder', 'dump', '--dir', recorder],
                              capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn(marker, done.stdout)


if __name__ == '__main__':
    sensor.main()
