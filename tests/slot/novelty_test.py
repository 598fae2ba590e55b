# SPDX-License-Identifier: Apache-2.0
"""A pack that is the first on a host to use something: told, watched for longer, or asked about."""
import os
import pathlib
import signal
import subprocess
import time
import unittest

import service
import sensor

QUICK = ('--probation', '1', '--probation-events', '5')
HOUR = 3600
NOVEL = ['field ContainerId', 're', 'regex as a table']


def novel_rule(folder, text):
    """A rule's file that uses what no pack of service.make_pack does."""
    place = pathlib.Path(folder, f'{text}.rules')
    place.mkdir()
    (place / '0.yml').write_text(service.RULE.format(number=0, text=service.MARKER))
    (place / '1.yml').write_text(service.RULE.format(number=1, text='x').replace(
        "CommandLine|contains: 'x'", f"ContainerId|re: '^{text}+$'"))
    pack = f'{place}.pack'
    subprocess.run([sensor.program('windhover'), 'pack', 'build', '-o', pack, place], check=True,
                   capture_output=True)
    return pack


class Novelty(unittest.TestCase):
    def setUp(self):
        place = service.Folder()
        self.folder = place.__enter__()
        self.addCleanup(place.__exit__)
        self.good, self.good_digest = service.make_pack(self.folder, 'good')
        with service.Service(self.folder, *QUICK) as running:
            said = running.install(self.good)
            # Where nothing is known, all would be the first; that is no news.
            self.assertEqual(self.gate(said)['outcome'], 'not judged')
            self.pass_probation(running, self.good_digest)

    @staticmethod
    def gate(said):
        return next(gate for gate in said['proof']['gates'] if gate['gate'] == 'novelty')

    @staticmethod
    def pass_probation(running, digest):
        for _ in range(20):
            subprocess.run(['/bin/true'], check=True)
        running.until(state='steady', run=digest)

    def seconds_left(self, running):
        until = running.status()['probation']['until']
        return time.mktime(time.strptime(until[:19], '%Y-%m-%dT%H:%M:%S')) - time.mktime(
            time.gmtime())

    def test_what_is_first_to_use_something_is_told_and_watched_for_longer(self):
        with service.Service(self.folder, *QUICK, '--probation-novel', str(HOUR)) as running:
            other, digest = service.make_pack(self.folder, 'other', 'aaaaaaaaaa')
            said = running.install(other)
            self.assertEqual((self.gate(said)['outcome'], said['proof']['novel']), ('passed', []))
            self.pass_probation(running, digest)
            said = running.install(novel_rule(self.folder, 'a'))
            self.assertEqual((self.gate(said)['outcome'], sorted(said['proof']['novel'])),
                             ('passed', NOVEL))
            self.assertIn('first to use here: re, regex as a table, field ContainerId',
                          self.gate(said)['sentence'])
            self.assertGreater(self.seconds_left(running), HOUR / 2)
            # A keeper that begins anew still knows.
            before = running.keeper()
            os.kill(before, signal.SIGKILL)
            sensor.wait_until('another keeper', lambda: running.keeper() not in (None, before) and
                              running.status().get('state') == 'probation')
            self.assertGreater(self.seconds_left(running), HOUR / 2)

    def test_the_operator_is_asked_once_where_policy_says_so(self):
        with service.Service(self.folder, *QUICK, '--ask-novel', '--probation-novel',
                             '1') as running:
            first = novel_rule(self.folder, 'a')
            status, said = running.content('install', first)
            self.assertEqual((status, said['proof']['refused_at']), (1, 'novelty'))
            self.assertEqual(running.status()['run'], self.good_digest)
            said = running.install(first, '--accept-novel')
            self.pass_probation(running, said['digest'])
            # Now it is known here.
            said = running.install(novel_rule(self.folder, 'b'))
            self.assertEqual(said['proof']['novel'], [])


if __name__ == '__main__':
    sensor.main()
