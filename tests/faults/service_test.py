# SPDX-License-Identifier: Apache-2.0
"""Each call that can fail, made to fail once in every process of a service: service_test.py DRIVE

Whatever fails: no process dies of it by a crash, what was running runs again by itself, or
windhoverd ends and says why; the content folder is whole; whoever asked got an answer.
"""
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, '..', 'slot'))
import faults  # noqa: E402
import service  # noqa: E402
import sensor  # noqa: E402  (beside the service's)

DRIVE = os.path.abspath(sys.argv.pop(1))
PATIENCE = 40  # seconds; only what hangs is that slow
# Faults in a scenario, where not all are tried: a run takes half a second, with BPF two.
SAMPLE_CONTENT, SAMPLE_SENSOR = 8, 2
SAMPLE_CLIENT = 8  # these take milliseconds
CRASH = re.compile(r'ended by signal (?!9\b|15\b)\d+')


class Host:
    """A windhoverd with a fault in it, or in what it starts."""

    def __init__(self, folder, run, *options):
        self.folder, self.run = folder, run
        self.socket = str(folder / 'run' / 'keeper.sock')
        self.lines, self.errors, self.wrong = [], [], []
        environment = dict(run.environment)
        self.process = subprocess.Popen(
            [sensor.program('windhoverd'), '--lines', '--with-parent', '--recovery', '0',
             '--state', str(folder / 'state'), '--socket', self.socket,
             '--off-file', str(folder / 'off'), '--command-line', str(folder / 'cmdline'),
             '--test-boot', str(folder / 'boot'), '--output', str(folder / 'out.jsonl'),
             '--recorder', str(folder / 'recorder'), *options],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, errors='replace',
            env=environment)
        self.readers = [threading.Thread(target=self._read, args=pair) for pair in
                        ((self.process.stdout, self.lines), (self.process.stderr, self.errors))]
        for reader in self.readers:
            reader.start()

    @staticmethod
    def _read(stream, lines):
        for line in stream:
            lines.append(line)

    def until(self, what, condition):
        """The first truth of condition(); None where windhoverd ended before."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            if self.process.poll() is not None:
                return None
            found = condition()
            if found:
                return found
            time.sleep(0.01)
        self.wrong.append(f'waited {PATIENCE} s for {what}')
        return None

    def ask(self, *words):
        """(status, what it says) of windhover content; it must say something."""
        done = subprocess.run([sensor.program('windhover'), 'content', *words, '--json',
                               '--socket', self.socket], capture_output=True, text=True,
                              timeout=150)
        try:
            said = json.loads(done.stdout)
        except ValueError:
            said = {}
        sentence = said.get('sentence', '') + done.stderr
        if done.returncode not in (0, 1, 2) or done.returncode and not sentence.strip():
            self.wrong.append(f'content {words[0]}: {done.returncode}, {sentence!r}')
        return done.returncode, said

    def insist(self, *words):
        """Ask again where it did not work: the fault is over then, but a proof may go on."""
        status, said = self.ask(*words)
        for _ in range(10):
            if status != 2 or 'runs already' in said.get('sentence', ''):
                break
            time.sleep(0.2)
            status, said = self.ask(*words)
        return status, said

    def heard(self, action):
        return any(f'"action":"{action}"' in line for line in list(self.lines))

    def end(self):
        """Stop it as an operator does."""
        ended = self.process.poll()
        if ended is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            status = self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.wrong.append('can not be stopped')
            self.process.kill()
            status = self.process.wait()
        for reader in self.readers:
            reader.join()
        self.process.stdout.close()
        self.process.stderr.close()
        text = ''.join(self.errors)
        if status not in (0, 1) or (status == 1 or ended is not None) and 'windhover' not in text:
            self.wrong.append(f'ends with {status}: {text!r}')
        if CRASH.search(text + ''.join(self.lines)):
            self.wrong.append('a crash: ' + text[-400:] + ''.join(self.lines[-3:]))
        if re.search(r'[\x00-\x08\x0e-\x1f]|\(null\)|Success$', text, re.M):
            self.wrong.append(f'says what nobody can read: {text!r}')
        self.wrong += [f'left behind: {comm}' for comm in self.left()]
        return ended is None

    def left(self):
        """Processes that know of this run; a moment is given to those that are being ended."""
        mark = f'FAULTS={self.run.environment["FAULTS"]}'.encode()
        end = time.monotonic() + 5
        found = ['?']
        while found and time.monotonic() < end:
            found = []
            for name in filter(str.isdigit, os.listdir('/proc')):
                try:
                    with open(f'/proc/{name}/environ', 'rb') as file:
                        if mark in file.read():
                            found.append(sensor.comm(int(name)))
                except OSError:
                    pass
        return found


class Service(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix='windhover-faults-'))
        os.chmod(self.folder, 0o755)
        self.addCleanup(shutil.rmtree, self.folder)
        self.packs = [service.make_pack(self.folder, name, *texts) for name, texts in
                      (('one', ()), ('two', ('aaaaaaaa',)))]
        self.fresh = self.folder / 'fresh'

    def host(self, run, *options):
        """A service on a folder that is as it was before each other run."""
        folder = self.folder / 'host'
        shutil.rmtree(folder, ignore_errors=True)
        if self.fresh.exists():
            shutil.copytree(self.fresh, folder)
        else:
            folder.mkdir()
        (folder / 'cmdline').write_text(self.cmdline)
        (folder / 'boot').write_text('first\n')
        return Host(folder, run, *options)

    def check_content(self, host):
        """Whatever happened, the next keeper finds all that it needs."""
        content = host.folder / 'state' / 'content'
        if not (content / 'packs').exists():
            return
        done = subprocess.run([DRIVE, '--check', content], capture_output=True, text=True)
        if done.returncode:
            host.wrong.append(f'content is broken: {done.stdout}')

    def try_all(self, program, sample, live, *options):
        with faults.Faults(program) as run:
            host = self.host(run, *options)
            live(host)
            host.end()
            self.assertEqual(host.wrong, [], host.errors)
            wrong, missed = [], 0
            self.assertGreater(len(run.sites()), 10)
            chosen = run.choose(sample)
            for fault in chosen:
                run.arm(fault)
                host = self.host(run, *options)
                live(host)
                host.end()
                missed += not run.disarm()
                self.check_content(host)
                if host.wrong:
                    told = fault.told(sensor.program(program))
                    wrong.append(f'{told}: {"; ".join(host.wrong)} | {"".join(host.errors)[-300:]}')
                    print(f'\n{wrong[-1]}', end='', flush=True)
            print(f'\n{len(chosen)} faults of {program}, {missed} not reached again: ', end='')
            self.assertEqual(wrong, [], '\n' + '\n'.join(wrong))


class Content(Service):
    """All that an operator asks, without a sensor."""
    cmdline = 'quiet windhover.off\n'

    def live(self, host):
        host.until('the keeper', lambda: self.is_up(host))
        if host.process.poll() is not None:
            return
        (one, digest), (two, _) = self.packs
        self.install(host, one)
        for words in (['status'], ['history'], ['log'], ['pin', digest], ['unpin'], ['pause'],
                      ['resume'], ['rollback', '--reason', 'a test']):
            host.ask(*words)
        # Nothing passes a probation without a sensor.
        if host.ask('status')[1].get('state') == 'probation':
            host.ask('rollback')
        self.install(host, two)
        host.ask('bad')

    @staticmethod
    def install(host, pack):
        status, said = host.insist('install', pack)
        # Where the answer was what failed, it was done all the same.
        if status != 0 and 'runs already' not in said.get('sentence', ''):
            host.wrong.append(f'can not install: {said}')

    @staticmethod
    def is_up(host):
        return os.path.exists(host.socket) and host.ask('status')[0] == 0

    def test_the_keeper(self):
        self.try_all('windhover-keeper', SAMPLE_CONTENT, self.live)

    def test_windhoverd_without_a_sensor(self):
        self.try_all('windhoverd', SAMPLE_CONTENT, self.live)


class Client(Service):
    """Whoever asks: the keeper is well, and its client is not."""
    cmdline = 'quiet windhover.off\n'

    def ask(self, host, run, words):
        """What is wrong about what it says, or None."""
        done = subprocess.run([sensor.program('windhover'), 'content', *words, '--socket',
                               host.socket], env=run.environment, capture_output=True, text=True,
                              timeout=PATIENCE)
        said = done.stdout + done.stderr
        if done.returncode not in (0, 1, 2) or done.returncode and not re.search(r'\w.*\w', said):
            return f'ends with {done.returncode}: {said!r}'
        if done.returncode == 2 and re.search(r': *$', done.stderr, re.M):
            return f'gives no reason: {said!r}'
        return None

    def test_the_client(self):
        wrong, tried = [], 0
        with faults.Faults('nobody') as nobody, faults.Faults('windhover') as run:
            host = self.host(nobody)
            host.until('the keeper', lambda: Content.is_up(host))
            pack, digest = self.packs[0]
            for words in (['status'], ['log', '--json'], ['pin', digest], ['install', pack],
                          ['rollback']):
                run.clear()
                self.assertIsNone(self.ask(host, run, words))
                for fault in run.choose(SAMPLE_CLIENT):
                    run.arm(fault)
                    found = self.ask(host, run, words)
                    run.disarm()
                    tried += 1
                    if found:
                        told = fault.told(sensor.program('windhover'))
                        wrong.append(f'{words[0]}: {told}: {found}')
            # The end of what failed: whatever was asked for is taken back.
            for words in (['unpin'], ['resume'], ['rollback']):
                host.ask(*words)
            Content.install(host, self.packs[1][0])
            host.end()
        print(f'\n{tried} faults of the client: ', end='')
        self.assertEqual(wrong + host.wrong, [], '\n' + '\n'.join(wrong))


class Sensor(Service):
    """Events, detections, the recorder, and a switch from pack to pack."""
    cmdline = 'quiet ro\n'

    def live(self, host):
        if not host.until('the sensor', lambda: host.heard('sensor-started') or
                          'windhover-loader' in ''.join(host.errors)):
            return
        if not host.heard('sensor-started'):
            # A loader that can't is not tried again; it is said, and content is cared for.
            host.ask('status')
            return
        pack, digest = self.packs[0]
        status, said = host.insist('install', pack)
        # A sensor that dies on a pack's probation is the pack's failure, until it is forgiven.
        if status and ' failed' in str(said):
            host.ask('forgive', digest)
            host.insist('install', pack)
        marker = f'{service.MARKER}-{os.urandom(4).hex()}'

        def seen():
            subprocess.run(['/bin/echo', marker], stdout=subprocess.DEVNULL, check=True)
            return any('"kind":"alert"' in line and marker in line for line in list(host.lines))
        host.until('a detection', seen)

    def test_the_loader(self):
        self.try_all('windhover-loader', SAMPLE_SENSOR, self.live)

    def test_the_sensor(self):
        self.try_all('windhover-sensor', SAMPLE_SENSOR, self.live)

    def test_the_recorder(self):
        self.try_all('windhover-recorder', SAMPLE_SENSOR, self.live)

    def test_windhoverd(self):
        self.try_all('windhoverd', SAMPLE_SENSOR, self.live)


if __name__ == '__main__':
    sensor.main()
