#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What was said about peer-to-peer DMA, and the commands that show it.

    seeds_test.py P2PCHECK SOURCE_DIRECTORY

The manual's EXAMPLES list statements from the discussions that this program
grew out of, each with a command.  A comment before the command has the
statement's number and words that its output must show:

    .\\" 003.2: bar-smaller-than-page, EINVAL
    .Dl p2pcheck bars --from fixtures/hosts/.../host.recording

Every command is run in the source directory and must show its words; every
statement of the specification has to be there; and no example's words may
stand in the output of another example's command as a rule, so that a test
that always passes is noticed.
"""
import os
import pathlib
import re
import subprocess
import sys
import tempfile

# How many statements each discussion has.
STATEMENTS = {"000": 16, "001": 19, "002": 9, "003": 11}


def unroff(line):
    """What man shows of a .Dl line."""
    text = line[len(".Dl "):]
    for escape, shown in (("\\(dq", '"'), ("\\(aq", "'"), ("\\(ha", "^"),
                          ("\\(ti", "~"), ("\\&", ""), ("\\-", "-"),
                          ("\\e", "\\")):
        text = text.replace(escape, shown)
    return text


def examples(page):
    """(number, words, command) in the order of the page."""
    found, notes = [], []
    for line in page.splitlines():
        note = re.match(r'\.\\" (\d{3}\.\d+): (.*)', line)
        if note:
            notes.append((note[1], [w.strip() for w in note[2].split(", ")]))
        elif line.startswith(".Dl "):
            found += [(n, words, unroff(line)) for n, words in notes]
            notes = []
    return found


def run(command, root, path):
    done = subprocess.run(
        ["sh", "-c", command], cwd=root, check=False, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env={"PATH": f"{path}:{os.environ['PATH']}", "LC_ALL": "C.UTF-8"})
    return done.stdout.decode()


def missing_statements(found):
    have = {number for number, _, _ in found}
    for seed, count in STATEMENTS.items():
        for i in range(1, count + 1):
            if f"{seed}.{i}" not in have:
                yield f"{seed}.{i}: no example shows it"


def main():
    program, root = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    found = examples((root / "man/p2pcheck.8").read_text())
    wrong = list(missing_statements(found))
    outputs = {}
    with tempfile.TemporaryDirectory() as path:
        os.symlink(program.resolve(), pathlib.Path(path, "p2pcheck"))
        for command in dict.fromkeys(command for _, _, command in found):
            outputs[command] = run(command, root, path)
    for number, words, command in found:
        for word in words:
            if word not in outputs[command]:
                wrong.append(f"{number}: $ {command}\ndoes not show \"{word}\""
                             f"; it prints:\n{outputs[command]}")
    for number, words, command in found:
        others = [c for c in outputs if c != command]
        if others and all(all(w in outputs[c] for w in words) for c in others):
            wrong.append(f"{number}: {words} are in every output")
    print("\n".join(wrong))
    print(f"{len(found)} statements, {len(outputs)} commands: "
          f"{len(wrong)} wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
