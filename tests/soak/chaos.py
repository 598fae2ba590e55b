# SPDX-License-Identifier: Apache-2.0
"""Every process of ours is stopped, killed, made to fault, and taken by the OOM killer, at random.

    tests/soak/chaos.py [FAULTS]    (root; WINDHOVER_PROGRAMS, WINDHOVER_WORK; 40, or WINDHOVER_FAULTS;
                                     WINDHOVER_SEED repeats the choices, WINDHOVER_CHAOS has further
                                     options for windhoverd, such as --no-bpf)

Beside it runs a workload, which must not notice: none of what it does may fail or hang, whatever
becomes of us.  How long it takes is shown, and judged only against a hang.  Now and then the
chaos pauses: then the sensor must be there again and detect.  At its end, nothing of ours is left.
"""
import json
import os
import random
import signal
import subprocess
import sys
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, '..', 'slot'))
import service  # noqa: E402  (found by the line above)
import sensor  # noqa: E402

FAULTS = int(os.environ.get('WINDHOVER_FAULTS', '40'))
WORK = os.environ.get('WINDHOVER_WORK', 'build/tests/soak/work')
WORKERS = 2
QUIET = 3        # seconds of the workload without a sensor, and with one that is left alone
BETWEEN = 0.15   # seconds between two faults, at most
PATIENCE = 0.5   # seconds for who is to have a fault to be there
PAUSE = 20       # faults between two pauses
HOGS = 5         # for one victim: the kernel may take the hog first
HANG_US = 20000000
sensor.PATIENCE = 90  # a machine that is busy with other tests is slow to load; no verdict is by time
ROLES = ('windhoverd', 'windhover-loader', 'windhover-sensor', 'windhover-keeper',
         'windhover-recorder')
KINDS = ('stop', 'kill', 'fault', 'oom')
# Without this, a service that is killed so often within one boot counts as a machine that goes down.
OPTIONS = ('--probation', '1', '--probation-events', '5', '--stable', '0', '--test-hook',
           '--metrics', '0', *os.environ.get('WINDHOVER_CHAOS', '').split())


class Workload:
    """Processes, files and connections, until told to stop."""

    def __init__(self, folder):
        self.workers = [subprocess.Popen([WORK, folder], stdin=subprocess.PIPE,
                                         stdout=subprocess.PIPE) for _ in range(WORKERS)]

    def end(self):
        """{kind: figures} over all workers; a hang is a worker that does not end."""
        told = []
        for worker in self.workers:
            out, _ = worker.communicate(timeout=HANG_US / 1e6)
            if worker.returncode != 0:
                raise AssertionError(f'a worker ended with {worker.returncode}')
            told.append(json.loads(out))
        return {kind: {'count': sum(one[kind]['count'] for one in told),
                       'failed': sum(one[kind]['failed'] for one in told),
                       'p50': max(one[kind]['p50'] for one in told),
                       'p99': max(one[kind]['p99'] for one in told),
                       'max': max(one[kind]['max'] for one in told)} for kind in told[0]}


class Revived(service.Service):
    """A service that is started again when it ends, as a service manager does."""

    def revive(self):
        if self.process.poll() is None:
            return False
        for reader in self.readers:
            reader.join()
        self.process.stdout.close()
        self.process.stderr.close()
        self.process = subprocess.Popen(
            [sensor.program('windhoverd'), '--lines', '--with-parent', *self.options],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, errors='replace')
        self.readers = [threading.Thread(target=self._read, args=pair) for pair in
                        ((self.process.stdout, self.lines), (self.process.stderr, self.errors))]
        for reader in self.readers:
            reader.start()
        return True


class Victim:
    """A process that is ours, and still the same when it is signalled."""

    def __init__(self, pid):
        self.pid = pid
        self.fd = os.pidfd_open(pid)

    def send(self, number):
        try:
            signal.pidfd_send_signal(self.fd, number)
        except ProcessLookupError:
            pass

    def ended(self):
        try:
            with open(f'/proc/{self.pid}/stat') as file:
                return file.read().rpartition(') ')[2][:1] in ('Z', 'X')
        except OSError:
            return True

    def close(self):
        os.close(self.fd)


class Group:
    """A memory cgroup with little in it, made for one death."""
    V1, V2 = '/sys/fs/cgroup/memory', '/sys/fs/cgroup'
    LIMIT = 32 << 20

    def __init__(self):
        top, limit = (self.V1, 'memory.limit_in_bytes') if os.path.isdir(self.V1) else (
            self.V2, 'memory.max')
        self.path = os.path.join(top, f'windhover-chaos-{os.getpid()}')
        os.mkdir(self.path)
        self.put(limit, self.LIMIT)

    def put(self, name, what):
        with open(os.path.join(self.path, name), 'w') as file:
            file.write(f'{what}\n')

    def remove(self):
        def gone():
            try:
                # A windhoverd that was taken may have made one for its sensor in here.
                for path, _, _ in os.walk(self.path, topdown=False):
                    os.rmdir(path)
            except OSError:
                return False
            return not os.path.exists(self.path)
        sensor.wait_until('the end of the cgroup', gone)


def take_by_oom(victim):
    """The kernel's own choice, helped: in a group with a hog, the victim is the first to go."""
    group = Group()
    try:
        with open(f'/proc/{victim.pid}/oom_score_adj', 'w') as file:
            file.write('1000\n')
        group.put('cgroup.procs', victim.pid)
        for _ in range(HOGS):
            if not victim.ended():
                feed_hog(group)
    except OSError:
        pass  # it ended by itself meanwhile, or its parent did
    finally:
        taken = victim.ended()
        victim.send(signal.SIGKILL)
        sensor.wait_until('the end of who was taken', victim.ended)
        group.remove()
    return taken


def feed_hog(group):
    hog = subprocess.Popen([WORK, '--hog'], stdin=subprocess.PIPE, stderr=subprocess.DEVNULL)
    try:
        group.put('cgroup.procs', hog.pid)
        hog.communicate(b'\n', sensor.PATIENCE)
    finally:
        hog.kill()
        hog.wait()


class Chaos:
    def __init__(self, running, pack, digest, chance):
        self.running, self.chance = running, chance
        self.pack, self.digest = pack, digest
        self.stopped = []   # (when to go on, victim)
        self.done = {(role, kind): 0 for role in ROLES for kind in KINDS}
        self.programs = set()
        self.pids = set()
        self.revived = self.blamed = self.descended = 0

    def victims(self, role):
        if role == 'windhoverd':
            return [self.running.process.pid] if self.running.process.poll() is None else []
        return sensor.below(self.running.process.pid, role)

    def watch(self):
        """Remember all of ours that is there, to know at the end that it is gone."""
        for role in ROLES:
            self.pids |= {(pid, role) for pid in self.victims(role)}
        for loader in self.victims('windhover-loader'):
            self.programs |= sensor.bpf_programs_of(loader)

    def let_go_on(self, all_of_them=False):
        now = time.monotonic()
        for entry in list(self.stopped):
            if all_of_them or entry[0] <= now:
                entry[1].send(signal.SIGCONT)
                entry[1].close()
                self.stopped.remove(entry)

    def await_victims(self, role):
        """Those there are, also where it takes a moment: a sensor is up for a part of the time."""
        end = time.monotonic() + PATIENCE
        while True:
            self.let_go_on()
            self.revived += self.running.revive()
            found = self.victims(role)
            if found or time.monotonic() > end:
                return found
            time.sleep(0.02)

    def one(self):
        """One fault; False: nobody was there to have it."""
        role, kind = self.chance.choice(ROLES), self.chance.choice(KINDS)
        found = self.await_victims(role)
        if not found:
            return False
        try:
            victim = Victim(self.chance.choice(found))
        except ProcessLookupError:
            return False
        if victim.ended():
            victim.close()
            return False
        if kind == 'stop':
            victim.send(signal.SIGSTOP)
            # Now and then for longer than anybody waits for a sign of life.
            for_s = 7 if self.chance.random() < 0.05 else self.chance.random()
            self.stopped.append((time.monotonic() + for_s, victim))
        else:
            if kind == 'oom':
                kind = 'oom' if take_by_oom(victim) else 'kill'
            else:
                victim.send(signal.SIGKILL if kind == 'kill' else signal.SIGSEGV)
            victim.close()
        self.done[role, kind] += 1
        return True

    def is_back(self, marker):
        self.let_go_on()
        self.revived += self.running.revive()
        subprocess.run(['/bin/echo', marker], stdout=subprocess.DEVNULL, check=True)
        time.sleep(0.05)
        return self.running.alerts(marker)

    def forgive(self):
        """
        What looks like a bad pack, or a bad kernel, is taken for one: a sensor that faults again
        and again, and a loader that faults while it loads.  Here it was only us.
        """
        status = self.running.status()
        if status.get('state') in ('steady', 'safe') and status.get('run') != self.digest:
            self.running.content('forgive', self.digest)
            self.blamed += self.running.content('install', self.pack)[0] == 0
        if status.get('guard', {}).get('rung', 'full') not in ('full', 'no-bpf'):
            self.descended += self.running.content('forgive', '--guard')[0] == 0

    def pause(self):
        """The sensor is there again, and detects."""
        self.let_go_on(all_of_them=True)
        marker = f'{service.MARKER}-{self.chance.getrandbits(64):x}'
        begun = time.monotonic()

        def answered():
            # A death may still be on its way to windhoverd.
            self.revived += self.running.revive()
            return self.running.status()
        sensor.wait_until('the keeper', answered)
        self.forgive()
        try:
            sensor.wait_until('a detection after the faults', lambda: self.is_back(marker))
        except AssertionError as error:
            tree = subprocess.run(['ps', '-eo', 'pid,ppid,stat,wchan:20,args'],
                                  capture_output=True, text=True).stdout.splitlines()
            mine = [line for line in tree if 'windhover' in line and 'python' not in line]
            raise AssertionError('\n'.join([f'{error}: {self.running.status()}', *mine,
                                            *self.running.errors[-10:]])) from None
        return time.monotonic() - begun

    def run(self, count):
        pauses = []
        while sum(self.done.values()) < count:
            self.watch()
            if self.one() and sum(self.done.values()) % PAUSE == 0:
                pauses.append(self.pause())
                print(f'{sum(self.done.values())} faults: back after {pauses[-1]:.2f} s', flush=True)
            time.sleep(self.chance.random() * BETWEEN)
        pauses.append(self.pause())
        self.watch()
        return pauses

    def assert_gone(self):
        def left():
            return [(pid, role) for pid, role in self.pids if sensor.comm(pid) == role[:15]]
        sensor.wait_until('the end of all processes', lambda: not left())
        sensor.wait_until('the end of every BPF program', lambda: not any(
            sensor.bpf_program_exists(number) for number in self.programs))


def work(folder, seconds):
    workload = Workload(folder)
    time.sleep(seconds)
    return workload.end()


def show(when, figures):
    print(f'{when}: ' + '; '.join(
        f"{kind} {one['count']} times, p50 {one['p50']} us, p99 {one['p99']} us, "
        f"max {one['max']} us, {one['failed']} failed" for kind, one in figures.items()), flush=True)


def judge(figures):
    return [f'{kind}: {what}' for kind, one in figures.items() for what, bad in (
        (f"{one['failed']} failed", one['failed']),
        (f"one took {one['max'] / 1e6:.1f} s", one['max'] > HANG_US),
        ('none was done', one['count'] == 0)) if bad]


def main():
    why = sensor.obstacle()
    if why:
        print(f'skipped: {why}')
        return sensor.SKIPPED
    count = int(sys.argv[1]) if len(sys.argv) > 1 else FAULTS
    seed = int(os.environ.get('WINDHOVER_SEED', time.time_ns() % 1000000))
    print(f'{count} faults, seed {seed}', flush=True)
    with service.Folder() as folder:
        pack, digest = service.make_pack(folder, 'good')
        without = work(folder, QUIET)
        show('without a sensor', without)
        with Revived(folder, *OPTIONS, '--recorder', os.path.join(folder, 'recorder')) as running:
            running.install(pack)
            sensor.wait_until('the end of probation', lambda: subprocess.run(
                ['/bin/true'], check=True) and running.status().get('state') == 'steady')
            quiet = work(folder, QUIET)
            show('with one', quiet)
            chaos = Chaos(running, pack, digest, random.Random(seed))
            workload = Workload(folder)
            try:
                pauses = chaos.run(count)
            finally:
                figures = workload.end()
            show('under faults', figures)
            status = running.stop()
        for role in ROLES:
            print(f'  {role}: ' + ', '.join(
                f'{chaos.done[role, kind]} x {kind}' for kind in KINDS))
        print(f'windhoverd was started again {chaos.revived} times; after {len(pauses)} pauses a '
              f'detection within {sorted(pauses)[len(pauses) // 2]:.2f} s (median), '
              f'{max(pauses):.2f} s (worst); pack blamed and forgiven {chaos.blamed} times, '
              f'boot guard forgiven {chaos.descended} times')
        faults = [fault for each in (without, quiet, figures) for fault in judge(each)]
        if status != 0:
            faults.append(f'windhoverd ended with {status}')
        chaos.assert_gone()
        for fault in faults:
            print('FAULT:', fault)
        if not faults:
            print(f'{len(chaos.pids)} processes and {len(chaos.programs)} BPF programs of ours: '
                  'all gone')
        return 1 if faults else 0


if __name__ == '__main__':
    sys.exit(main())
