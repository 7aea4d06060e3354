#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What README.md shows is what the program prints today.

    readme_test.py P2PCHECK SOURCE_DIRECTORY

Every ```console block: a line "$ p2pcheck ..." is run in the source directory,
the lines below it are its output.  Options and commands that stand in the
text must exist, and so must every file it links or names.
"""
import os
import pathlib
import re
import shlex
import subprocess
import sys

PROGRAM, ROOT = sys.argv[1], pathlib.Path(sys.argv[2])


def blocks(text):
    return re.findall(r"^```console\n(.*?)^```$", text, re.M | re.S)


def sessions(block):
    """(command, output) pairs of a block."""
    parts = re.split(r"^\$ (.*)\n", block, flags=re.M)
    return list(zip(parts[1::2], parts[2::2]))


def run(command):
    words = shlex.split(command)
    done = subprocess.run([PROGRAM, *words[1:]], cwd=ROOT, check=False,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          env={**os.environ, "LC_ALL": "C.UTF-8",
                               "COLUMNS": "100"})
    return done.stdout.decode()


def check_sessions(text):
    wrong, count = [], 0
    for block in blocks(text):
        for command, output in sessions(block):
            count += 1
            now = run(command)
            if now.rstrip() != output.rstrip():
                wrong.append(f"$ {command}\nprints now:\n{now}")
    return wrong if count else ["README.md shows no output at all"]


def check_paths(name, text):
    """[text](path) and `path/with/slash` of the tree; what is beside it may be
    missing."""
    named = re.findall(r"\]\(([^)#:]+)\)", text)
    named += [p for p in re.findall(r"`([\w.-]+/[\w./*-]+)`", text)
              if not p.startswith(("build/", "drivers/", "../"))]
    for path in named:
        if not list(ROOT.glob(path.rstrip("/"))):
            yield f"{name}: {path}: no such file"


def main():
    readme = (ROOT / "README.md").read_text()
    wrong = check_sessions(readme)
    wrong += check_paths("README.md", readme)
    wrong += check_paths("HACKING.md", (ROOT / "HACKING.md").read_text())
    for changed in (readme.replace("BUS_ADDR", "BUS_ADR"),
                    readme.replace("\n$ p2pcheck", "\n$ p2pcheck --kernel 4.0")):
        if not wrong and not check_sessions(changed):
            wrong.append("a changed README was not noticed")
    print("\n".join(wrong) or "README.md shows what the program prints")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
