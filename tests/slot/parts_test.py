# SPDX-License-Identifier: Apache-2.0
"""What a pack asks for is attached while it is asked for, beside what is there: no event is lost.

Needs root and BPF, and says that it skips where they are missing.
"""
import os
import random
import signal
import subprocess
import sys
import time
import unittest

import service

sys.path.insert(0, os.path.join(service.HERE, '..', 'sensor'))
import sensor  # noqa: E402  (found by the line above)

EXECS = 1000
MANY = ('--rule-alerts', '1000000')  # the breaker has no say in what is counted
QUICK = ('--probation', '1', '--probation-events', '5')
MORE = """title: More {number}
id: 00000000-0000-4000-8000-0000000001{number:02d}
logsource: {{category: {category}, product: linux}}
detection:
  a: {{Image|endswith: '/no-such-{category}'}}
  condition: a
level: low
"""


def parts(line):
    """{part: state} of a line about the sensor itself."""
    return line['windhover']['programs']


def attached(line):
    return {name for name, state in parts(line).items() if state == 'attached'}


class Parts(unittest.TestCase):
    def setUp(self):
        self.place = service.Folder()
        self.folder = self.place.__enter__()
        self.addCleanup(self.place.__exit__)

    def pack(self, name, *categories):
        """(path, digest) of a pack with the marker's rule, and one for each category."""
        rules = os.path.join(self.folder, name + '.rules')
        os.makedirs(rules)
        for number, category in enumerate(categories):
            with open(os.path.join(rules, category + '.yml'), 'w') as file:
                file.write(MORE.format(number=number, category=category))
        return service.make_pack(self.folder, name)

    def test_only_what_a_rule_asks_for_is_attached(self):
        few, _ = self.pack('few')
        more, _ = self.pack('more', 'network_listen', 'namespace')
        with sensor.Sensor('--pack', few) as running:
            self.assertEqual(attached(running.started), {'fork', 'exec', 'exit'})
            self.assertEqual(parts(running.started)['listen'], 'not wanted')
            self.assertEqual(running.started['windhover']['health'], '3 of 3 programs attached')
        with sensor.Sensor('--pack', more) as running:
            self.assertEqual(attached(running.started),
                             {'fork', 'exec', 'exit', 'listen', 'namespace'})
        with sensor.Sensor('--pack', few, '--every-event') as running:
            self.assertNotIn('not wanted', parts(running.started).values())

    def test_a_further_loader_that_dies_is_replaced_and_that_is_told(self):
        more, _ = self.pack('more', 'network_listen', 'namespace')
        with sensor.Sensor('--pack', more) as running:
            before = attached(running.started)
            loaders = sensor.below(running.process.pid, 'windhover-loader')
            self.assertEqual(len(loaders), 2)
            # The later one: the sensor and the first set stay as they are.
            pid, first = running.sensor(), min(loaders)
            os.kill(max(loaders), signal.SIGKILL)
            lines = sensor.wait_until('both changes', lambda: [
                line for line in running.lines_of('coverage-changed')
                if running.count('coverage-changed') >= 2])
            self.assertEqual(parts(lines[0])['listen'], 'not wanted')
            self.assertEqual(attached(lines[-1]), before)
            self.assertEqual(running.sensor(), pid)
            self.assertIn(first, sensor.below(running.process.pid, 'windhover-loader'))

    def test_no_event_is_lost_while_packs_come_that_ask_for_more_and_for_less(self):
        few, few_digest = self.pack('few')
        more, more_digest = self.pack('more', 'network_listen', 'namespace', 'mount')
        with service.Service(self.folder, *QUICK, *MANY) as running:
            for pack, digest in ((more, more_digest), (few, few_digest)):
                running.install(pack, '--force-shrink')
                for _ in range(20):
                    subprocess.run(['/bin/true'], check=True)
                running.until(state='steady', run=digest, running=True)
            tag = f'{service.MARKER}-{random.getrandbits(48):x}'
            load = subprocess.Popen(
                ['sh', '-c', f'i=0; while [ $i -lt {EXECS} ]; do /bin/echo {tag}-$i-; '
                 'i=$((i+1)); sleep 0.004; done'], stdout=subprocess.DEVNULL)
            switches = 0
            while load.poll() is None or switches < 2:
                for digest in (more_digest, few_digest):
                    status, said = running.content('rollback', '--to', digest)
                    self.assertEqual(status, 0, said)
                    switches += 1
                    time.sleep(0.1)

            def seen():
                told = [alert['process']['args'] for alert in running.alerts(tag)
                        if alert['event']['action'] == 'exec']
                return [args[1] for args in told if args[0] == '/bin/echo']

            sensor.wait_until(f'all {EXECS}', lambda: len(set(seen())) == EXECS)
            # And none twice.
            self.assertEqual(len(seen()), EXECS)
            running.until(run=few_digest, running=True)
            had_all = [{'listen', 'namespace', 'mount'} <= attached(line)
                       for line in running.lines_of('sensor-started')]
            self.assertGreaterEqual(sum(had_all), 2)
            print(f'\n{EXECS} of {EXECS} over {switches} switches', end='')
        self.assertEqual(running.health('sensor-stopped')['windhover']['lost_events'], 0)


if __name__ == '__main__':
    sensor.main()
