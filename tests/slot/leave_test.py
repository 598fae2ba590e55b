# SPDX-License-Identifier: Apache-2.0
"""Sensors that make way for each other on a busy machine: each detection once, none lost."""
import os
import signal
import subprocess
import unittest

import service
import sensor

QUICK = ('--probation', '1', '--probation-events', '5', '--test-hook')
BURNS = 8      # rules that take 2 ms each for a marker
MARKERS = 100  # fewer than suspend their rule
KILLS = 4      # each within a batch


class Leave(unittest.TestCase):
    def setUp(self):
        self.place = service.Folder()
        self.folder = self.place.__enter__()
        self.addCleanup(self.place.__exit__)
        self.good, self.good_digest = service.make_pack(self.folder, 'good')
        self.slow, self.slow_digest = service.make_pack(
            self.folder, 'slow', *(service.MARKER for _ in range(BURNS)), burn=True)

    def let_pass(self, running, pack, digest):
        running.install(pack)

        def steady():
            subprocess.run(['/bin/true'], check=True)
            said = running.status()
            return said.get('state') == 'steady' and said.get('run') == digest
        sensor.wait_until('the end of probation', steady)

    def backlog(self, running):
        """Markers that wait in the ring; their numbers."""
        old = sensor.wait_until('the sensor', running.sensor)
        os.kill(old, signal.SIGSTOP)
        subprocess.run(['sh', '-c', f'i=0; while [ $i -lt {MARKERS} ]; do '
                        f'/bin/echo {service.MARKER}-$i-; i=$((i+1)); done'],
                       stdout=subprocess.DEVNULL, check=True)
        os.kill(old, signal.SIGCONT)
        return old

    def seen(self, running):
        """How often each marker was detected by the rule that both packs have."""
        found = {}
        for alert in running.alerts(service.MARKER + '-'):
            number = alert['process']['command_line'].split(service.MARKER + '-')[-1].rstrip('-')
            if alert['rule']['name'] == 'Number 0' and number.isdigit():
                found[int(number)] = found.get(int(number), 0) + 1
        return found

    def each_is_detected_once(self, leave):
        with service.Service(self.folder, *QUICK) as running:
            self.let_pass(running, self.good, self.good_digest)
            self.let_pass(running, self.slow, self.slow_digest)
            leave(running, self.backlog(running))
            sensor.wait_until('all markers', lambda: len(self.seen(running)) == MARKERS)
            # One that is told while its event is still judged is told again by the next sensor, if
            # this one is ended then: twice is better than never.
            again = [number for number, times in self.seen(running).items() if times > 1]
            self.assertLessEqual(len(again), 1, again)

    def test_a_sensor_that_makes_way_within_a_batch_loses_no_detection(self):
        def leave(running, _):
            self.assertEqual(running.content('rollback')[0], 0)
            running.until(run=self.good_digest, running=True)
        self.each_is_detected_once(leave)

    def test_one_that_is_killed_within_a_batch_loses_none_either(self):
        def kill(running, old):
            for _ in range(KILLS):
                before = len(self.seen(running))
                sensor.wait_until('more', lambda: len(self.seen(running)) > before)
                os.kill(old, signal.SIGKILL)
                old = sensor.wait_until('another one', lambda: running.sensor() not in (
                    None, old) and running.sensor())
        self.each_is_detected_once(kill)


if __name__ == '__main__':
    sensor.main()
