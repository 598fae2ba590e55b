# SPDX-License-Identifier: Apache-2.0
"""The sensor finds out by itself when it does not see, and says so; all is well while it does.

Needs root and BPF, and says that it skips where they are missing.
"""
import ctypes
import os
import re
import sys
import unittest

import sensor

BPF_LINK_GET_FD_BY_ID = 30
BPF_LINK_DETACH = 34


def bpf(command, number):
    attributes = ctypes.create_string_buffer(number.to_bytes(4, sys.byteorder), 128)
    return ctypes.CDLL(None, use_errno=True).syscall(sensor.SYS_BPF, command, attributes, 128)


def cgroup_links(pid):
    """Ids of the links to control groups that the process holds."""
    found = []
    for name in os.listdir(f'/proc/{pid}/fdinfo'):
        with open(f'/proc/{pid}/fdinfo/{name}') as file:
            told = file.read()
        if re.search(r'^link_type:\s*(cgroup|3)$', told, re.M):
            found.append(int(re.search(r'^link_id:\s*(\d+)$', told, re.M)[1]))
    return found


def detach(number):
    """As root may do from outside: the link is there, and does nothing."""
    link = bpf(BPF_LINK_GET_FD_BY_ID, number)
    if link < 0 or bpf(BPF_LINK_DETACH, link) < 0:
        raise OSError(ctypes.get_errno(), 'detach')
    os.close(link)


def deaf(line):
    return line['windhover']['self_check'].get('deaf', '')


class Deaf(unittest.TestCase):
    def test_all_that_the_marker_does_is_seen_and_told_to_nobody(self):
        with sensor.Sensor('--every-event', '--self-check', '5', '--metrics', '1') as running:
            def checked():
                line = running.health('metrics')
                return line if line and line['windhover']['self_check']['checks'] >= 2 else None
            line = sensor.wait_until('two checks', checked)
            self.assertEqual(deaf(line), '')
            self.assertIsNone(running.health('deaf'))
            for event in running.all_events():
                self.assertNotIn('windhover-marker-no-such-program', str(event))
                self.assertNotIn('.windhover-marker-', str(event))

    def test_a_program_that_is_detached_from_outside_raises_an_alert(self):
        with sensor.Sensor('--every-event', '--self-check', '5', '--metrics', '1') as running:
            links = cgroup_links(running.loader())
            if not links:
                self.skipTest('no program hangs on a control group here')
            sensor.wait_until('a check', lambda: [
                line for line in running.lines_of('metrics')
                if line['windhover']['self_check']['checks']])
            for number in links:
                detach(number)
            told = sensor.wait_until('the alert', lambda: running.health('deaf'))
            self.assertEqual(told['event']['kind'], 'alert')
            self.assertIn('dns', told['windhover']['health'])
            self.assertNotIn('exec', told['windhover']['health'])


if __name__ == '__main__':
    sensor.main()
