# SPDX-License-Identifier: Apache-2.0
"""A million process starts: none lost uncounted, starts and ends pair, memory stays flat.

    tests/soak/soak.py [COUNT] [WORKERS]       (root; WINDHOVER_PROGRAMS, WINDHOVER_STARTS, and
                                                WINDHOVER_PACK for rules beside it)

The generator is followed, so that every one of its events comes out; what the kernel side made,
what the sensor saw and what was lost are compared to the last event.
"""
import json
import os
import re
import signal
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'sensor'))
import sensor

EVENT = re.compile(rb'"action":"(fork|exec|exit)".*?"entity_id":"([^"]+)"')
WARM_UP = 60  # seconds after which memory may not grow any more
ROOM = 512    # KiB by which it may seem to: pages of the ring and the table touched late


def resident(pid):
    with open(f'/proc/{pid}/status') as file:
        return int(re.search(r'VmRSS:\s*(\d+)', file.read()).group(1))


def main():
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1000000
    workers = int(sys.argv[2]) if len(sys.argv) > 2 else 2
    why = sensor.obstacle()
    if why:
        print(f'skipped: {why}')
        return sensor.SKIPPED
    load = subprocess.Popen(['sh', '-c', 'read go; exec "$0" "$@"', sensor.STARTS, str(count),
                             str(workers)], stdin=subprocess.PIPE)
    options = ['--follow', str(load.pid), '--metrics', '0']
    if 'WINDHOVER_PACK' in os.environ:
        options += ['--pack', os.environ['WINDHOVER_PACK']]
    daemon = subprocess.Popen([sensor.program('windhoverd'), '--lines', '--with-parent', *options],
                              stdout=subprocess.PIPE)
    seen = {b'fork': set(), b'exec': set(), b'exit': set()}
    repeated = 0
    lost_lines = []
    memory = []  # (seconds, KiB)
    begun = time.monotonic()
    pid = None
    stopped = None
    ended = False
    for line in daemon.stdout:
        if b'"dataset":"windhover.health"' in line:
            about = json.loads(line)
            action = about['event']['action']
            if action == 'sensor-started' and pid is None:
                pid = sensor.below(daemon.pid, 'windhover-sensor')[0]
                begun = time.monotonic()
                load.stdin.write(b'\n')
                load.stdin.close()
            elif action == 'sensor-stopped':
                stopped = about
            else:
                lost_lines.append(about['windhover']['health'])
            continue
        if b'"kind":"event"' not in line:
            continue
        action, identity = EVENT.search(line).groups()
        repeated += identity in seen[action]
        seen[action].add(identity)
        at = time.monotonic() - begun
        if not memory or at - memory[-1][0] >= 1:
            memory.append((at, resident(pid)))
        if not ended and load.poll() is not None:
            ended = True
            daemon.send_signal(signal.SIGTERM)
    daemon.wait()
    return judge(count, workers, seen, repeated, lost_lines, memory, stopped,
                 time.monotonic() - begun)


def judge(count, workers, seen, repeated, lost_lines, memory, stopped, seconds):
    about = stopped['windhover']
    faults = []
    lost = 0
    for kind in ('fork', 'exec', 'exit'):
        made, got, gone = (about[which][kind] for which in ('made', 'events', 'lost'))
        lost += gone
        print(f'{kind}: {made} made, {got} seen, {gone} lost and counted')
        if made != got + gone:
            faults.append(f'{kind}: {made - got - gone} lost and not counted')
    gone = about['lost']
    if gone['malformed'] or gone['values'] or gone['lines']:
        faults.append(f'dropped by the sensor: {gone}')
    # The generator execs once itself and forks its workers, which do not exec.
    expected = {b'fork': count + workers, b'exec': count + 1, b'exit': count + workers + 1}
    for kind, number in expected.items():
        missing = number - len(seen[kind])
        print(f'{kind.decode()} of the generator: {len(seen[kind])} of {number}')
        if missing < 0 or missing > about['lost'][kind.decode()]:
            faults.append(f'{kind.decode()}: {missing} missing')
    if repeated:
        faults.append(f'{repeated} events came twice')
    if lost == 0 and seen[b'exit'] != seen[b'fork'] | seen[b'exec']:
        faults.append('starts and ends do not pair')
    if bool(lost) != bool(lost_lines):
        faults.append(f'{lost} lost, and told: {lost_lines}')
    after = [size for at, size in memory if at >= min(WARM_UP, seconds / 2)]
    print(f'{seconds:.0f} s, {count / seconds:.0f} starts/s; resident {memory[0][1]} KiB at first, '
          f'{after[0]} after the warm-up, {max(after)} at most later, {after[-1]} at the end')
    if max(after) - after[0] > ROOM:
        faults.append(f'memory grew by {max(after) - after[0]} KiB')
    for fault in faults:
        print('FAULT:', fault)
    return 1 if faults else 0


if __name__ == '__main__':
    sys.exit(main())
