# SPDX-License-Identifier: Apache-2.0
"""What the sensor tells of a process is what the process was."""
import calendar
import fcntl
import json
import os
import pty
import shutil
import struct
import subprocess
import sys
import tempfile
import time
import unittest

import sensor


TIOCGPTN = 0x80045430  # ioctl_tty(2): the number of a pseudo-terminal


def record(arguments, **options):
    """The events of one command, as windhover record has them."""
    with tempfile.NamedTemporaryFile() as out:
        subprocess.run([sensor.program('windhover'), 'record', '--output', out.name, '--',
                        *arguments], check=True, stdout=subprocess.DEVNULL, **options)
        return [json.loads(line) for line in out.read().splitlines()]


def python(code, *arguments):
    return [sys.executable, '-c', code, *arguments]


def of(events, action, **process):
    return [e for e in events if e['event']['action'] == action and
            all(e['process'].get(name) == value for name, value in process.items())]


class Events(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.folder)

    def copy_of_true(self, name):
        path = os.path.join(self.folder, name)
        shutil.copy('/bin/true', path)
        return path

    def one_exec(self, events, **process):
        found = of(events, 'exec', **process)
        self.assertEqual(len(found), 1, events)
        return found[0]

    def test_arguments_come_whole_up_to_the_bound_and_say_when_they_were_cut(self):
        true = self.copy_of_true('program')
        whole = ['x' * 9000, 'y' * 7000]
        event = self.one_exec(record([true, *whole]))
        self.assertEqual(event['process']['args'], [true, *whole])
        self.assertEqual(event['process']['command_line'], ' '.join([true, *whole]))
        self.assertNotIn('command_line_cut', event['windhover'])
        event = self.one_exec(record([true, 'x' * 20000]))
        self.assertTrue(event['windhover']['command_line_cut'])
        self.assertEqual(len(event['process']['command_line']), 16384)

    def test_arguments_keep_blanks_emptiness_and_every_alphabet(self):
        true = self.copy_of_true('program')
        arguments = [true, '', ' a  b ', 'wörld', '日本語', '"quoted"\n', '🐦']
        event = self.one_exec(record(arguments))
        self.assertEqual(event['process']['args'], arguments)

    def test_bytes_that_are_no_text_are_marked_and_the_line_stays_json(self):
        true = self.copy_of_true('program')
        event = self.one_exec(record([true.encode(), b'a\xff\xfeb']))
        self.assertEqual(event['process']['args'][1], 'a\ufffd\ufffdb')

    def test_the_working_directory_is_where_it_was_started(self):
        there = os.path.join(self.folder, 'über', 'there')
        os.makedirs(there)
        event = self.one_exec(record(['/bin/true'], cwd=there))
        self.assertEqual(event['process']['working_directory'], there)
        event = self.one_exec(record(['/bin/true'], cwd='/'))
        self.assertEqual(event['process']['working_directory'], '/')

    def test_a_link_is_followed_and_what_was_typed_is_kept(self):
        true = self.copy_of_true('program')
        link = os.path.join(self.folder, 'link')
        os.symlink(true, link)
        event = self.one_exec(record([link]))
        self.assertEqual(event['process']['executable'], true)
        self.assertEqual(event['process']['name'], 'program')
        self.assertEqual(event['windhover']['executable_as_typed'], link)

    def test_a_script_shows_its_interpreter_and_itself(self):
        script = os.path.join(self.folder, 'script')
        with open(script, 'w') as file:
            file.write('#!/bin/sh\n:\n')
        os.chmod(script, 0o755)
        event = self.one_exec(record([script, 'argument']))
        self.assertEqual(event['process']['executable'], os.path.realpath('/bin/sh'))
        self.assertEqual(event['windhover']['executable_as_typed'], script)
        self.assertEqual(event['windhover']['script'], {'path': script})
        self.assertEqual(event['process']['args'], ['/bin/sh', script, 'argument'])

    def test_a_deleted_program_keeps_its_path_and_says_that_it_is_gone(self):
        true = self.copy_of_true('gone')
        events = record(python('import os, sys; fd = os.open(sys.argv[1], os.O_PATH); '
                               'os.unlink(sys.argv[1]); os.execve(fd, ["x"], {})', true))
        event = of(events, 'exec')[-1]
        self.assertEqual(event['process']['executable'], true)
        self.assertTrue(event['windhover']['executable_deleted'])
        self.assertNotIn('executable_in_memory', event['windhover'])

    def test_a_program_that_was_never_on_disk_says_so(self):
        events = record(python('import os; fd = os.memfd_create("ghost"); '
                               'os.write(fd, open("/bin/true", "rb").read()); '
                               'os.execve(fd, ["x"], {})'))
        event = of(events, 'exec')[-1]
        self.assertEqual(event['process']['executable'], '/memfd:ghost')
        self.assertTrue(event['windhover']['executable_in_memory'])
        self.assertTrue(event['windhover']['executable_deleted'])

    def script_by_descriptor(self, make):
        """The last exec of a script that ${make}, a line of Python, opens as descriptor fd."""
        events = record(python('import os\n' + make + '\nos.set_inheritable(fd, True)\n'
                               'os.execve(fd, ["x"], {})', os.path.join(self.folder, 'script')))
        event = of(events, 'exec')[-1]
        self.assertEqual(event['process']['executable'], os.path.realpath('/bin/sh'))
        return event['windhover']

    def test_a_script_that_was_never_on_disk_says_so(self):
        told = self.script_by_descriptor(
            'fd = os.memfd_create("ghost", 0); os.write(fd, b"#!/bin/sh\\n:\\n")')
        self.assertEqual(told['script'], {'path': '/memfd:ghost', 'in_memory': True,
                                          'deleted': True})
        self.assertNotIn('executable_in_memory', told)

    def test_a_script_that_is_deleted_says_so_and_keeps_its_path(self):
        told = self.script_by_descriptor(
            'import sys; open(sys.argv[1], "w").write("#!/bin/sh\\n:\\n"); '
            'os.chmod(sys.argv[1], 0o755); fd = os.open(sys.argv[1], os.O_RDONLY); '
            'os.unlink(sys.argv[1])')
        self.assertEqual(told['script'], {'path': os.path.join(self.folder, 'script'),
                                          'deleted': True})

    def test_a_script_by_a_descriptor_shows_its_file(self):
        told = self.script_by_descriptor(
            'import sys; open(sys.argv[1], "w").write("#!/bin/sh\\n:\\n"); '
            'os.chmod(sys.argv[1], 0o755); fd = os.open(sys.argv[1], os.O_RDONLY)')
        self.assertEqual(told['script'], {'path': os.path.join(self.folder, 'script')})

    def test_of_an_environment_what_is_no_secret_is_told(self):
        environment = {'LD_LIBRARY_PATH': '/nowhere', 'API_TOKEN': 'secret', 'PATH': '/bin'}
        event = self.one_exec(record(['/bin/true'], env=environment))
        self.assertEqual(sorted(event['process']['env_vars']),
                         ['LD_LIBRARY_PATH=/nowhere', 'PATH=/bin'])
        self.assertNotIn('environment_cut', event['windhover'])
        environment = {'A': 'x' * 40000, 'LD_LIBRARY_PATH': '/nowhere'}
        event = self.one_exec(record(['/bin/true'], env=environment))
        self.assertTrue(event['windhover']['environment_cut'])

    def test_a_path_that_is_too_deep_is_cut_in_front_and_says_so(self):
        os.chdir(self.folder)
        self.addCleanup(os.chdir, sensor.HERE)
        for _ in range(150):
            os.mkdir('deep')
            os.chdir('deep')
        shutil.copy('/bin/true', 'program')
        event = self.one_exec(record(['./program']), name='program')
        self.assertTrue(event['windhover']['executable_cut'])
        self.assertTrue(event['process']['executable'].endswith('/deep/deep/program'))

    def test_users_are_those_that_the_program_runs_as(self):
        events = record(python('import os; os.setgid(4242); os.setreuid(4243, 4244); '
                               'os.execv("/bin/true", ["true"])'))
        event = of(events, 'exec', executable=os.path.realpath('/bin/true'))[0]
        self.assertEqual(event['user']['id'], 4243)
        self.assertEqual(event['user']['effective']['id'], 4244)
        self.assertEqual(event['group']['id'], 4242)
        self.assertNotIn('name', event['user'])
        self.assertEqual(of(events, 'exec')[0]['user']['name'], 'root')

    def test_exits_tell_the_code_or_the_signal(self):
        events = record(['sh', '-c', 'sh -c "exit 7"; sh -c "kill -9 \\$\\$"; exit 3'])
        ends = [(e['process'].get('exit_code'), e['windhover'].get('exit_signal'))
                for e in of(events, 'exit')]
        self.assertEqual(ends, [(7, None), (None, 9), (3, None)])

    def test_parents_and_ancestors_are_the_chain_of_starts(self):
        events = record(['sh', '-c', 'sh -c "sh -c /bin/true; :"; :'])
        execs = of(events, 'exec')
        self.assertEqual(len(execs), 4)
        for parent, child in zip(execs, execs[1:]):
            self.assertEqual(child['process']['parent']['entity_id'],
                             parent['process']['entity_id'])
            self.assertEqual(child['process']['parent']['pid'], parent['process']['pid'])
            self.assertEqual(child['process']['parent']['command_line'],
                             parent['process']['command_line'])
        pids = [e['process']['pid'] for e in reversed(execs)]
        self.assertEqual(execs[-1]['windhover']['ancestors']['pid'][:3], pids[1:])
        # And on to those that were there before the sensor.
        self.assertEqual(execs[0]['process']['parent']['name'], 'windhover')

    def test_who_lost_its_parent_still_has_the_one_that_started_it(self):
        code = ('import os, time\n'
                'if os.fork() == 0:\n'
                '    while os.getppid() == int(os.environ["STARTER"]): time.sleep(0.01)\n'
                '    os.execv("/bin/true", ["orphan"])\n')
        with sensor.Sensor('--every-event') as all_of_it:
            subprocess.run(['sh', '-c', 'STARTER=$$ exec "$0" -c "$1"', sys.executable, code],
                           check=True)
            orphan = sensor.wait_until('the orphan', lambda: of(
                all_of_it.all_events(), 'exec', args=['orphan']))[0]
        starter = of(all_of_it.all_events(), 'exec', pid=orphan['process']['parent']['pid'])
        self.assertEqual(starter[-1]['process']['args'][0], sys.executable)

    def test_a_thread_that_execs_is_its_process(self):
        events = record(python('import os, threading; t = threading.Thread(target=lambda: '
                               'os.execv("/bin/true", ["by-thread"])); t.start(); t.join()'))
        first, second = of(events, 'exec')
        self.assertEqual(second['process']['args'], ['by-thread'])
        self.assertEqual(first['process']['entity_id'], second['process']['entity_id'])
        self.assertEqual(len(of(events, 'exit')), 1)

    def test_a_process_of_many_threads_ends_once(self):
        events = record(python('import threading, time, os\n'
                               'for _ in range(20): threading.Thread(target=time.sleep, '
                               'args=(0.05,)).start()\n'))
        self.assertEqual(len(of(events, 'fork')), 0)
        self.assertEqual(len(of(events, 'exit')), 1)

    def test_a_terminal_is_named(self):
        with sensor.Sensor('--every-event') as all_of_it:
            pid, master = pty.fork()
            if pid == 0:
                os.execv('/bin/true', ['on-terminal'])
            os.waitpid(pid, 0)
            number, = struct.unpack('I', fcntl.ioctl(master, TIOCGPTN, bytes(4)))
            os.close(master)
            event = sensor.wait_until('the event', lambda: of(all_of_it.all_events(), 'exec',
                                                              args=['on-terminal']))[0]
        self.assertEqual(event['windhover']['tty'], f'pts/{number}')
        self.assertEqual(event['process']['session_leader']['pid'], pid)

    @unittest.skipUnless(shutil.which('unshare'), 'skipped: there is no unshare')
    def test_namespaces_are_the_process_own(self):
        events = record(['unshare', '--pid', '--mount', '--net', '--fork', '/bin/true'])
        outer, inner = of(events, 'exec')[0], of(events, 'exec')[-1]
        for which in ('pid', 'mnt', 'net', 'user'):
            name = {'mnt': 'mount', 'net': 'network'}.get(which, which)
            here = os.stat(f'/proc/self/ns/{which}').st_ino
            self.assertEqual(outer['windhover']['namespace'][name], here)
            if which == 'user':
                self.assertEqual(inner['windhover']['namespace'][name], here)
            else:
                self.assertNotEqual(inner['windhover']['namespace'][name], here)

    def test_a_container_is_known_by_its_cgroup(self):
        container = '0123456789abcdef' * 4
        for root in ('/sys/fs/cgroup/unified', '/sys/fs/cgroup/memory', '/sys/fs/cgroup'):
            folder = f'{root}/windhover-test-docker-{container}.scope'
            try:
                os.mkdir(folder)
                break
            except OSError:
                continue
        else:
            self.skipTest('skipped: no cgroup can be made')
        self.addCleanup(os.rmdir, folder)
        events = record(['sh', '-c', f'echo $$ > {folder}/cgroup.procs; exec /bin/true'])
        event = of(events, 'exec')[-1]
        self.assertTrue(event['windhover']['cgroup']['path'].endswith(os.path.basename(folder)))
        self.assertEqual(event['container']['id'], container)

    def test_times_are_those_of_the_event_in_utc(self):
        before = time.time()
        event = self.one_exec(record(['/bin/true']))
        after = time.time()
        stamp = event['@timestamp']
        self.assertTrue(stamp.endswith('Z'))
        whole = time.strptime(stamp[:19], '%Y-%m-%dT%H:%M:%S')
        at = calendar.timegm(whole) + float('0' + stamp[19:-1])
        self.assertTrue(before - 0.1 <= at <= after + 0.1, (before, at, after))


if __name__ == '__main__':
    sensor.main()
