# SPDX-License-Identifier: Apache-2.0
"""The care for windhover-keeper: one that can't start, hangs, or ends is helped or replaced."""
import os
import signal
import subprocess
import unittest

import service
import sensor

QUICK = ('--probation', '1', '--probation-events', '5')


class Keeper(unittest.TestCase):
    def setUp(self):
        self.place = service.Folder()
        self.folder = self.place.__enter__()
        self.addCleanup(self.place.__exit__)
        self.content = os.path.join(self.folder, 'state', 'content')
        self.good, self.good_digest = service.make_pack(self.folder, 'good')

    def with_good(self):
        """A service whose good pack has passed its probation."""
        with service.Service(self.folder, *QUICK) as running:
            running.install(self.good)
            for _ in range(20):
                subprocess.run(['/bin/true'], check=True)
            running.until(state='steady', run=self.good_digest)

    def test_it_starts_on_a_folder_whose_packs_root_made(self):
        # As a tool does, or a power cut right before the keeper made its own.
        os.makedirs(os.path.join(self.content, 'packs'), 0o700)
        with service.Service(self.folder, wait=False) as running:
            self.assertEqual(running.status()['state'], 'safe')

    def test_it_starts_on_a_folder_that_was_another_users(self):
        self.with_good()
        # A backup that was put back; a system that gave the keeper another uid.
        for path, _, names in os.walk(self.content):
            for name in ('.', *names):
                os.chown(os.path.join(path, name), 12345, 12345)
        with service.Service(self.folder, wait=False) as running:
            running.until(state='steady', run=self.good_digest, running=True)

    def test_a_file_with_a_name_elsewhere_is_not_given_to_it(self):
        self.with_good()
        secret = os.path.join(self.folder, 'secret')
        with open(secret, 'w') as file:
            file.write('root only\n')
        os.link(secret, os.path.join(self.content, 'ledger.2'))
        os.symlink(secret, os.path.join(self.content, 'packs', 'a'))
        with service.Service(self.folder, wait=False) as running:
            running.until(state='steady', run=self.good_digest, running=True)
        self.assertEqual(os.stat(secret).st_uid, 0)

    def test_one_that_hangs_is_replaced_and_who_asked_is_answered(self):
        self.with_good()
        with service.Service(self.folder) as running:
            running.until(state='steady', run=self.good_digest, running=True)
            keeper = running.keeper()
            os.kill(keeper, signal.SIGSTOP)
            # The question waits for the next one.
            self.assertEqual(running.content('status')[0], 0)
            self.assertNotIn(running.keeper(), (None, keeper))
            self.assertTrue(any('windhover-keeper hangs' in line for line in running.errors))
            running.until(state='steady', run=self.good_digest, running=True)


if __name__ == '__main__':
    sensor.main()
