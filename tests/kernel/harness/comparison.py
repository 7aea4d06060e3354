# SPDX-License-Identifier: GPL-2.0-or-later
"""p2pcheck against what real kernels answered.

Compared are, where a fixture has them:
  pairs   map type and distance of every ordered pair
  lists   the ports that the kernel printed for "pci=disable_acs_redir=", in
          its order
  groups  each function's IOMMU group, formed again from the topology
  acs     each ACS control word after boot, as kernel and command line make it
  bridges every host bridge that the kernel's list or ours has, of all device
          IDs of a dozen vendors (bridge_list.txt)
What VFIO's DMABUFs did (dmabuf.txt) is compared by a test of its own; another
comparison is an entry more in COMPARISONS.

Our side is one call of p2pcheck_our_answers for many hosts; its lines are
described in tests/kernel/our_answers.cc.
"""
import concurrent.futures
import dataclasses
import os
import re
import subprocess

SET = re.compile(r'(\S+): ACS redirect is set between the client and '
                 r'provider \((\S+)\)')
LIST = re.compile(r'(\S+): to disable ACS redirect for this path, add the '
                  r'kernel parameter: pci=disable_acs_redir=(\S+)')
KERNEL_LIST_BYTES = 128  # What is longer, the kernel itself cuts or garbles.


@dataclasses.dataclass
class Result:
    """What one fixture came to: kind -> (compared, equal)."""
    counts: dict
    problems: list

    def summary(self):
        return ' '.join(f'{kind} {compared}' for kind, (compared, _) in
                        self.counts.items() if compared)


class Ours:
    """What we say of one host: words of the tool's lines, by their letter."""

    def __init__(self, lines):
        self.lines = lines
        self.by_letter = {}
        for line in lines:
            letter, *words = line.split()
            self.by_letter.setdefault(letter, []).append(words)

    def rows(self, letter):
        return self.by_letter.get(letter, [])


def ask_some(tool, sources, rules):
    words = ['--rules', rules] if rules else []
    done = subprocess.run([tool, *words, *sources], capture_output=True,
                          text=True, check=False)
    if done.returncode != 0:
        raise SystemExit(done.stdout[-500:] + done.stderr)
    for block in done.stdout.split('\n= '):
        source, *lines = block.removeprefix('= ').strip('\n').split('\n')
        yield source, Ours(lines)


def ask(tool, sources, rules=None):
    """Source -> Ours, by as many calls as there are processors."""
    count = min(os.cpu_count() or 1, len(sources)) or 1
    parts = [sources[i::count] for i in range(count)]
    with concurrent.futures.ThreadPoolExecutor(count) as pool:
        answers = pool.map(lambda part: dict(ask_some(tool, part, rules)),
                           parts)
        return {source: ours for part in answers
                for source, ours in part.items()}


# Each yields rows: of what, the kernel's answer, ours.

def unsqueeze(words):
    for word in words:
        word, _, count = word.partition('*')
        yield from [word] * int(count or 1)


def pairs_of(rows):
    addresses = [row[0] for row in rows]
    return {(row[0], client): word for row in rows
            for client, word in zip(addresses, unsqueeze(row[1:]),
                                    strict=True)}


def compare_pairs(folder, ours):
    path = folder / 'verdicts.txt'
    if not path.exists():
        return
    lines = path.read_text(encoding='utf-8').splitlines()
    theirs = pairs_of([line.split() for line in lines])
    mine = pairs_of(ours.rows('P'))
    for pair in {**theirs, **mine}:
        yield ' '.join(pair), theirs.get(pair), mine.get(pair)


def printed_lists(text):
    """(provider, client) -> the list that the kernel printed for it."""
    provider_of, lists = {}, {}
    for line in text.replace('\n@+ ', '').split('\n'):
        if match := SET.search(line):
            provider_of[match[1]] = match[2]
        elif (match := LIST.search(line)) and match[1] in provider_of:
            lists[provider_of[match[1]], match[1]] = match[2]
    return lists


def compare_lists(folder, ours):
    recording = (folder / 'host.recording').read_text(encoding='utf-8')
    mine = {(row[0], row[1]): row[2] for row in ours.rows('L')}
    for pair, text in printed_lists(recording).items():
        if len(mine.get(pair, '')) + 1 < KERNEL_LIST_BYTES:
            yield ' '.join(pair), text, mine.get(pair, '')


def compare_groups(_, ours):
    rows = ours.rows('G')
    if all(published == '-' for _, published, _, _ in rows):
        return  # No IOMMU is at work.
    for function, published, predicted, agree in rows:
        yield function, published, published if agree == 'yes' else predicted


def compare_acs(_, ours):
    for function, at_hand, known, value, agree in ours.rows('A'):
        theirs = int(at_hand, 16) & int(known, 16)
        yield (function, theirs,
               int(value, 16) if agree == 'yes' else f'other than {value}')


def bridges_of(rows):
    return {(vendor, device): words for vendor, device, *words in rows}


def compare_bridges(folder, ours):
    path = folder / 'bridge_list.txt'
    if not path.exists():
        return
    lines = path.read_text(encoding='utf-8').splitlines()
    theirs = bridges_of([line.split()[1:] for line in lines])
    mine = bridges_of(ours.rows('W'))
    for bridge in {**theirs, **mine}:
        kernel = list(theirs.get(bridge, ['0', '0']))
        our = list(mine.get(bridge, ['0', '0']))
        if kernel[1] == '-1':  # One host bridge only: nothing else to ask.
            kernel[1] = our[1]
        yield ':'.join(bridge), kernel, our


COMPARISONS = {'pairs': compare_pairs, 'lists': compare_lists,
               'groups': compare_groups, 'acs': compare_acs,
               'bridges': compare_bridges}


def compare(folder, ours, kinds=tuple(COMPARISONS)):
    result = Result({}, [])
    for kind in kinds:
        rows = list(COMPARISONS[kind](folder, ours))
        wrong = [row for row in rows if row[1] != row[2]]
        result.counts[kind] = (len(rows), len(rows) - len(wrong))
        result.problems += [
            f'{folder.name}: {kind}: {what}: the kernel says {kernel}, we say '
            f'{mine}' for what, kernel, mine in wrong]
    return result


def compare_fixtures(tool, folders, rules=None, kinds=tuple(COMPARISONS)):
    """A Result for each folder."""
    sources = [str(folder / 'host.recording') for folder in folders]
    ours = ask(tool, sources, rules)
    return [compare(folder, ours[source], kinds)
            for folder, source in zip(folders, sources)]
