#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Holds p2pcheck against what real kernels answered.

  compare.py PROGRAM FIXTURES [SNAPSHOTS]
  compare.py --planted OLD=>NEW PROGRAM FIXTURES

FIXTURES holds a folder a host: host.recording, verdicts.txt (see
import_answers.py).  Every ordered pair must come out the same, map type and
distance; and every list of ports that the kernel printed into its log must be
ours, in its order.  SNAPSHOTS, where it exists, is the harness' own folder:
its sysfs trees must give the same matrices as the recordings made of them.
Prints a table: kernel, hosts, pairs compared, equal, lists compared.

With --planted the same is done by rules in which OLD became NEW, and must find
differences: the test of the test.
"""
import collections
import json
import os
import re
import subprocess
import sys
import tarfile
import tempfile

MIN_PAIRS = 130_000
MIN_LISTS = 1_100
TYPES = {'N': 'NOT_SUPPORTED', 'B': 'BUS_ADDR', 'H': 'THRU_HOST_BRIDGE'}
SET = re.compile(r'(\S+): ACS redirect is set between the client and '
                 r'provider \((\S+)\)')
LIST = re.compile(r'(\S+): to disable ACS redirect for this path, add the '
                  r'kernel parameter: pci=disable_acs_redir=(\S+)')
KERNEL_LIST_BYTES = 128


def unsqueeze(words):
    for word in words:
        word, _, count = word.partition('*')
        yield from [word] * int(count or 1)


def expected_verdicts(path):
    with open(path, encoding='utf-8') as file:
        rows = [line.split() for line in file]
    addresses = [row[0] for row in rows]
    for row in rows:
        for client, word in zip(addresses, unsqueeze(row[1:]), strict=True):
            yield (row[0], client), (TYPES[word[0]], word[1:])


def run(program, source, *arguments):
    done = subprocess.run([program, '--from', source, *arguments],
                          capture_output=True, text=True, check=False)
    if done.returncode not in (0, 1, 2):
        sys.exit(f'{source}: exit status {done.returncode}\n{done.stderr}')
    return done.stdout


def parse_matrix(text):
    for line in text.split('\n')[1:]:
        if line:
            provider, client, kind, distance, _ = line.split('\t')
            yield (provider, client), (kind, distance)


def our_verdicts(program, source):
    return parse_matrix(run(program, source, 'matrix', 'all', '--tsv'))


def printed_lists(recording):
    """(provider, client) -> the list that the kernel printed for it."""
    provider_of = {}
    with open(recording, encoding='utf-8') as file:
        text = file.read().replace('\n@+ ', '')
    for line in text.split('\n'):
        if match := SET.search(line):
            provider_of[match[1]] = match[2]
        elif (match := LIST.search(line)) and match[1] in provider_of:
            yield (provider_of[match[1]], match[1]), match[2]


def our_lists(program, recording):
    document = json.loads(run(program, recording, 'matrix', 'all', '--json'))
    return {(v['provider'], v['client']): v['acs_redirect']
            for v in document['verdicts']}


def compare_lists(program, recording, problems):
    printed = dict(printed_lists(recording))
    if not printed:
        return 0
    ours = our_lists(program, recording)
    compared = 0
    for pair, text in printed.items():
        mine = ';'.join(ours[pair])
        if len(mine) + 1 >= KERNEL_LIST_BYTES:
            continue  # The kernel's own text is cut or garbled.
        compared += 1
        if mine != text:
            problems.append(f'{recording}: {pair}: the kernel printed {text}, '
                            f'we say {mine}')
    return compared


def snapshot_of(snapshots, name):
    return os.path.join(snapshots, name.replace('@', '-'), 'snapshot.tar.gz')


def compare_snapshot(program, snapshots, name, expected, problems):
    path = snapshot_of(snapshots, name)
    with tempfile.TemporaryDirectory() as root:
        with tarfile.open(path) as tar:
            tar.extractall(root)
        ours = dict(our_verdicts(program, root))
    if ours != expected:
        problems.append(f'{name}: the sysfs tree and its recording differ')


def count_different(program, fixtures, rules):
    different = 0
    for name in sorted(os.listdir(fixtures)):
        folder = os.path.join(fixtures, name)
        expected = dict(expected_verdicts(os.path.join(folder,
                                                       'verdicts.txt')))
        recording = os.path.join(folder, 'host.recording')
        text = run(program, recording, '--rules', rules, 'matrix', 'all',
                   '--tsv')
        ours = dict(parse_matrix(text))
        different += sum(ours.get(p) != v for p, v in expected.items())
    return different


def planted(change, program, fixtures):
    """Plants a wrong rule and wants it found."""
    old, new = change.split('=>', 1)
    here = os.path.dirname(os.path.abspath(__file__))
    rules = os.path.join(here, '..', '..', 'rules')
    with tempfile.TemporaryDirectory() as copy:
        changed = False
        for name in os.listdir(rules):
            if not name.endswith('.toml'):
                continue
            with open(os.path.join(rules, name), encoding='utf-8') as file:
                text = file.read()
            changed = changed or old in text
            with open(os.path.join(copy, name), 'w', encoding='utf-8') as out:
                out.write(text.replace(old, new))
        if not changed:
            sys.exit(f'{old}: not in the rules, so nothing was planted')
        different = count_different(program, fixtures, copy)
    print(f'planted {old} -> {new}: {different} pairs come out wrong')
    if different == 0:
        sys.exit('the planted rule was not noticed')


def main():
    if sys.argv[1] == '--planted':
        planted(*sys.argv[2:5])
        return
    program, fixtures = sys.argv[1:3]
    snapshots = sys.argv[3] if len(sys.argv) > 3 else ''
    has_snapshots = os.path.isdir(snapshots)
    table = collections.defaultdict(lambda: [0, 0, 0, 0])
    problems, trees = [], 0
    for name in sorted(os.listdir(fixtures)):
        folder = os.path.join(fixtures, name)
        verdicts = os.path.join(folder, 'verdicts.txt')
        if not os.path.exists(verdicts):
            continue
        recording = os.path.join(folder, 'host.recording')
        expected = dict(expected_verdicts(verdicts))
        ours = dict(our_verdicts(program, recording))
        row = table[name.rsplit('@', 1)[1].rstrip('s')]
        row[0] += 1
        row[1] += len(expected)
        for pair, answer in expected.items():
            if ours.get(pair) == answer:
                row[2] += 1
            else:
                problems.append(f'{name}: {pair}: the kernel says {answer}, '
                                f'we say {ours.get(pair)}')
        if len(ours) != len(expected):
            problems.append(f'{name}: {len(ours)} pairs, not {len(expected)}')
        row[3] += compare_lists(program, recording, problems)
        if os.path.exists(snapshot_of(snapshots, name)):
            compare_snapshot(program, snapshots, name, ours, problems)
            trees += 1
    report(table, trees, has_snapshots, problems)


def report(table, trees, has_snapshots, problems):
    print(f'{"kernel":8}{"hosts":>7}{"pairs":>9}{"equal":>9}{"lists":>8}')
    totals = [sum(row[i] for row in table.values()) for i in range(4)]
    for kernel, row in [*sorted(table.items()), ('all', totals)]:
        print(f'{kernel:8}{row[0]:7}{row[1]:9}{row[2]:9}{row[3]:8}')
    print(f'sysfs trees against recordings: {trees} compared' if has_snapshots
          else 'sysfs trees against recordings: SKIPPED, no snapshots here')
    for problem in problems[:20]:
        print(problem)
    if totals[1] < MIN_PAIRS:
        sys.exit(f'only {totals[1]} pairs compared, not {MIN_PAIRS}')
    if totals[3] < MIN_LISTS:
        sys.exit(f'only {totals[3]} lists compared, not {MIN_LISTS}')
    if problems:
        sys.exit(f'{len(problems)} differences')


if __name__ == '__main__':
    main()
