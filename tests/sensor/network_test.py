# SPDX-License-Identifier: Apache-2.0
"""What the sensor tells of the network is what was done, and by whom."""
import collections
import json
import os
import re
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import unittest

import sensor

TRAFFIC = os.environ.get('WINDHOVER_TRAFFIC', 'build/tests/sensor/traffic')
TRAFFIC_COUNT = int(os.environ.get('WINDHOVER_TRAFFIC_COUNT', '3000'))

# What the players of these tests share.
PRELUDE = '''
import os, socket, struct, sys, time
def listen(host, family=socket.AF_INET):
    s = socket.socket(family); s.bind((host, 0)); s.listen(); return s, s.getsockname()[1]
def datagram(host, port=0, family=socket.AF_INET):
    s = socket.socket(family, socket.SOCK_DGRAM); s.bind((host, port)); return s
def name_of(text):
    return b''.join(bytes([len(p)]) + p.encode() for p in text.split('.')) + bytes(1)
def question(name, kind=1, number=7):
    return struct.pack('!6H', number, 0x100, 1, 0, 0, 0) + name_of(name) + struct.pack('!2H', kind, 1)
def answer(asked, *records, status=0):
    head = asked[:2] + struct.pack('!5H', 0x8180 | status, 1, len(records), 0, 0)
    return head + asked[12:] + b''.join(b'\\xc0\\x0c' + struct.pack('!HHIH', kind, 1, 60, len(data))
                                        + data for kind, data in records)
'''


def play(code, *before):
    """The events of a Python program, as windhover record has them."""
    with tempfile.NamedTemporaryFile() as out:
        subprocess.run([sensor.program('windhover'), 'record', '--output', out.name, '--', *before,
                        sys.executable, '-c', PRELUDE + code], check=True,
                       stdout=subprocess.DEVNULL)
        return [json.loads(line) for line in out.read().splitlines()]


def of(events, *actions):
    return [e for e in events if e['event']['action'] in actions]


def ends(event):
    return (event['source']['ip'], event['source']['port'],
            event['destination']['ip'], event['destination']['port'])


class Connections(unittest.TestCase):
    def assert_connection(self, events, address):
        """A connection to ${address}: begun, come in, ended at both ends, told alike."""
        begun, = of(events, 'connect')
        come, = of(events, 'accept')
        self.assertEqual(ends(begun), ends(come))
        self.assertEqual(begun['destination']['ip'], address)
        self.assertNotEqual(begun['source']['port'], 0)
        self.assertIs(begun['windhover']['initiated'], True)
        self.assertIs(come['windhover']['initiated'], False)
        self.assertEqual({e['network']['transport'] for e in (begun, come)}, {'tcp'})
        ended = {e['windhover']['socket']['id']: e for e in of(events, 'close')}
        self.assertEqual(set(ended), {e['windhover']['socket']['id'] for e in (begun, come)})
        for event in ended.values():
            self.assertEqual(ends(event), ends(begun))
            self.assertGreater(event['event']['duration'], 0)
        return [ended[e['windhover']['socket']['id']] for e in (begun, come)]

    def test_a_connection_is_told_by_both_its_ends(self):
        events = play('l, port = listen("127.0.0.1")\n'
                      'c = socket.create_connection(("127.0.0.1", port)); a, _ = l.accept()\n'
                      'c.sendall(bytes(1000)); assert a.recv(1000, socket.MSG_WAITALL)\n'
                      'a.sendall(bytes(77)); assert c.recv(77, socket.MSG_WAITALL)\n'
                      'c.close(); assert a.recv(1) == b""; a.close()\n')
        out, come = (e['windhover']['socket'] for e in self.assert_connection(events, '127.0.0.1'))
        self.assertEqual((out['bytes_sent'], out['bytes_received']), (1000, 77))
        self.assertEqual((come['bytes_sent'], come['bytes_received']), (77, 1000))
        self.assertNotIn('error', out)
        begun, = of(events, 'connect')
        self.assertEqual(begun['process']['executable'], os.path.realpath(sys.executable))
        self.assertEqual(begun['process']['parent']['name'], 'windhover')
        self.assertEqual(begun['user']['id'], os.getuid())
        self.assertEqual(begun['event']['category'], ['network'])
        self.assertEqual(begun['windhover']['namespace']['network'],
                         os.stat('/proc/self/ns/net').st_ino)

    @unittest.skipUnless(socket.has_ipv6 and os.path.exists('/proc/net/if_inet6'),
                         'skipped: no IPv6 here')
    def test_ipv6_is_told_as_such(self):
        events = play('l, port = listen("::1", socket.AF_INET6)\n'
                      'c = socket.create_connection(("::1", port)); a, _ = l.accept()\n'
                      'c.close(); a.recv(1); a.close()\n')
        self.assert_connection(events, '::1')

    @unittest.skipUnless(socket.has_ipv6 and os.path.exists('/proc/net/if_inet6'),
                         'skipped: no IPv6 here')
    def test_ipv4_in_ipv6_is_told_as_ipv4(self):
        events = play('l, port = listen("::", socket.AF_INET6)\n'
                      'c = socket.create_connection(("127.0.0.1", port)); a, _ = l.accept()\n'
                      'c.close(); a.recv(1); a.close()\n')
        self.assert_connection(events, '127.0.0.1')
        self.assertEqual(of(events, 'listen')[0]['windhover']['listen']['ip'], '::')

    def test_a_listener_is_told_with_the_port_that_it_got(self):
        events = play('s = socket.socket(); s.listen()\n'
                      'os.execvp("sh", ["sh", "-c", "exit 0", str(s.getsockname()[1])])')
        event, = of(events, 'listen')
        port = int(of(events, 'exec')[-1]['process']['args'][3])
        self.assertEqual(event['windhover']['listen'], {'ip': '0.0.0.0', 'port': port})
        self.assertEqual(event['event']['dataset'], 'windhover.network_listen')

    def test_an_end_says_what_went_wrong(self):
        events = play('l, port = listen("127.0.0.1"); l.close()\n'
                      'try: socket.create_connection(("127.0.0.1", port))\n'
                      'except ConnectionRefusedError: pass\n'
                      'l, port = listen("127.0.0.1")\n'
                      'c = socket.create_connection(("127.0.0.1", port)); a, _ = l.accept()\n'
                      'a.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))\n'
                      'a.close()\n'
                      'try: c.recv(1)\n'
                      'except ConnectionResetError: pass\n')
        first, second = of(events, 'connect')
        errors = {e['windhover']['socket']['id']: e['windhover']['socket'].get('error')
                  for e in of(events, 'close')}
        self.assertEqual(errors[first['windhover']['socket']['id']], 'refused')
        self.assertEqual(errors[second['windhover']['socket']['id']], 'reset')

    def test_the_first_datagram_between_two_ends_is_told_once_by_each(self):
        events = play('a, b = datagram("127.0.0.1"), datagram("127.0.0.1")\n'
                      'c = datagram("127.0.0.1")\n'
                      'for _ in range(3):\n'
                      '    a.sendto(b"abc", b.getsockname()); _, who = b.recvfrom(9)\n'
                      '    b.sendto(b"defgh", who); a.recv(9)\n'
                      'a.sendto(b"x", c.getsockname()); c.recv(9)\n'
                      'a.close(); b.close(); c.close()\n')
        told = of(events, 'datagram')
        self.assertEqual([e['windhover']['initiated'] for e in told], [True, False, True, False])
        self.assertEqual(ends(told[0]), ends(told[1]))
        self.assertEqual(ends(told[2]), ends(told[3]))
        self.assertEqual({e['network']['transport'] for e in told}, {'udp'})
        counts = [(e['windhover']['socket']['bytes_sent'],
                   e['windhover']['socket']['bytes_received']) for e in of(events, 'close')]
        self.assertEqual(counts, [(10, 15), (15, 9), (0, 1)])

    def test_a_socket_belongs_to_who_uses_it(self):
        events = play('s = socket.socket(type=socket.SOCK_DGRAM); r = datagram("127.0.0.1")\n'
                      's.sendto(b"a", r.getsockname())\n'
                      'if os.fork() == 0:\n'
                      '    os.execv(sys.executable, ["child", "-c", "import socket, sys; socket.socket("\n'
                      '             "fileno=int(sys.argv[1])).sendto(b\'b\', (\'127.0.0.2\', 9))",\n'
                      '             str(os.dup2(s.fileno(), 100, inheritable=True))])\n'
                      'os.wait()\n')
        first, second = [e for e in of(events, 'datagram') if e['windhover']['initiated']]
        self.assertEqual(second['process']['command_line'].split()[0], 'child')
        self.assertEqual(second['process']['parent']['pid'], first['process']['pid'])
        self.assertEqual(first['windhover']['socket'], second['windhover']['socket'])

    def test_a_connect_that_sends_nothing_is_no_datagram(self):
        # As resolvers do, to learn which address they would have.
        events = play('s = socket.socket(type=socket.SOCK_DGRAM); s.connect(("127.0.0.1", 9))\n')
        self.assertEqual(of(events, 'datagram', 'close'), [])

    @unittest.skipUnless(shutil.which('unshare') and shutil.which('ip'),
                         'skipped: there is no unshare or no ip')
    def test_other_network_namespaces_are_seen_as_well(self):
        events = play('os.system("ip link set lo up"); l, port = listen("127.0.0.1")\n'
                      'c = socket.create_connection(("127.0.0.1", port)); a, _ = l.accept()\n'
                      'c.close(); a.recv(1); a.close()\n', 'unshare', '--net')
        self.assert_connection(events, '127.0.0.1')
        self.assertNotEqual(of(events, 'connect')[0]['windhover']['namespace']['network'],
                            os.stat('/proc/self/ns/net').st_ino)

    def test_a_server_from_before_the_sensor_is_known(self):
        code = ('import socket, sys; s = socket.socket(); s.bind(("127.0.0.1", 0)); s.listen()\n'
                'print(s.getsockname()[1], flush=True); a, _ = s.accept(); a.recv(1)')
        with subprocess.Popen([sys.executable, '-c', code], stdout=subprocess.PIPE,
                              text=True) as server:
            port = int(server.stdout.readline())
            with sensor.Sensor('--every-event') as running:
                with socket.create_connection(('127.0.0.1', port)):
                    pass
                event = sensor.wait_until('the accept', lambda: [
                    e for e in of(running.all_events(), 'accept')
                    if e['destination']['port'] == port])[0]
            server.wait()
        self.assertEqual(event['process']['pid'], server.pid)


    def test_a_second_choice_tells_the_same_of_an_end(self):
        # As on Linux 5.10.
        with sensor.Sensor() as running:
            part = list(running.started['windhover']['programs']).index('close')
        with sensor.Sensor('--every-event', '--test-refuse', str(1 << 32 << part)) as running:
            self.assertRegex(running.started['windhover']['programs']['close'], '^attached')
            with socket.create_server(('127.0.0.1', 0)) as server:
                with socket.create_connection(server.getsockname()) as out:
                    come, _ = server.accept()
                    out.sendall(bytes(1000))
                    self.assertTrue(come.recv(1000, socket.MSG_WAITALL))
                    come.sendall(bytes(77))
                    self.assertTrue(out.recv(77, socket.MSG_WAITALL))
                come.close()
                port = server.getsockname()[1]

            def counts():
                return sorted((e['windhover']['socket']['bytes_sent'],
                               e['windhover']['socket']['bytes_received'])
                              for e in of(running.all_events(), 'close')
                              if e['destination']['port'] == port)
            sensor.wait_until('both ends', lambda: counts() == [(77, 1000), (1000, 77)])

    @unittest.skipUnless(shutil.which('unshare'), 'skipped: there is no unshare')
    def test_without_the_unified_hierarchy_what_hangs_on_it_is_refused_in_a_sentence(self):
        # In a mount namespace of its own, so that nobody else misses it.
        script = ("awk '/ - cgroup2 /{print $5}' /proc/self/mountinfo | xargs -rn1 umount -l\n"
                  'exec "$0" doctor')
        told = subprocess.run(['unshare', '--mount', 'sh', '-c', script,
                               sensor.program('windhover')], stdout=subprocess.PIPE, text=True,
                              check=False).stdout
        states = dict(re.findall(r'^  ([a-z-]+) {2,}(.*)$', told.split('The sensor here')[1], re.M))
        for part in ('socket-use', 'packet'):
            self.assertRegex(states[part], 'the unified hierarchy of control groups is not mounted')
        for part in ('exec', 'close'):
            self.assertRegex(states[part], '^attached')


class Names(unittest.TestCase):
    def test_a_question_and_its_answer_belong_to_who_asked(self):
        events = play('d = datagram("127.0.0.1", 53)\n'
                      'asker = os.fork()\n'
                      'if asker == 0:\n'
                      '    s = socket.socket(type=socket.SOCK_DGRAM)\n'
                      '    s.sendto(question("Www.Example.org", 28), ("127.0.0.1", 53)); s.recv(999)\n'
                      '    os._exit(0)\n'
                      'asked, who = d.recvfrom(999)\n'
                      'd.sendto(answer(asked, (5, name_of("edge.example.net")),\n'
                      '                (28, socket.inet_pton(socket.AF_INET6, "2001:db8::5"))), who)\n'
                      'os.waitpid(asker, 0)\n')
        asked, = of(events, 'dns')
        told, = of(events, 'dns-answer')
        asker = of(events, 'fork')[0]['process']['pid']
        for event in (asked, told):
            self.assertEqual(event['process']['pid'], asker)
            self.assertEqual(event['dns']['question'], {'name': 'Www.Example.org', 'type': 'AAAA'})
            self.assertEqual(event['windhover']['dns']['id'], 7)
            self.assertEqual(event['destination'], {'ip': '127.0.0.1', 'port': 53})
        self.assertEqual(ends(asked), ends(told))
        self.assertEqual(told['dns']['answers']['data'], ['edge.example.net', '2001:db8::5'])
        self.assertEqual(told['dns']['response_code'], 'NOERROR')
        self.assertEqual(asked['event']['dataset'], 'windhover.dns_query')
        self.assertEqual(told['event']['dataset'], 'windhover.dns_answer')

    def test_a_name_that_does_not_exist_has_its_status(self):
        events = play('d = datagram("127.0.0.1", 53)\n'
                      's = socket.socket(type=socket.SOCK_DGRAM); s.connect(("127.0.0.1", 53))\n'
                      's.send(question("nowhere.example", 16)); asked, who = d.recvfrom(999)\n'
                      'd.sendto(answer(asked, status=3), who); s.recv(999)\n')
        told, = of(events, 'dns-answer')
        self.assertEqual(told['dns']['response_code'], 'NXDOMAIN')
        self.assertEqual(told['windhover']['dns']['status'], 3)
        self.assertEqual(told['dns']['question']['type'], 'TXT')

    def test_over_tcp_messages_are_found_wherever_they_begin(self):
        events = play('l = socket.socket(); l.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)\n'
                      'l.bind(("127.0.0.1", 53)); l.listen()\n'
                      'c = socket.create_connection(("127.0.0.1", 53)); a, _ = l.accept()\n'
                      'c.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)\n'
                      'def framed(name): q = question(name); return struct.pack("!H", len(q)) + q\n'
                      'def push(data): c.sendall(data); assert a.recv(len(data), socket.MSG_WAITALL)\n'
                      'push(framed("one.example") + framed("two.example"))\n'
                      'push(framed("three.example")[:2]); push(framed("three.example")[2:])\n'
                      'push(framed("four.example") + framed("five.example")[:2])\n'
                      'push(framed("five.example")[2:] + framed("six.example"))\n'
                      'q = answer(question("six.example"), (1, bytes([192, 0, 2, 6])))\n'
                      'a.sendall(struct.pack("!H", len(q)) + q); c.recv(999)\n')
        self.assertEqual([e['dns']['question']['name'] for e in of(events, 'dns')],
                         [f'{name}.example' for name in
                          ('one', 'two', 'three', 'four', 'five', 'six')])
        told, = of(events, 'dns-answer')
        self.assertEqual(told['dns']['answers']['data'], ['192.0.2.6'])
        self.assertEqual(told['network']['transport'], 'tcp')

    def test_what_is_no_dns_on_its_port_says_so(self):
        events = play('d = datagram("127.0.0.1", 53)\n'
                      's = socket.socket(type=socket.SOCK_DGRAM)\n'
                      's.sendto(b"SSH-2.0-OpenSSH", ("127.0.0.1", 53)); d.recv(99)\n'
                      's.sendto(question("long.example") + bytes(3000), ("127.0.0.1", 53)); d.recv(9)\n')
        broken, cut = of(events, 'dns')
        self.assertIs(broken['windhover']['dns']['broken'], True)
        self.assertIs(cut['windhover']['dns']['cut'], True)
        self.assertEqual(cut['dns']['question']['name'], 'long.example')


class Counting(sensor.Sensor):
    """A sensor whose events are counted by kind and not kept."""

    def __init__(self, *options):
        self.seen = collections.Counter()
        super().__init__(*options)

    def _read(self, stream, lines):
        which = re.compile(r'"kind":"event".*?"action":"([a-z-]+)"')
        for line in stream:
            found = which.search(line, 0, 400)
            if found:
                self.seen[found[1]] += 1
            else:
                lines.append(line)


class Exactness(unittest.TestCase):
    def assert_exact(self, what, *actions):
        """Every one of so many, made as fast as can be, was told or counted as lost."""
        with subprocess.Popen([TRAFFIC, what, str(TRAFFIC_COUNT), '2'], stdin=subprocess.PIPE,
                              text=True) as traffic:
            with Counting('--follow', str(traffic.pid)) as running:
                traffic.communicate('go\n')
                self.assertEqual(traffic.returncode, 0)
                running.stop()
                about = running.health('sensor-stopped')['windhover']
        for action in actions:
            lost, told = about['lost'][action], running.seen[action]
            with self.subTest(action=action, told=told, lost=lost, lines=about['lost']['lines']):
                # What others did meanwhile is in the counters, and not in what is told.
                self.assertEqual(about['made'][action], about['events'][action] + lost)
                self.assertGreaterEqual(about['made'][action], TRAFFIC_COUNT)
                self.assertLessEqual(told, TRAFFIC_COUNT)
                # Between the sensor and this test a line may be lost, too, and is counted.
                if about['lost']['lines'] == 0:
                    self.assertGreaterEqual(told + lost, TRAFFIC_COUNT)

    def test_connections_told_and_lost_are_those_made(self):
        self.assert_exact('connect', 'connect', 'accept')

    def test_questions_told_and_lost_are_those_made(self):
        self.assert_exact('dns', 'dns')


if __name__ == '__main__':
    sensor.main()
