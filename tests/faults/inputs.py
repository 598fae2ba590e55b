# SPDX-License-Identifier: Apache-2.0
"""What the commands of windhover are tried with: a little of each kind."""
import gzip
import os
import pathlib
import shutil
import subprocess
import zipfile

PROJECT = pathlib.Path(__file__).resolve().parents[2]
SEEDS = PROJECT / 'fuzz' / 'corpus'

RULES = """title: A tool is started
id: 00000000-0000-4000-8000-000000000001
level: high
tags: [attack.execution, attack.t1059.004]
logsource: {product: linux, category: process_creation}
detection:
  words: {CommandLine|contains: [evil, '%names%']}
  other: {Image|re: '^/usr/(s?bin|lib)/[a-z]+[0-9]?$'}
  condition: words or other
---
title: Any start
name: any_start
id: 00000000-0000-4000-8000-000000000002
level: low
logsource: {product: linux, category: process_creation}
detection: {any: {Image|startswith: /usr}, condition: any}
---
title: Many starts
id: 00000000-0000-4000-8000-000000000003
level: medium
correlation: {type: event_count, rules: [any_start], group-by: [User], timespan: 1h,
  condition: {gte: 2}}
---
title: Any log
id: 00000000-0000-4000-8000-000000000004
level: low
logsource: {product: windows}
detection: {any: {EventID: [1, 4688, 4624]}, condition: any}
---
title: Words anywhere
id: 00000000-0000-4000-8000-000000000005
level: low
logsource: {product: linux}
detection: {words: [sshd, cron], condition: words}
"""
REFUSED = RULES.split('---')[0].replace('condition: words or other', 'condition: word or')
PLACEHOLDERS = 'names: [bad, worse]\n'
MAPPING = """name: other
when: {kind: other}
source: linux:process_creation
fields: {cmd: CommandLine, exe: Image}
"""
OTHER = '{"kind":"other","cmd":"tool evil","exe":"/opt/tool"}\n'
EVENT = ('{{"@timestamp":"2024-07-19T04:09:{0:02}Z","event":{{"category":"process",'
         '"type":"start"}},"host":{{"os":{{"type":"linux"}}}},"user":{{"name":"u{1}"}},"process":{{"executable":'
         '"/usr/bin/tool{1}","command_line":"tool evil {0}"}}}}\n')


def make(folder, windhover, make_past):
    """What the commands read, by its names below ${folder}: rules, packs, logs, a recorded past."""
    (folder / 'rules').mkdir()
    (folder / 'rules' / 'rules.yml').write_text(RULES)
    (folder / 'one.yml').write_text(RULES.split('---')[0])
    (folder / 'refused.yml').write_text(REFUSED)
    (folder / 'names.yml').write_text(PLACEHOLDERS)
    (folder / 'mapping.yml').write_text(MAPPING)
    logs = folder / 'logs'
    logs.mkdir()
    lines = ''.join(EVENT.format(number, number % 3) for number in range(30)).encode()
    (logs / 'events.jsonl').write_bytes(lines)
    (logs / 'other.jsonl').write_text(OTHER)
    (logs / 'events.json.gz').write_bytes(gzip.compress(lines, mtime=0))
    subprocess.run(['zstd', '-q', '-o', logs / 'events.json.zst', logs / 'events.jsonl'],
                   check=True)
    with zipfile.ZipFile(logs / 'events.zip', 'w', zipfile.ZIP_DEFLATED) as archive:
        archive.writestr('a/events.jsonl', lines)
        archive.write(SEEDS / 'evtx_file' / 'sysmon', 'b.evtx')
    shutil.copy(SEEDS / 'evtx_file' / 'plain', logs / 'plain.evtx')
    for name in ('auth.log', 'access.log', 'audit.log', 'journal.export'):
        shutil.copy(PROJECT / 'tests' / 'text' / 'logs' / name, logs)
    (folder / 'past').mkdir(mode=0o700)
    subprocess.run([make_past, folder / 'past'], check=True, stdout=subprocess.DEVNULL)
    # The first events of many are enough; the end of one block is missing.
    os.truncate(folder / 'past' / 'segment-0', 100000)
    (folder / 'events' / 'rules').mkdir(parents=True)
    (folder / 'events' / 'rules' / 'match.jsonl').write_bytes(lines)
    (folder / 'out').mkdir()
    for name, rules in (('old', 'one.yml'), ('new', 'rules')):
        subprocess.run([windhover, 'pack', 'build', '-p', 'names.yml', '-o', f'{name}.pack', rules],
                       check=True, capture_output=True, cwd=folder)
    subprocess.run([windhover, 'pack', 'tests', '-o', 'tests', 'new.pack', 'events'], check=True,
                   capture_output=True, cwd=folder)
