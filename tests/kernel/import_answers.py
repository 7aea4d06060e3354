#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Turns what a real kernel answered into a fixture.

  import_answers.py PROGRAM ANSWERS FIXTURES

ANSWERS is a folder that the kernel harness wrote: snapshot.tar.gz (the guest's
/sys and /proc), p2p_oracle.txt (the kernel's verdicts), run.txt.  The fixture
has host.recording, which PROGRAM makes of the snapshot, verdicts.txt, and
about.txt; dmabuf.txt is copied where there is one.  verdicts.txt has a line a
provider, and in it a verdict a client,
both in the order of addresses: N not supported, B bus address, H through the
host bridge, then the distance; "N4*3" stands for three in a row.
"""
import gzip
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile


def read_text(path):
    if os.path.exists(path):
        with open(path, encoding='utf-8') as file:
            return file.read()
    with gzip.open(path + '.gz', 'rt', encoding='utf-8') as file:
        return file.read()


def address_key(address):
    domain, bus, rest = address.split(':')
    device, function = rest.split('.')
    return tuple(int(part, 16) for part in (domain, bus, device, function))


def squeeze(words):
    """Runs of equal words, as "word*count"."""
    out = []
    for word in words:
        if out and out[-1][0] == word:
            out[-1][1] += 1
        else:
            out.append([word, 1])
    return ' '.join(w if n == 1 else f'{w}*{n}' for w, n in out)


def verdict_lines(answers):
    rows = {}
    for line in answers.splitlines():
        part = line.split()
        if part and part[0] == 'P':
            rows.setdefault(part[1], {})[part[2]] = part[4] + part[5]
    for provider in sorted(rows, key=address_key):
        clients = sorted(rows[provider], key=address_key)
        yield f'{provider} ' + squeeze(rows[provider][c] for c in clients)


def about(folder, answers):
    run = read_text(os.path.join(folder, 'run.txt')).splitlines()
    keep = [line for line in run if line.startswith(('append=', 'args='))]
    kernel = [w for line in run for w in line.split()
              if w.startswith('kernel=')]
    cpu = [line[2:] for line in answers.splitlines()
           if line.startswith('H cpu')]
    return '\n'.join(['answered by a real kernel in QEMU'] + kernel + cpu +
                     keep) + '\n'


def main():
    program, folder, fixtures = sys.argv[1:]
    name = '@'.join(os.path.basename(folder.rstrip('/')).rsplit('-', 1))
    try:
        answers = read_text(os.path.join(folder, 'p2p_oracle.txt'))
    except FileNotFoundError:
        print(f'{name}: no verdicts, left out')
        return
    target = os.path.join(fixtures, name)
    os.makedirs(target, exist_ok=True)
    with tempfile.TemporaryDirectory() as root:
        with tarfile.open(os.path.join(folder, 'snapshot.tar.gz')) as tar:
            tar.extractall(root)
        subprocess.run([program, '--from', root, 'record', '--output',
                        os.path.join(target, 'host.recording')], check=True)
    with open(os.path.join(target, 'verdicts.txt'), 'w',
              encoding='utf-8') as out:
        out.write('\n'.join(verdict_lines(answers)) + '\n')
    dmabuf = os.path.join(folder, 'dmabuf.txt')
    if os.path.exists(dmabuf):
        shutil.copy(dmabuf, os.path.join(target, 'dmabuf.txt'))
    with open(os.path.join(target, 'about.txt'), 'w', encoding='utf-8') as out:
        out.write(about(folder, answers))


if __name__ == '__main__':
    main()
