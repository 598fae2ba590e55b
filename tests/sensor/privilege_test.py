# SPDX-License-Identifier: Apache-2.0
"""Rights, namespaces, access to others, mounts and logins: what was done is what is told."""
import os
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

import sensor

RULES = os.path.join(sensor.HERE, '../../rules')
DEEDS = os.environ.get('WINDHOVER_DEEDS', 'build/tests/sensor/deeds')
ERRNO_EACCES, ERRNO_ENOENT = 13, 2
SIGTERM = 15


def do(name, *arguments, program=None):
    """Do a deed under a sensor; returns the deed's events, its pid, and the child it told of."""
    with tempfile.NamedTemporaryFile() as out:
        done = subprocess.run([sensor.program('windhover'), 'record', '--output', out.name, '--',
                               program or DEEDS, name, *arguments], check=True,
                              stdout=subprocess.PIPE, text=True)
        events = [json.loads(line) for line in out.read().splitlines()]
    pid = next(e['process']['pid'] for e in events if e['event']['action'] == 'exec' and
               e['process']['args'][1:2] == [name])
    child = [int(line.split()[1]) for line in done.stdout.splitlines()
             if line.startswith('child ')]
    return events, pid, child[0] if child else None


def of(events, action, pid):
    return [e for e in events if e['event']['action'] == action and e['process']['pid'] == pid]


def cgroup_root():
    for root in ('/sys/fs/cgroup/unified', '/sys/fs/cgroup'):
        if os.path.exists(f'{root}/cgroup.procs'):
            return root
    return None


class Privilege(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.folder)

    def assert_from_deeds(self, event):
        """It tells of its process what an event of any kind does."""
        self.assertEqual(event['process']['executable'], os.path.realpath(DEEDS))
        self.assertEqual(event['process']['parent']['name'], 'windhover')
        self.assertRegex(event['process']['entity_id'], '^[0-9a-f-]+$')

    def test_other_users_and_groups_are_told_with_those_before(self):
        events, pid, _ = do('credentials')
        group, user = of(events, 'credentials', pid)
        self.assert_from_deeds(user)
        self.assertEqual(group['windhover']['call'], 'setresgid')
        self.assertEqual(group['windhover']['previous']['group']['id'], os.getgid())
        self.assertEqual(group['user']['effective']['group']['id'], 4242)
        self.assertEqual(user['windhover']['call'], 'setresuid')
        self.assertEqual(user['windhover']['previous']['user'],
                         {'id': 0, 'effective': {'id': 0}})
        self.assertEqual(user['user']['id'], 4243)
        self.assertEqual(user['user']['effective']['id'], 4244)
        self.assertIn('CAP_SYS_ADMIN', user['windhover']['capabilities']['lost'])
        self.assertEqual(of(events, 'exit', pid)[0]['user']['id'], 4243)

    def test_capabilities_that_are_given_up_are_told(self):
        events, pid, _ = do('capabilities')
        event, = of(events, 'credentials', pid)
        self.assertEqual(event['windhover']['call'], 'capset')
        self.assertEqual(event['windhover']['capabilities'], {'lost': ['CAP_NET_RAW']})

    def test_a_setuid_program_tells_what_it_gives_and_to_whom(self):
        os.chmod(self.folder, 0o755)
        program = os.path.join(self.folder, 'deeds')
        shutil.copy(DEEDS, program)
        os.chmod(program, 0o4755)
        events, pid, _ = do('setuid-program', program)
        event = of(events, 'credentials', pid)[-1]
        self.assertEqual(event['windhover']['call'], 'execve')
        self.assertTrue(event['windhover']['setuid_program'])
        self.assertNotIn('setgid_program', event['windhover'])
        self.assertEqual(event['process']['executable'], program)
        self.assertEqual(event['windhover']['previous']['user']['effective']['id'], 4243)
        self.assertEqual((event['user']['id'], event['user']['effective']['id']), (4243, 0))
        self.assertIn('CAP_SYS_ADMIN', event['windhover']['capabilities']['gained'])

    def test_namespaces_that_are_left_are_told_by_kind_and_number(self):
        events, pid, _ = do('namespaces')
        event, = of(events, 'namespace', pid)
        self.assert_from_deeds(event)
        self.assertEqual(event['windhover']['call'], 'unshare')
        self.assertEqual(event['windhover']['namespace']['changed'], ['mount', 'uts'])
        self.assertNotIn('host', event['windhover']['namespace'])
        self.assertNotEqual(event['windhover']['namespace']['mount'],
                            os.stat('/proc/self/ns/mnt').st_ino)
        self.assertEqual(event['windhover']['namespace']['network'],
                         os.stat('/proc/self/ns/net').st_ino)

    def test_a_child_in_a_new_namespace_tells_of_it_itself(self):
        events, _, child = do('cloned')
        event, = of(events, 'namespace', child)
        self.assertEqual(event['windhover']['call'], 'clone')
        self.assertEqual(event['windhover']['namespace']['changed'], ['ipc'])
        self.assertEqual(event['process']['executable'], os.path.realpath(DEEDS))

    def test_a_namespace_that_is_entered_is_told_and_whether_it_is_the_hosts(self):
        events, pid, _ = do('entered')
        event = of(events, 'namespace', pid)[-1]
        self.assertEqual(event['windhover']['call'], 'setns')
        self.assertEqual(event['windhover']['namespace']['changed'], ['uts'])
        self.assertEqual(event['windhover']['namespace']['host'], ['uts'])

    def test_a_tracer_is_told_with_its_victim(self):
        events, pid, child = do('traced')
        event, = of(events, 'access', pid)
        self.assert_from_deeds(event)
        self.assertEqual(event['windhover']['call'], 'ptrace')
        self.assertEqual(event['windhover']['access'], 'attach')
        self.assertEqual(event['windhover']['target']['pid'], child)
        self.assertEqual(event['windhover']['target']['executable'], os.path.realpath(DEEDS))
        self.assertEqual(event['windhover']['target']['entity_id'],
                         of(events, 'fork', child)[0]['process']['entity_id'])

    def test_writing_into_anothers_memory_is_told_with_the_victim(self):
        events, pid, child = do('written')
        event, = of(events, 'access', pid)
        self.assertEqual(event['windhover']['call'], 'process_vm_writev')
        self.assertEqual(event['windhover']['access'], 'write')
        self.assertEqual(event['windhover']['target']['entity_id'],
                         of(events, 'fork', child)[0]['process']['entity_id'])

    def test_a_signal_is_told_where_its_target_is_protected(self):
        events, pid, child = do('signalled', 'sshd')
        event, = of(events, 'signal', pid)
        self.assertEqual(event['windhover']['signal'], {'number': SIGTERM, 'name': 'SIGTERM'})
        self.assertEqual(event['windhover']['target']['pid'], child)
        events, pid, _ = do('signalled', 'nobody')
        self.assertEqual(of(events, 'signal', pid), [])

    def test_a_bpf_program_that_is_loaded_is_told(self):
        events, pid, _ = do('bpf')
        event, = of(events, 'bpf', pid)
        self.assertEqual(event['windhover']['bpf']['type'], 'socket_filter')
        self.assertEqual(event['windhover']['bpf']['name'], 'deed')

    def test_mounts_are_told_with_their_places_types_and_flags(self):
        events, pid, _ = do('mounted', self.folder)
        made = [(e['windhover']['call'], e['windhover']['mount'])
                for e in of(events, 'mount', pid)]
        point = os.path.join(self.folder, 'point')
        self.assertEqual(made, [
            ('mount', {'point': '/', 'source': 'none', 'flags': ['recursive', 'private']}),
            ('mount', {'point': point, 'source': 'windhover', 'type': 'tmpfs',
                       'options': 'mode=0700', 'flags': ['nosuid']}),
            ('mount', {'point': point, 'source': 'none', 'flags': ['ro', 'remount']}),
            ('mount', {'point': self.folder, 'source': '/proc', 'flags': ['bind']}),
            ('umount2', {'point': self.folder, 'flags': ['lazy']})])

    def test_a_program_that_does_not_start_is_told_with_the_reason(self):
        events, pid, _ = do('failed', self.folder)
        told = [(e['windhover']['executable_as_typed'], e['windhover']['error'],
                 e['error']['code']) for e in of(events, 'exec-failed', pid)]
        self.assertEqual(told, [
            (os.path.join(self.folder, 'no-program'), 'EACCES', ERRNO_EACCES),
            ('/nowhere/at-all', 'ENOENT', ERRNO_ENOENT)])

    def start_with(self, marker, *options):
        """Under a sensor with these options, start a program whose environment has the marker."""
        with sensor.Sensor('--every-event', *options) as all_of_it:
            subprocess.run(['/bin/true', marker], check=True, stderr=subprocess.DEVNULL,
                           env={'LD_PRELOAD': f'/tmp/{marker}.so', 'SECRET': 'x'})
            event = sensor.wait_until('the event', lambda: [
                e for e in all_of_it.all_events() if e['event']['action'] == 'exec' and
                marker in e['process']['args']])[0]
            if options:
                sensor.wait_until('the alert', lambda: all_of_it.alerts(marker))
        return event['process']

    def test_the_environment_is_told_where_a_rule_reads_it_and_nowhere_else(self):
        marker = f'windhover-{os.urandom(6).hex()}'
        pack = sensor.build_pack(self.folder, f'{RULES}/stealth/preload_in_environment.yml')
        told = self.start_with(marker, '--pack', pack)
        self.assertEqual(told['env_vars'], [f'LD_PRELOAD=/tmp/{marker}.so'])
        self.assertNotIn('env_vars', self.start_with(marker))

    @unittest.skipUnless(os.path.exists('/proc/self/sessionid'), 'skipped: no login sessions')
    def test_a_login_is_told_once(self):
        events, pid, _ = do('logged-in', DEEDS)
        event, = of(events, 'session', pid)
        self.assertEqual(event['process']['session_leader']['user']['id'], 4243)
        self.assertGreater(event['windhover']['login_session'], 0)

    @unittest.skipUnless(cgroup_root(), 'skipped: no unified cgroups')
    def test_a_container_begins_with_its_first_process_and_ends_with_its_cgroup(self):
        name = os.urandom(32).hex()
        events, pid, child = do('contained', f'{cgroup_root()}/docker-{name}.scope')
        told = [e for e in events if e['event']['action'] == 'container']
        self.assertEqual([e['container']['id'] for e in told], [name, name])
        self.assertEqual([e['windhover']['container']['action'] for e in told],
                         ['start', 'stop'])
        self.assertEqual(told[0]['windhover']['target']['pid'], child)
        self.assertEqual(told[1]['process']['pid'], pid)


if __name__ == '__main__':
    sensor.main()
