# SPDX-License-Identifier: Apache-2.0
"""A service of the test's own: windhoverd with a state folder, and its operator."""
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, '..', 'sensor'))
import sensor  # noqa: E402  (found by the line above)

# Of this test alone: those of others at the same time would suspend the rule as a storm.
MARKER = f'windhover-slot-{os.urandom(6).hex()}'
RULE = """title: Number {number}
id: 00000000-0000-4000-8000-{number:012d}
logsource: {{category: process_creation, product: linux}}
detection:
  a: {{CommandLine|contains: '{text}'}}
  condition: a
level: high
"""


def make_pack(folder, name, *texts, burn=False):
    """A pack with one rule for each text, beside the one for the marker.

    With burn, each of them takes 2 ms for a match where the service obeys the test hook.
    """
    rules = os.path.join(folder, name + '.rules')
    os.makedirs(rules, exist_ok=True)
    for number, text in enumerate((MARKER, *texts)):
        with open(os.path.join(rules, f'{number}.yml'), 'w') as file:
            file.write(RULE.format(number=number, text=text))
            if burn and number:
                file.write('tags: [windhover.test-burn]\n')
    pack = os.path.join(folder, name + '.pack')
    subprocess.run([sensor.program('windhover'), 'pack', 'build', '-o', pack, rules], check=True,
                   capture_output=True)
    shown = subprocess.run([sensor.program('windhover'), 'pack', 'show', pack], check=True,
                           capture_output=True, text=True).stdout
    return pack, shown.split()[1]


class Service(sensor.Sensor):
    """A windhoverd with content; ends as an operator ends it, or with crash() as a machine does."""

    def __init__(self, folder, *options, wait=True):
        self.folder = folder
        self.socket = os.path.join(folder, 'run', 'keeper.sock')
        self.options = ['--state', os.path.join(folder, 'state'), '--socket', self.socket,
                        '--off-file', os.path.join(folder, 'off'),
                        '--command-line', os.path.join(folder, 'cmdline'),
                        '--test-boot', os.path.join(folder, 'boot'), '--recovery', '0', *options]
        for name, content in (('cmdline', 'quiet ro\n'), ('boot', 'first\n')):
            if not os.path.exists(os.path.join(folder, name)):
                self.put(name, content)
        self.wait = wait
        self.lines, self.errors = [], []
        self.process = subprocess.Popen(
            [sensor.program('windhoverd'), '--lines', '--with-parent', *self.options],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, errors='replace')
        self.readers = [threading.Thread(target=self._read, args=pair) for pair in
                        ((self.process.stdout, self.lines), (self.process.stderr, self.errors))]
        for reader in self.readers:
            reader.start()
        sensor.wait_until('the keeper', lambda: self.content('status')[0] == 0)
        if wait:
            self.started = sensor.wait_until('the sensor', lambda: self.health('sensor-started'))

    def put(self, name, content):
        with open(os.path.join(self.folder, name), 'w') as file:
            file.write(content)

    def content(self, *arguments):
        """(exit status, what it says) of windhover content."""
        done = subprocess.run([sensor.program('windhover'), 'content', *arguments, '--json',
                               '--socket', self.socket], capture_output=True, text=True)
        try:
            return done.returncode, json.loads(done.stdout)
        except ValueError:
            return done.returncode, {'sentence': done.stderr}

    def install(self, pack, *options):
        status, said = self.content('install', *options, pack)
        if status != 0:
            raise AssertionError(f'install: {status} {said} {self.errors[-5:]}')
        return said

    def status(self):
        status, said = self.content('status')
        return said if status == 0 else {}

    def until(self, **wanted):
        """The status, once it is as wanted."""
        def look():
            said = self.status()
            return said if all(said.get(key) == value for key, value in wanted.items()) else None
        try:
            return sensor.wait_until(f'the state {wanted}', look)
        except AssertionError as error:
            raise AssertionError(f'{error}: {self.status()} {self.errors[-5:]}') from None

    def keeper(self):
        return (sensor.below(self.process.pid, 'windhover-keeper') or [None])[0]

    def crash(self, new_boot=None):
        """All of it is gone in the same moment; with new_boot, the machine with it."""
        for pid in (self.process.pid, self.keeper(), self.sensor(), self.loader()):
            if pid:
                try:
                    os.kill(pid, signal.SIGKILL)
                except ProcessLookupError:
                    pass
        self.stop()
        if new_boot:
            self.put('boot', new_boot + '\n')


class Folder:
    """A place for one service's files."""

    def __enter__(self):
        self.path = tempfile.mkdtemp(prefix='windhover-slot-')
        return self.path

    def __exit__(self, *_):
        shutil.rmtree(self.path)
