#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The harness itself, without a kernel.

    harness_test.py TOOL FIXTURES

Every description becomes QEMU arguments, bad ones are refused with their line,
a seed always makes the same host, and each kind of comparison notices an answer
that was changed.  TOOL is p2pcheck_our_answers.
"""
import hashlib
import pathlib
import re
import shutil
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
sys.dont_write_bytecode = True

from harness import comparison, fixture, hosts, places, random_host  # noqa

MIN_DESCRIPTIONS = 70
# Of the texts of 100 seeds, one after the other.
RANDOM_HASH = '851fb95a0e2d4698'
BAD = (
    ('root-port {\n', '"{" of line 1 is not closed'),
    ('nvme\n}\n', '2: "}" without "{"'),
    ('{ nvme }', '1: nothing to plug into before "{"'),
    ('iommu some', '1: no IOMMU "some"'),
    ('root-port fast', '1: "fast"?'),
    ('nvme { nvme }', '1: nothing plugs into nvme'),
)
# Where each kind of answer stands, and another in its place.
CHANGES = (
    ('pairs', 'm-acs-switch@7.3', 'verdicts.txt', r' N', ' H'),
    ('lists', 'm-acs-switch@7.3', 'host.recording',
     r'pci=disable_acs_redir=0000', 'pci=disable_acs_redir=0001'),
    ('groups', 'm-acs-switch@7.3', 'host.recording',
     r'(?m)^@iommu_group 3$', '@iommu_group 2'),
    ('acs', 'm-acs-switch-noredir@7.3', 'host.recording',
     r' pci=disable_acs_redir=\S+', ''),
    ('bridges', 'b-rootports-list@7.1', 'bridge_list.txt', r'4940', '4941'),
)


def expect(wrong, condition, what):
    if not condition:
        wrong.append(what)


def check_descriptions(wrong):
    names = sorted(path.stem for path in places.HOSTS.glob('*.host'))
    for name in names:
        arguments, _ = hosts.build(hosts.read(name))
        expect(wrong, '-device' in arguments, f'{name}: no device')
    expect(wrong, len(names) >= MIN_DESCRIPTIONS,
           f'only {len(names)} descriptions')
    print(f'{len(names)} descriptions read')


def check_bad(wrong):
    for text, message in BAD:
        try:
            hosts.build(text)
            wrong.append(f'{text!r}: not refused')
        except hosts.Error as error:
            expect(wrong, str(error) == message, f'{text!r}: {error}')


def check_random(wrong):
    texts = [random_host.describe(seed) for seed in range(100)]
    for text in texts:
        hosts.build(text)
    digest = hashlib.sha256(''.join(texts).encode()).hexdigest()[:16]
    expect(wrong, digest == RANDOM_HASH,
           f'seeds make other hosts than they did: {digest}')
    expect(wrong, len(set(texts)) == 100, 'two seeds made the same host')
    # Those are what the roots' ports have until "ids" changes them.
    expect(wrong, not any('ids ' in text and 'pci:1b36:000c' in text
                          for text in texts),
           'a parameter names IDs that are no longer there when it is recorded')


def check_squeezing(wrong):
    words = ['N4', 'N4', 'B2', 'N4']
    text = fixture.squeeze(words)
    expect(wrong, text == 'N4*2 B2 N4', text)
    expect(wrong, list(comparison.unsqueeze(text.split())) == words, text)


def change(folder, name, pattern, text):
    path = folder / name
    before = path.read_text(encoding='utf-8')
    path.write_text(re.sub(pattern, text, before, count=1), encoding='utf-8')
    return path.read_text(encoding='utf-8') != before


def check_comparisons(wrong, tool, fixtures):
    with tempfile.TemporaryDirectory() as scratch:
        for kind, host, name, pattern, text in CHANGES:
            folder = pathlib.Path(scratch) / host
            shutil.rmtree(folder, ignore_errors=True)
            shutil.copytree(fixtures / host, folder)
            before = comparison.compare_fixtures(tool, [folder])[0]
            expect(wrong, change(folder, name, pattern, text),
                   f'{kind}: nothing was changed')
            after = comparison.compare_fixtures(tool, [folder])[0]
            expect(wrong, not before.problems, f'{kind}: {before.problems[:1]}')
            noticed = [p for p in after.problems if f': {kind}: ' in p]
            expect(wrong, noticed, f'{kind}: a changed answer was not noticed')
            print(f'{kind}: {noticed[0] if noticed else "nothing"}')


def main():
    tool, fixtures = map(pathlib.Path, sys.argv[1:])
    wrong = []
    check_descriptions(wrong)
    check_bad(wrong)
    check_random(wrong)
    check_squeezing(wrong)
    check_comparisons(wrong, tool, fixtures)
    print('\n'.join(wrong))
    return 1 if wrong else 0


if __name__ == '__main__':
    sys.exit(main())
