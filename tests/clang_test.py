#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""clang takes what g++ takes, and clang-format has nothing to move.

    clang_test.py syntax BUILD_DIRECTORY SOURCE_DIRECTORY
    clang_test.py format SOURCE_DIRECTORY

syntax: every source of compile_commands.json, with its own flags, and every
header alone, so that it includes what it needs.
"""
import concurrent.futures
import json
import os
import pathlib
import shlex
import shutil
import subprocess
import sys

SKIPPED = 77
FORMAT_VERSION = "version 14."  # Debian 12's, which settles the layout
FOLDERS = ("src", "cli", "tests")
# C, as the kernel formats it; its headers need the kernel's.
NOT_OURS_TO_MOVE = ("tests/kernel/module/", "tests/kernel/guest/")


def our_files(root, *suffixes):
    return [path for folder in FOLDERS
            for path in sorted((root / folder).rglob("*"))
            if path.suffix in suffixes and not
            path.relative_to(root).as_posix().startswith(NOT_OURS_TO_MOVE)]


def flags_of(command):
    """What matters to clang of a g++ command line."""
    words, kept, index = shlex.split(command), [], 0
    while index < len(words):
        word = words[index]
        if word in ("-I", "-isystem", "-include"):
            kept += words[index:index + 2]
            index += 1
        elif word.startswith(("-I", "-D", "-std=", "-W")):
            kept.append(word)
        index += 1
    return kept


def run(command):
    done = subprocess.run(command, capture_output=True, check=False, text=True)
    return done.returncode, command[-1], done.stdout + done.stderr


def jobs_of(build, root):
    clang = ["clang++", "-fsyntax-only", "-Werror"]
    entries = json.loads((build / "compile_commands.json").read_text())
    flags = {}
    for entry in entries:
        path = pathlib.Path(entry["file"])
        flags[path] = flags_of(entry["command"])
        # What was generated is in the build folder; it is ours too.
        yield [*clang, *flags[path], str(path)]
    widest = max(flags.values(), key=len)
    for header in our_files(root, ".h"):
        yield [*clang, *widest, f"-I{root}", "-Wno-unused-const-variable",
               "-Wno-unused-function", "-x", "c++", str(header)]


def check_syntax(build, root):
    jobs = list(jobs_of(build, root))
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        results = list(pool.map(run, jobs))
    wrong = [(name, text) for status, name, text in results if status]
    for name, text in wrong:
        print(f"{name}:\n{text}")
    print(f"clang++: {len(jobs)} files, {len(wrong)} wrong")
    return 1 if wrong or len(jobs) < 50 else 0


def check_format(root):
    version = run(["clang-format", "--version"])[2].strip()
    if FORMAT_VERSION not in version:
        print(f"{version} lays out otherwise than {FORMAT_VERSION}: skipped")
        return SKIPPED
    files = our_files(root, ".cc", ".h")
    status, _, text = run(["clang-format", "--dry-run", "-Werror",
                           *map(str, files)])
    print(text)
    print(f"clang-format: {len(files)} files")
    return 1 if status or len(files) < 50 else 0


def main():
    tool = {"syntax": "clang++", "format": "clang-format"}[sys.argv[1]]
    if not shutil.which(tool):
        print(f"{tool} is not installed: skipped")
        return SKIPPED
    paths = [pathlib.Path(argument) for argument in sys.argv[2:]]
    return (check_syntax if tool == "clang++" else check_format)(*paths)


if __name__ == "__main__":
    sys.exit(main())
