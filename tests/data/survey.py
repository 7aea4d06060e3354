#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What p2pcheck takes from each lspci text of a folder of recordings.

    survey.py P2PCHECK FOLDER

Prints a line a file: functions; ACS known, absent, unknown; ACSCtl lines;
functions placed and not.  Fails where a file is not read, or an ACSCtl line
is not reflected: that function's ACS must be known, with just the bits that
the line has.  Skips (77) where the folder is not there.
"""
import json
import lzma
import os
import re
import subprocess
import sys
import tempfile

DEVICE = re.compile(r"(?:[0-9a-f:./]*/)?((?:[0-9a-f]{4,8}:)?"
                    r"[0-9a-f]{2}:[0-9a-f]{2}\.[0-7]) \S", re.A)
VERBOSE = re.compile(r"\s+(Control: I/O|Flags: (?!PME)|Capabilities: \[)")
FLAGS = ["SrcValid", "TransBlk", "ReqRedir", "CmpltRedir", "UpstreamFwd",
         "EgressCtrl", "DirectTrans"]


def text_of(path):
    opener = lzma.open if path.endswith(".xz") else open
    try:
        with opener(path, "rb") as file:
            return file.read().decode("utf-8", "replace")
    except (OSError, lzma.LZMAError):
        return ""


def acs_words(text):
    """Of each function (by address) the word of its last ACSCtl line."""
    words, lines, function = {}, 0, None
    for line in text.replace("\xa0", " ").splitlines():
        device = DEVICE.match(line)
        if not line.strip():
            function = None
        if device:
            function = device.group(1)
            if len(function) == 7:
                function = "0000:" + function
        found = re.match(r"\s+ACSCtl:(.*)", line)
        if found and function:
            lines += 1
            words[function] = sum(
                1 << bit for bit, name in enumerate(FLAGS)
                if re.search(r"(?<!\S)" + name + r"\+", found.group(1)))
    return words, lines


def is_lspci_text(text):
    lines = text.splitlines()
    return (any(DEVICE.match(line) for line in lines)
            and any(VERBOSE.match(line) for line in lines))


def report_of(program, text):
    with tempfile.NamedTemporaryFile("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        done = subprocess.run([program, "--from", file.name, "report", "--json"],
                              capture_output=True, text=True)
    if done.returncode not in (0, 1, 2):
        raise RuntimeError(done.stderr.strip() or f"status {done.returncode}")
    return json.loads(done.stdout)


def survey(program, text):
    """The counts of one file, and what is wrong with it."""
    functions = report_of(program, text)["functions"]
    words, lines = acs_words(text)
    states = [f["acs_state"] for f in functions]
    known, absent = states.count("known"), states.count("absent")
    placed = sum(f["placed_by"] != "nowhere" for f in functions)
    wrong = []
    by_address = {f["address"]: f for f in functions}
    for address, word in words.items():
        acs = by_address.get(address, {}).get("acs")
        if not acs or int(acs["control"], 16) & 0x7f != word:
            wrong.append(f"{address}: ACSCtl is 0x{word:02x}, read as {acs}")
    return [len(functions), known, absent, len(functions) - known - absent,
            lines, len(words), placed, len(functions) - placed], wrong


def main():
    program, folder = sys.argv[1:3]
    if not os.path.isdir(folder):
        print(f"skipped: {folder} is not there")
        return 77
    total, failures, files = [0] * 8, [], 0
    print("functions known absent unknown ACSCtl of placed nowhere")
    for where, _, names in sorted(os.walk(folder)):
        for path in sorted(os.path.join(where, name) for name in names):
            text = text_of(path)
            if not is_lspci_text(text):
                continue
            files += 1
            name = os.path.relpath(path, folder)
            try:
                counts, wrong = survey(program, text)
            except RuntimeError as error:
                failures.append(f"{name}: {error}")
                continue
            total = [a + b for a, b in zip(total, counts)]
            failures += [f"{name}: {line}" for line in wrong]
            print("%9d %5d %6d %7d %6d %2d %6d %7d" % tuple(counts), name)
    print("%9d %5d %6d %7d %6d %2d %6d %7d" % tuple(total),
          f"in all, {files} files")
    for failure in failures:
        print("FAILED", failure)
    return 1 if failures or not files else 0


if __name__ == "__main__":
    sys.exit(main())
