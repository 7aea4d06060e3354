#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The same host as lspci's text tells less, never something else.

    text_against_recording.py P2PCHECK HOSTS...

Of each host.recording, lspci makes the text of -vvv.  With the same kernel
and CPU assumed, every verdict from the text must allow for what the recording
says.  Prints how many are equal, and fails where that is few.  Skips (77)
without lspci.
"""
import glob
import os
import re
import shutil
import subprocess
import sys
import tempfile

LEAST_EQUAL = 85  # per cent


def matrix(program, *options):
    done = subprocess.run([program, *options, "matrix", "all", "--tsv"],
                          capture_output=True, text=True)
    if done.returncode not in (0, 1, 2):
        raise RuntimeError(done.stderr)
    rows = (line.split("\t") for line in done.stdout.splitlines()[1:])
    return {(row[0], row[1]): set(row[4].split("|")) for row in rows}


def field(text, name):
    found = re.search(rf"^@{name} (\S+)", text, re.M)
    return found and found.group(1)


def assumptions(recording):
    with open(recording, encoding="utf-8") as file:
        text = file.read()
    release = field(text, "kernel_release")
    options = ["--kernel", release] if release else []
    vendor, family = field(text, "cpu_vendor"), field(text, "cpu_family")
    if vendor and family:
        options += ["--assume", f"cpu={vendor}:{family}"]
    return options


def ids(recording):
    """IDs by address, as the kernel has them."""
    with open(recording, encoding="utf-8") as file:
        text = file.read()
    return {found.group(1): f"[{found.group(2)}:{found.group(3)}]"
            for found in re.finditer(
                r"^(\S+:\S+) \S+: .*\n(?:@.*\n)*?@vendor 0x(\S+)\n"
                r"@device 0x(\S+)$", text, re.M)}


def text_of(recording, level):
    """On the host lspci prints the kernel's IDs, from a file the bytes'; the
    two differ where a host was given another one's."""
    text = subprocess.run(["lspci", "-F", recording, level, "-nn", "-D"],
                          capture_output=True, text=True, check=True).stdout
    known = ids(recording)
    lines = text.splitlines(keepends=True)
    for i, line in enumerate(lines):
        address = line.split(" ", 1)[0]
        if address in known:
            lines[i] = re.sub(r"\[[0-9a-f]{4}:[0-9a-f]{4}\]", known[address],
                              line)
    return "".join(lines)


def compare(program, recording, level):
    options = assumptions(recording)
    with tempfile.NamedTemporaryFile("w", encoding="utf-8") as file:
        file.write(text_of(recording, level))
        file.flush()
        told = matrix(program, "--from", file.name, *options)
    true = matrix(program, "--from", recording, *options)
    wrong = [pair for pair in true
             if not true[pair] <= told.get(pair, set())]
    equal = sum(true[pair] == told.get(pair) for pair in true)
    return len(true), equal, wrong


def main():
    program = sys.argv[1]
    recordings = sorted(recording for folder in sys.argv[2:]
                        for recording in glob.glob(folder + "/*/host.recording"))
    if not shutil.which("lspci"):
        print("skipped: lspci is not installed")
        return 77
    failed = not recordings
    for level in ("-v", "-vvv"):
        pairs = equals = 0
        for recording in recordings:
            count, equal, wrong = compare(program, recording, level)
            pairs, equals = pairs + count, equals + equal
            for pair in wrong:
                print("WRONG", os.path.dirname(recording), level, *pair)
                failed = True
        share = 100 * equals / pairs if pairs else 0
        print(f"{level}: {len(recordings)} hosts, {pairs} pairs, "
              f"{share:.1f} % as from the recording, none may contradict it")
        failed |= level == "-vvv" and share < LEAST_EQUAL
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
