#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Turns what an older harness kept of a real kernel into a fixture.

  import_answers.py PROGRAM ANSWERS FIXTURES

ANSWERS is a folder NAME-KERNEL with snapshot.tar.gz (the guest's /sys, /proc),
p2p_oracle.txt[.gz] (the verdicts), run.txt, perhaps dmabuf.txt.  What the
fixture has stands in harness/fixture.py.
"""
import gzip
import pathlib
import re
import sys
import tarfile
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
sys.dont_write_bytecode = True

from harness import boot, fixture  # noqa


def read_text(path):
    if path.exists():
        return path.read_text(encoding='utf-8')
    with gzip.open(f'{path}.gz', 'rt', encoding='utf-8') as file:
        return file.read()


def answer_of(folder, root):
    with tarfile.open(folder / 'snapshot.tar.gz') as tar:
        tar.extractall(root)
    (root / 'verdicts.txt').write_text(read_text(folder / 'p2p_oracle.txt'))
    run = read_text(folder / 'run.txt')
    said = {key: re.search(f'^{key}=(.*)', run, re.M)[1]
            for key in ('append', 'args')}
    release = re.search(r'\bkernel=(\S+)', run)[1]
    return boot.Answer(root, said['args'].split(), said['append']), release


def main():
    program, folder, fixtures = map(pathlib.Path, sys.argv[1:])
    name, kernel = folder.name.rsplit('-', 1)
    with tempfile.TemporaryDirectory() as scratch:
        answer, release = answer_of(folder, pathlib.Path(scratch))
        fixture.write(program, answer, release, fixtures / f'{name}@{kernel}')


if __name__ == '__main__':
    main()
