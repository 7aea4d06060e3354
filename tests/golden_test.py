#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Worked outputs: each fixtures/cases/*.case is a command and what it prints.

    golden_test.py P2PCHECK SOURCE_DIRECTORY [--update]

The first line of a case that is no comment is "$ COMMAND", a line for sh that
is run in the source directory with p2pcheck in its path and 80 columns; the
next one is "exit STATUS"; what follows is standard output, to the byte.  JSON
has to parse, without doubled keys.  --update writes down what is printed now.
"""
import json
import os
import pathlib
import subprocess
import sys
import tempfile


class Case:
    """One file, cut into what stands before the output and the output."""

    def __init__(self, path):
        self.path = path
        lines = path.read_text().split("\n")
        at = next(i for i, line in enumerate(lines) if line.startswith("$ "))
        self.head, self.command = lines[:at], lines[at][2:]
        self.status = int(lines[at + 1].split()[1]) if lines[at + 1:] and \
            lines[at + 1].startswith("exit ") else None
        self.output = "\n".join(lines[at + 2:])

    def write(self, status, output):
        self.path.write_text("\n".join(
            self.head + ["$ " + self.command, f"exit {status}", output]))


def run(command, root, path):
    done = subprocess.run(
        ["sh", "-c", command], cwd=root, check=False, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env={"PATH": f"{path}:{os.environ['PATH']}", "LC_ALL": "C.UTF-8",
             "COLUMNS": "80"})
    return done.returncode, done.stdout.decode()


def no_doubles(pairs):
    keys = [key for key, _ in pairs]
    if len(keys) != len(set(keys)):
        raise ValueError(f"a key twice: {keys}")
    return dict(pairs)


def too_wide(case, output):
    """Text for 80 columns, where the command sets no other width."""
    if "--json" in case.command or "--tsv" in case.command or \
            "COLUMNS=" in case.command:
        return []
    return [line for line in output.splitlines() if len(line) > 80]


def check(case, root, path):
    status, output = run(case.command, root, path)
    wrong = [f"wider than 80 columns: {line}"
             for line in too_wide(case, output)]
    if "--json" in case.command and "|" not in case.command.split("--json")[1]:
        try:
            json.loads(output, object_pairs_hook=no_doubles)
        except ValueError as error:
            wrong.append(f"no JSON: {error}")
    if status != case.status:
        wrong.append(f"exit {status}, expected {case.status}")
    if output != case.output:
        wrong.append("prints now:\n" + output)
    return wrong


def main():
    program, root = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    cases = [Case(p) for p in sorted((root / "fixtures/cases").glob("*.case"))]
    bad = 0
    with tempfile.TemporaryDirectory() as path:
        os.symlink(program.resolve(), pathlib.Path(path, "p2pcheck"))
        for case in cases:
            if "--update" in sys.argv:
                case.write(*run(case.command, root, path))
                continue
            for wrong in check(case, root, path):
                bad += 1
                print(f"{case.path.name}: $ {case.command}\n{wrong}")
    print(f"{len(cases)} cases: {bad} wrong")
    return 1 if bad or len(cases) < 5 else 0


if __name__ == "__main__":
    sys.exit(main())
