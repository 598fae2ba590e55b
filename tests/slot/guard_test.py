# SPDX-License-Identifier: Apache-2.0
"""The boot guard on a live host: a machine that went down is a service killed, and another boot."""
import os
import pathlib
import random
import subprocess
import unittest

import service
import sensor

QUICK = ('--probation', '1', '--probation-events', '5')


class Guard(unittest.TestCase):
    def setUp(self):
        self.place = service.Folder()
        self.folder = self.place.__enter__()
        self.addCleanup(self.place.__exit__)
        self.good, self.good_digest = service.make_pack(self.folder, 'good')
        self.other, self.other_digest = service.make_pack(self.folder, 'other', 'aaaaaaaaaa')
        with service.Service(self.folder, *QUICK) as running:
            running.install(self.good)
            for _ in range(20):
                subprocess.run(['/bin/true'], check=True)
            running.until(state='steady', run=self.good_digest)
            self.rung(running, 'full')

    def rung(self, running, wanted):
        return sensor.wait_until(f'the rung {wanted}', lambda: running.status().get(
            'guard', {}).get('rung') == wanted and running.status())

    def assert_no_sensor(self, running):
        self.assertIsNone(running.loader())
        self.assertIsNone(running.sensor())

    def assert_detects(self, running):
        marker = f'{service.MARKER}-{random.getrandbits(64):x}'

        def seen():
            subprocess.run(['/bin/echo', marker], stdout=subprocess.DEVNULL, check=True)
            return running.alerts(marker)
        sensor.wait_until('a detection', seen)

    def assert_without_bpf(self, running):
        """A sensor runs, it sees starts of programs, and the kernel holds nothing of ours."""
        sensor.wait_until('a sensor', running.sensor)
        self.assertEqual(sensor.bpf_programs_of(running.loader()), set())
        self.assertIn('no BPF', sensor.wait_until('its word', lambda: running.health(
            'sensor-started'))['windhover']['health'])
        self.assert_detects(running)

    def test_a_candidate_and_then_the_good_pack_take_the_machine_down(self):
        running = service.Service(self.folder, '--probation', '3600')
        running.until(run=self.good_digest, running=True)
        running.install(self.other)
        running.crash('second')
        # The first boot after it: the last known good, with all of the sensor.
        running = service.Service(self.folder)
        status = running.until(state='steady', run=self.good_digest, running=True)
        self.assertEqual(status['last_failure']['digest'], self.other_digest)
        self.rung(running, 'full')
        self.assertEqual(running.content('install', self.other)[0], 1)
        self.assert_detects(running)
        running.crash('third')
        # The second one: the machine is up, and the kernel is left alone.
        with service.Service(self.folder, wait=False) as running:
            status = self.rung(running, 'no-bpf')
            self.assertIn('reduced, no BPF', status['guard']['sentence'])
            self.assertIn(f'kernel {os.uname().release[:40]}, sensor ', status['guard']['sentence'])
            self.assertIn(f'pack {self.good_digest[:12]}: 1', status['guard']['sentence'])
            # And the same for whoever reads the log.
            told = sensor.wait_until('the line', lambda: running.health('boot-guard'))
            self.assertEqual(told['windhover']['health'], status['guard']['sentence'])
            self.assert_without_bpf(running)
        # Safe mode does not end by itself, also after it went well.
        with service.Service(self.folder, '--stable', '0', wait=False) as running:
            self.rung(running, 'no-bpf')
            self.assert_without_bpf(running)
            self.assertEqual(running.content('forgive', '--guard')[0], 0)
        with service.Service(self.folder) as running:
            self.rung(running, 'full')
            self.assert_detects(running)

    def test_the_good_pack_crashing_leads_down_rung_by_rung(self):
        running = service.Service(self.folder)
        for boot, rung in (('b', 'essential'), ('c', 'no-bpf'), ('d', 'off'), ('e', 'off')):
            running.until(state='steady')
            self.rung(running, {'essential': 'full', 'no-bpf': 'essential', 'off': 'no-bpf'}[rung]
                      if boot != 'e' else 'off')
            if rung == 'essential':
                sensor.wait_until('the sensor', running.sensor)
            if rung == 'no-bpf':
                programs = running.started['windhover']['programs']
                self.assertEqual(programs['exec'], 'attached')
                self.assertNotEqual(programs['fork'], 'attached')
                self.assert_detects(running)
            running.crash(boot)
            running = service.Service(self.folder, wait=rung == 'essential')
            self.rung(running, rung)
        self.assert_no_sensor(running)
        # Content can still be mended.
        self.assertEqual(running.content('status')[0], 0)
        running.stop()

    def test_another_pack_is_another_combination_and_gets_all_of_the_sensor(self):
        running = service.Service(self.folder)
        running.until(run=self.good_digest, running=True)
        running.crash('b')
        running = service.Service(self.folder, wait=False)
        self.rung(running, 'essential')
        running.crash('c')
        with service.Service(self.folder, *QUICK, wait=False) as running:
            self.rung(running, 'no-bpf')
            running.install(self.other)
            self.rung(running, 'full')
            sensor.wait_until('a sensor', running.sensor)
            self.assert_detects(running)

    def test_a_service_that_is_killed_and_started_again_is_no_crash_of_the_machine(self):
        for _ in range(3):
            running = service.Service(self.folder)
            running.until(run=self.good_digest, running=True)
            self.rung(running, 'full')
            running.crash()
        with service.Service(self.folder) as running:
            self.rung(running, 'full')
            self.assert_detects(running)

    def test_after_an_orderly_stop_or_a_stable_time_another_boot_is_no_crash(self):
        with service.Service(self.folder) as running:
            running.until(run=self.good_digest, running=True)
        running = service.Service(self.folder, '--stable', '0', '--test-boot',
                                  os.path.join(self.folder, 'boot'))
        running.until(run=self.good_digest, running=True)
        mark = os.path.join(self.folder, 'state', 'boot-guard')
        sensor.wait_until('the end of the mark', lambda: pathlib.Path(mark).read_bytes()[8] == 0)
        running.crash('other')
        with service.Service(self.folder) as running:
            self.rung(running, 'full')

    def crashed(self, pack):
        """The machine went down, with a new pack on probation."""
        running = service.Service(self.folder, '--probation', '3600')
        running.until(run=self.good_digest, running=True)
        running.install(pack)
        running.crash('second')

    def test_after_a_crash_only_content_may_change_and_a_cure_is_not_raced(self):
        cure, cure_digest = service.make_pack(self.folder, 'cure', 'bbbbbbbbbb')
        self.crashed(self.other)
        with service.Service(self.folder, '--recovery', '3600', *QUICK, wait=False) as running:
            status = self.rung(running, 'off')
            self.assertIn('for 3600 s; the machine went down', status['guard']['sentence'])
            self.assertEqual(running.until(state='steady', run=self.good_digest)['last_failure']
                             ['digest'], self.other_digest)
            self.assertEqual(running.content('install', self.other)[0], 1)
            self.assert_no_sensor(running)
            running.install(cure)
            self.rung(running, 'full')
            sensor.wait_until('a sensor', running.sensor)
            self.assert_detects(running)
            running.until(state='steady', run=cure_digest)

    def test_a_recovery_ends_by_itself_and_begins_once_for_each_crash(self):
        self.crashed(self.other)
        running = service.Service(self.folder, '--recovery', '3600', wait=False)
        self.rung(running, 'off')
        self.assert_no_sensor(running)
        running.stop()
        # Begun again, in the same boot or the next one: what was found was found once.
        running.put('boot', 'third\n')
        with service.Service(self.folder, '--recovery', '3600') as running:
            self.rung(running, 'full')
        self.crashed(service.make_pack(self.folder, 'third', 'cccccccccc')[0])
        with service.Service(self.folder, '--recovery', '2', wait=False) as running:
            self.rung(running, 'off')
            self.rung(running, 'full')
            self.assert_detects(running)

    def test_without_a_mark_on_disk_the_kernel_is_not_touched(self):
        mark = os.path.join(self.folder, 'state', 'boot-guard')
        os.unlink(mark)
        # What no rename can replace stands in its place, also for root.
        os.mkdir(mark)
        with service.Service(self.folder, wait=False) as running:
            status = self.rung(running, 'no-bpf')
            self.assertIn('could not be written', status['guard']['sentence'])
            self.assert_without_bpf(running)
            # Once it can be, all of the sensor is loaded without anybody's doing.
            os.rmdir(mark)
            self.rung(running, 'full')
            sensor.wait_until('its programs', lambda: running.loader() and
                              sensor.bpf_programs_of(running.loader()))
            self.assert_detects(running)

    def test_a_damaged_mark_counts_as_one_crash(self):
        mark = os.path.join(self.folder, 'state', 'boot-guard')
        with open(mark, 'r+b') as file:
            file.write(b'garbage')
        with service.Service(self.folder) as running:
            self.rung(running, 'full')
            self.assertIn('damaged', ''.join(running.errors))
            self.assert_detects(running)

    def test_the_kernels_command_line_and_a_file_switch_the_sensor_off(self):
        for line, rung in (('ro windhover.off quiet', 'off'), ('windhover.nobpf', 'no-bpf')):
            with open(os.path.join(self.folder, 'cmdline'), 'w') as file:
                file.write(line + '\n')
            with service.Service(self.folder, wait=False) as running:
                status = self.rung(running, rung)
                self.assertIn('command line', status['guard']['sentence'])
                if rung == 'off':
                    self.assert_no_sensor(running)
                else:
                    self.assert_without_bpf(running)
        os.unlink(os.path.join(self.folder, 'cmdline'))
        with service.Service(self.folder) as running:
            self.rung(running, 'full')
            running.put('off', '')
            sensor.wait_until('the end of the sensor',
                              lambda: not running.loader() and not running.sensor())
            os.unlink(os.path.join(self.folder, 'off'))
            sensor.wait_until('another sensor', running.sensor)
            self.assert_detects(running)


if __name__ == '__main__':
    sensor.main()
