# SPDX-License-Identifier: Apache-2.0
"""A sensor of the test's own: started, listened to, and ended, with nothing left behind.

Other sensors may run on the machine: whatever is signalled here was found below a process that
the test started, by its pid.
"""
import ctypes
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
import unittest

PROGRAMS = os.environ.get('WINDHOVER_PROGRAMS', 'build/programs')
STARTS = os.environ.get('WINDHOVER_STARTS', 'build/tests/sensor/starts')
HERE = os.path.dirname(os.path.abspath(__file__))
PATIENCE = 30  # seconds: no verdict depends on it, only how long a failure takes
SKIPPED = 77


def program(name):
    return os.path.abspath(os.path.join(PROGRAMS, name))


def obstacle():
    """Why no sensor can run here, or None."""
    if os.geteuid() != 0:
        return 'needs root'
    if not os.path.exists(program('windhoverd')):
        return 'this build has no live sensor'
    done = subprocess.run([program('windhover'), 'doctor', '--json'], capture_output=True,
                          text=True)
    if done.returncode == 2:
        return json.loads(done.stdout)['sensor'].get('obstacle', 'no program attaches')
    return None


def main():
    why = obstacle()
    if why:
        print(f'skipped: {why}')
        sys.exit(SKIPPED)
    unittest.main(verbosity=2)


def wait_until(what, condition):
    """The first truth that condition() returns; fails with ${what} when patience ends."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        found = condition()
        if found:
            return found
        time.sleep(0.01)
    raise AssertionError(f'waited {PATIENCE} s for {what}')


def comm(pid):
    try:
        with open(f'/proc/{pid}/comm') as file:
            return file.read().strip()
    except OSError:
        return None


def children(pid):
    try:
        with open(f'/proc/{pid}/task/{pid}/children') as file:
            return [int(child) for child in file.read().split()]
    except OSError:
        return []


def below(pid, name):
    """The pids of the programs called ${name} among the descendants of ${pid}."""
    found = []
    for child in children(pid):
        # comm has at most 15 characters
        if comm(child) == name[:15]:
            found.append(child)
        found += below(child, name)
    return found


def bpf_programs_of(pid):
    """Ids of the BPF programs that the process holds."""
    ids = set()
    try:
        for name in os.listdir(f'/proc/{pid}/fdinfo'):
            with open(f'/proc/{pid}/fdinfo/{name}') as file:
                ids |= {int(found) for found in re.findall(r'prog_id:\s*(\d+)', file.read())}
    except OSError:
        pass
    return ids


BPF_PROG_GET_FD_BY_ID = 13
SYS_BPF = {'x86_64': 321, 'aarch64': 280}[os.uname().machine]


def bpf_program_exists(number):
    attributes = ctypes.create_string_buffer(number.to_bytes(4, sys.byteorder), 128)
    fd = ctypes.CDLL(None, use_errno=True).syscall(SYS_BPF, BPF_PROG_GET_FD_BY_ID, attributes, 128)
    if fd >= 0:
        os.close(fd)
    return fd >= 0


def build_pack(folder, *rules):
    pack = os.path.join(folder, 'test.pack')
    subprocess.run([program('windhover'), 'pack', 'build', '-o', pack, *rules], check=True,
                   capture_output=True)
    return pack


def own_marker(folder):
    """(rule, word): the marker for this test alone.

    Sensors see all of the machine: the markers of other tests set off the same rule here, and
    enough of them its breaker, which then keeps the one that is waited for.
    """
    word = f'windhover-own-marker-{os.urandom(6).hex()}'
    rule = os.path.join(folder, 'own-marker.yml')
    with open(os.path.join(HERE, 'marker.yml')) as source, open(rule, 'w') as file:
        file.write(source.read().replace('windhover-test-marker', word))
    return rule, word


class Sensor:
    """A windhoverd (or, with run=True, a windhover run --json) and every line that it writes."""

    def __init__(self, *options, run=False):
        if run:
            command = [program('windhover'), 'run', '--json', *options]
        else:
            command = [program('windhoverd'), '--lines', '--with-parent', *options]
        self.lines = []
        self.errors = []
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                        text=True, errors='replace')
        self.readers = [threading.Thread(target=self._read, args=pair) for pair in
                        ((self.process.stdout, self.lines), (self.process.stderr, self.errors))]
        for reader in self.readers:
            reader.start()
        self.started = wait_until('the start of the sensor', lambda: self.health('sensor-started'))

    @staticmethod
    def _read(stream, lines):
        for line in stream:
            lines.append(line)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        """End it as an operator does; returns its exit status."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        status = self.process.wait(PATIENCE)
        for reader in self.readers:
            reader.join()
        self.process.stdout.close()
        self.process.stderr.close()
        return status

    def health(self, action):
        """The newest line of this kind about the sensor itself."""
        wanted = f'"action":"{action}"'
        for line in reversed(self.lines):
            if wanted in line and '"dataset":"windhover.health"' in line:
                return json.loads(line)
        return None

    def lines_of(self, action):
        """All lines of this kind about the sensor itself."""
        wanted = f'"action":"{action}"'
        return [json.loads(line) for line in list(self.lines)
                if wanted in line and '"dataset":"windhover.health"' in line]

    def count(self, action):
        wanted = f'"action":"{action}"'
        return sum(wanted in line for line in list(self.lines))

    def all_events(self):
        return [json.loads(line) for line in list(self.lines) if '"kind":"event"' in line]

    def alerts(self, text=''):
        return [json.loads(line) for line in list(self.lines)
                if '"kind":"alert"' in line and text in line]

    def daemon(self):
        pid = self.process.pid
        if comm(pid) == 'windhoverd':
            return pid
        return (below(pid, 'windhoverd') or [None])[0]

    def loader(self):
        return (below(self.process.pid, 'windhover-loader') or [None])[0]

    def sensor(self):
        return (below(self.process.pid, 'windhover-sensor') or [None])[0]
