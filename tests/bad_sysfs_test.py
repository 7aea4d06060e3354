#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Sysfs trees with something wrong: told, and the rest read.

  bad_sysfs_test.py PROGRAM FOLDER

Beside each tree of FOLDER stands NAME.expected, what the program says of it on
stderr, to the letter.  The function at 0000:00:00.0, which every tree has, must
be in what is recorded.
"""
import pathlib
import subprocess
import sys


def main():
    program = str(pathlib.Path(sys.argv[1]).resolve())
    folder = pathlib.Path(sys.argv[2])
    wrong, trees = 0, 0
    for expected in sorted(folder.glob('*.expected')):
        name = expected.name[:-len('.expected')]
        done = subprocess.run([program, '--from', name, 'record'],
                              capture_output=True, text=True, cwd=folder,
                              check=False)
        trees += 1
        if done.stderr != expected.read_text() or done.returncode != 0:
            print(f'{name}: exit status {done.returncode}, it says\n'
                  f'{done.stderr}instead of\n{expected.read_text()}')
            wrong += 1
        if '\n0000:00:00.0 ' not in done.stdout:
            print(f'{name}: the sound function was lost')
            wrong += 1
    print(f'{trees} trees, {wrong} wrong')
    sys.exit(1 if wrong or trees < 7 else 0)


if __name__ == '__main__':
    main()
