# SPDX-License-Identifier: Apache-2.0
"""What the sensor tells of files is what became of them, and of a storm none is missed uncounted."""
import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

import sensor

DEEDS = os.environ.get('WINDHOVER_FILE_DEEDS', 'build/tests/sensor/file_deeds')
STORM = os.environ.get('WINDHOVER_FILE_STORM', 'build/tests/sensor/file_storm')
# The full check is 1,000,000.
FILES = int(os.environ.get('WINDHOVER_FILES', '20000'))
KINDS = ('file-create', 'file-change', 'file-rename', 'file-delete')

EVERY_SOURCE = '''
title: Every Kind of File Event
id: {id}
logsource: {{product: linux, category: {category}}}
detection:
    selection:
        TargetFilename: /no/such/file/anywhere
    condition: selection
level: low
'''
SOURCES = {'file_event': '2f0d4be7-2a52-4c4e-9c0c-6f34c0f5e101',
           'file_change': '2f0d4be7-2a52-4c4e-9c0c-6f34c0f5e102',
           'file_rename': '2f0d4be7-2a52-4c4e-9c0c-6f34c0f5e103',
           'file_delete': '2f0d4be7-2a52-4c4e-9c0c-6f34c0f5e104'}

# Calls that Python's os does not make by themselves.
PRELUDE = '''
import ctypes, os, sys, threading
os.chdir(sys.argv[1])
libc = ctypes.CDLL(None, use_errno=True)
def call(number, *arguments):
    if libc.syscall(number, *arguments) < 0:
        raise OSError(ctypes.get_errno(), str(number))
def write(name, flags, content=b'x', mode=0o644):
    fd = os.open(name, flags, mode)
    os.write(fd, content)
    os.close(fd)
NEW = os.O_WRONLY | os.O_CREAT
'''


class Files(unittest.TestCase):
    """One sensor for all: to attach to so many calls, and to let go of them, takes seconds."""

    @classmethod
    def setUpClass(cls):
        cls.running = sensor.Sensor('--every-event')
        cls.addClassCleanup(cls.running.stop)

    def setUp(self):
        self.folder = os.path.realpath(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.folder)

    def path(self, name):
        return os.path.join(self.folder, name)

    def run_and_hear(self, arguments):
        """The events that name our folder, of a command and up to a mark that we set then."""
        begin = len(self.running.lines)
        subprocess.run(arguments, check=True, stdout=subprocess.DEVNULL)
        mark = self.path('end of the test')
        os.mkdir(mark)
        heard = sensor.wait_until('the end of the test', lambda: [
            number for number, line in enumerate(self.running.lines[begin:])
            if f'"path":"{mark}"' in line])
        lines = self.running.lines[begin:begin + heard[0]]
        events = [json.loads(line) for line in lines if f'"path":"{self.folder}' in line]
        return [e for e in events if e['process']['pid'] != os.getpid()]

    def do(self, code):
        """The file events below our folder of this Python code, in order."""
        return self.run_and_hear([sys.executable, '-c', PRELUDE + code, self.folder])

    def told(self, code):
        """The same as (action, name below our folder)."""
        return [(e['windhover']['file']['action'], os.path.relpath(e['file']['path'], self.folder))
                for e in self.do(code)]

    def test_a_file_that_is_made_and_written_tells_of_both_and_its_facts(self):
        made, written = self.do("write('new', NEW, b'hello', 0o600)")
        self.assertEqual(made['event']['type'], ['creation'])
        self.assertEqual(made['event']['dataset'], 'windhover.file_event')
        self.assertEqual(written['event']['dataset'], 'windhover.file_change')
        about = os.stat(self.path('new'))
        for event in (made, written):
            self.assertEqual(event['file']['path'], self.path('new'))
            self.assertEqual(event['file']['inode'], about.st_ino)
            self.assertEqual(event['file']['mode'], '0600')
            self.assertEqual(event['file']['type'], 'file')
            self.assertEqual(event['file']['uid'], os.getuid())
            self.assertEqual(event['process']['executable'], os.path.realpath(sys.executable))
            self.assertIn('write(', event['process']['command_line'])
            self.assertEqual(event['user']['id'], os.getuid())
        self.assertEqual(written['file']['size'], 5)
        self.assertEqual(written['windhover']['file']['size_before'], 0)

    def test_each_call_that_opens_is_seen(self):
        if os.uname().machine != 'x86_64':
            self.skipTest('the numbers of the calls are those of x86-64')
        self.assertEqual(self.told('''
call(2, b'open', 0o101, 0o644)
call(257, -100, b'openat', 0o101, 0o644)
how = (ctypes.c_uint64 * 3)(0o101, 0o644, 0)
call(437, -100, b'openat2', how, 24)
call(85, b'creat', 0o644)
'''), [('create', name) for name in ('open', 'openat', 'openat2', 'creat')])

    def test_what_is_only_read_or_closed_as_it_was_is_not_told(self):
        with open(self.path('old'), 'w') as file:
            file.write('as it was')
        os.utime(self.path('old'), (1, 1))
        self.assertEqual(self.told('''
open('old').read()
os.close(os.open('old', os.O_RDWR))
os.close(os.open('old', os.O_WRONLY | os.O_APPEND))
'''), [])

    def test_writing_in_every_way_is_told_once_at_the_last_close(self):
        for name in ('over', 'append', 'both', 'mapped', 'cut', 'named', 'dup', 'range', 'child'):
            with open(self.path(name), 'w') as file:
                file.write('content')
            os.utime(self.path(name), (1, 1))
        self.assertEqual(self.told('''
import mmap
write('over', os.O_WRONLY)
write('append', os.O_WRONLY | os.O_APPEND)
fd = os.open('both', os.O_RDWR); os.pwrite(fd, b'C', 0); os.close(fd)
fd = os.open('mapped', os.O_RDWR)
with mmap.mmap(fd, 7) as area: area[0:1] = b'C'
os.close(fd)
fd = os.open('cut', os.O_WRONLY); os.ftruncate(fd, 1); os.close(fd)
os.truncate('named', 1)
fd = os.open('dup', os.O_WRONLY); os.write(fd, b'C'); other = os.dup(fd); os.close(fd)
nothing = os.open('/dev/null', os.O_RDONLY); os.dup2(nothing, other)
fd = os.open('range', os.O_WRONLY); os.write(fd, b'C'); os.closerange(fd, fd + 1000)
if os.fork() == 0:
    fd = os.open('child', os.O_WRONLY); os.write(fd, b'C'); os._exit(0)
os.wait()
'''), [('write', 'over'), ('write', 'append'), ('write', 'both'), ('write', 'mapped'),
       ('write', 'cut'), ('truncate', 'named'), ('write', 'dup'), ('write', 'range'),
       ('write', 'child')])

    def test_what_is_closed_by_ending_is_told_of_the_program_that_ended(self):
        # The shell opens it, moves it to 1, and becomes echo, which ends with it.
        made, written = self.run_and_hear(
            ['sh', '-c', f'exec /bin/echo hello > {self.path("out")}'])
        self.assertEqual(made['windhover']['file']['action'], 'create')
        self.assertEqual(written['windhover']['file']['action'], 'write')
        self.assertEqual(written['process']['name'], 'echo')

    def test_emptying_is_told_when_it_is_opened_and_when_it_is_closed(self):
        with open(self.path('log'), 'w') as file:
            file.write('traces')
        opened, closed = self.do("write('log', os.O_WRONLY | os.O_TRUNC, b'')")
        self.assertEqual(opened['windhover']['file']['action'], 'overwrite')
        self.assertEqual(closed['windhover']['file']['action'], 'write')
        self.assertTrue(closed['windhover']['file']['emptied'])
        self.assertEqual(closed['file']['size'], 0)

    def test_names_are_told_for_every_way_to_change_them(self):
        self.assertEqual(self.told('''
write('a', NEW)
os.rename('a', 'b')
os.mkdir('d')
here, d = os.open('.', os.O_RDONLY), os.open('d', os.O_RDONLY)
os.rename('b', 'c', src_dir_fd=here, dst_dir_fd=d)
os.link('d/c', 'hard')
os.symlink('nowhere', 'soft')
os.symlink('nowhere', 'soft2', dir_fd=d)
os.mkfifo('fifo')
os.unlink('hard')
os.unlink('c', dir_fd=d)
os.unlink(os.path.abspath('soft'))
os.unlink('./d/../d//soft2')
os.unlink('fifo')
os.rmdir('d')
'''), [('create', 'a'), ('write', 'a'), ('rename', 'b'), ('make-folder', 'd'), ('rename', 'd/c'),
       ('link', 'hard'), ('symlink', 'soft'), ('symlink', 'd/soft2'), ('make-node', 'fifo'),
       ('delete', 'hard'), ('delete', 'd/c'), ('delete', 'soft'), ('delete', 'd/soft2'),
       ('delete', 'fifo'), ('delete-folder', 'd')])

    def test_a_rename_and_links_name_where_it_was(self):
        events = self.do('''
write('a', NEW)
os.rename('a', 'b')
os.link('b', 'c')
os.symlink('../somewhere', 'd')
''')
        self.assertEqual([e['windhover']['file']['source'] for e in events[2:]],
                         [self.path('a'), self.path('b'), '../somewhere'])

    def test_what_fails_is_not_told(self):
        self.assertEqual(self.told('''
for deed in (lambda: os.unlink('none'), lambda: os.rename('none', 'b'), lambda: os.mkdir('.'),
             lambda: os.link('none', 'x'), lambda: os.chmod('none', 0), lambda: os.rmdir('none'),
             lambda: os.open('none', os.O_WRONLY), lambda: os.symlink('x', '.')):
    try:
        deed()
    except OSError:
        continue
    raise AssertionError
'''), [])

    def test_modes_owners_and_attributes_are_told(self):
        with open(self.path('f'), 'w'):
            pass
        events = self.do('''
os.chmod('f', 0o4755)
fd = os.open('f', os.O_RDONLY)
os.fchmod(fd, 0o2711)
os.chown('f', 12, 34)
os.fchown(fd, 56, -1)
os.lchown('f', -1, 78)
os.setxattr('f', 'user.one', b'1')
os.setxattr(fd, 'user.two', b'2')
os.removexattr('f', 'user.one')
os.removexattr(fd, 'user.two')
''')
        self.assertEqual({e['event']['dataset'] for e in events}, {'windhover.file_attributes'})
        told = [(e['windhover']['file']['action'], e['file'].get('mode'), e['file'].get('uid'),
                 e['file'].get('gid'), e['windhover']['file'].get('attribute')) for e in events]
        self.assertEqual(told[0][:2], ('set-mode', '4755'))
        self.assertEqual(told[1][:2], ('set-mode', '2711'))
        self.assertEqual(told[2][2:4], (12, 34))
        self.assertEqual(told[3][2], 56)
        self.assertEqual(told[4][3], 78)
        self.assertEqual([(t[0], t[4]) for t in told[5:]],
                         [('set-attribute', 'user.one'), ('set-attribute', 'user.two'),
                          ('remove-attribute', 'user.one'), ('remove-attribute', 'user.two')])

    def test_the_kernels_own_files_pipes_and_memory_are_no_files(self):
        begin = len(self.running.lines)
        self.assertEqual(self.told('''
with open('/proc/self/comm', 'w') as file: file.write('of-no-interest')
os.write(os.memfd_create('of-no-interest'), b'x')
r, w = os.pipe(); os.write(w, b'x'); os.close(w)
with open('/dev/null', 'w') as file: file.write('x')
'''), [])
        self.assertEqual([line for line in self.running.lines[begin:]
                          if 'of-no-interest"' in line or '"path":"/dev/null"' in line or
                          '"path":"/proc/' in line], [])

    def test_a_path_longer_than_any_name_keeps_its_tail(self):
        deep = '/'.join(['d' * 200] * 18)
        events = self.do(f'''
import itertools
for part in {deep!r}.split('/'):
    os.mkdir(part); os.chdir(part)
write('tail', NEW)
''')
        paths = [e['file']['path'] for e in events if e['windhover']['file']['action'] == 'create']
        self.assertEqual(paths, [os.path.join(self.folder, deep, 'tail')])

    def test_within_another_root_the_path_from_outside_it_is_told(self):
        os.mkdir(self.path('root'))
        self.assertEqual(self.told('''
os.chroot('root')
write('/made', NEW)
os.unlink('/made')
'''), [('create', 'root/made'), ('write', 'root/made'), ('delete', 'root/made')])

    def test_what_is_done_in_guests_is_told_here_too(self):
        # Elsewhere, so that nothing of it is heard below.
        with tempfile.TemporaryDirectory() as elsewhere:
            done = subprocess.run([DEEDS, elsewhere], check=True, stdout=subprocess.PIPE, text=True)
        told = [(e['windhover']['file']['action'], os.path.relpath(e['file']['path'], self.folder))
                for e in self.run_and_hear([DEEDS, self.folder])]
        self.assertEqual([' '.join(one) for one in told], done.stdout.splitlines())

    def test_of_many_files_each_is_told_once(self):
        count = 500  # that surely fits into the ring
        told = self.run_and_hear([STORM, str(count), '2', self.folder])
        for kind in KINDS:
            paths = [e['file']['path'] for e in told if e['event']['action'] == kind]
            self.assertEqual((len(paths), len(set(paths))), (count, count), kind)

    def test_rules_of_others_for_file_events_find_what_they_are_for(self):
        data = os.environ.get('WINDHOVER_DATA') or os.path.join(
            sensor.HERE, '..', '..', '..', 'shared', 'data')
        rules = os.path.join(data, 'sigma/rules/linux/file_event')
        if not os.path.isdir(rules):
            self.skipTest('no rules of others here')
        os.makedirs(self.path('etc/profile.d'))
        wget = self.path('wget')
        shutil.copy(os.path.realpath(shutil.which('perl')), wget)
        made = [self.path(name) for name in (
            'etc/doas.conf', 'etc/profile.d/x.sh', 'etc/cron.allow', 'ebpfbackdoor',
            '{base64,-d}')]
        with sensor.Sensor('--pack', sensor.build_pack(self.folder, rules)) as running:
            for path in made:
                with open(path, 'w'):
                    pass
            subprocess.run([wget, '-e', 'open F, ">", $ARGV[0]', self.path('downloaded')],
                           check=True)
            for path in [*made, self.path('downloaded')]:
                sensor.wait_until(path, lambda: running.alerts(f'"path":"{path}"'))

    def test_in_a_storm_what_is_not_told_is_counted(self):
        rules = []
        for category, identity in SOURCES.items():
            rules.append(self.path(f'{category}.yml'))
            with open(rules[-1], 'w') as file:
                file.write(EVERY_SOURCE.format(id=identity, category=category))
        pack = sensor.build_pack(self.folder, *rules)
        with sensor.Sensor('--pack', pack) as running:
            subprocess.run([STORM, str(FILES), '2', self.folder], check=True)
            running.stop()
            about = running.health('sensor-stopped')['windhover']
        for kind in KINDS:
            made, seen, lost = (about[of][kind] for of in ('made', 'events', 'lost'))
            self.assertEqual(made, seen + lost, kind)
            # Others on this machine have files, too.
            self.assertGreaterEqual(made, FILES, kind)
            print(f'\n{kind}: {FILES} files, {made} made, {seen} seen, {lost} lost', end='')
        self.assertEqual(about['lost']['exec'], 0)


if __name__ == '__main__':
    sensor.main()
