#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Prints how far groups recomputed from mailed lspci output are those of the
same machine: one line a file.

    groups_agreement.py P2PCHECK DATA

DATA holds lspci output and, beside each FILE (FILE.txt, FILE.txt.xz), the
groups of its devices in FILE.groups.tsv ("address TAB group").  Without DATA
the script says so and ends with 77, which ctest counts as skipped.
"""
import lzma
import pathlib
import subprocess
import sys

# What the files that are there now give; fewer means that something was lost.
MIN_AGREE = 200


def text_of(path):
    data = path.read_bytes()
    return lzma.decompress(data) if path.suffix == ".xz" else data


def source_of(truth):
    stem = truth.name[: -len(".groups.tsv")]
    for path in sorted(truth.parent.iterdir()):
        if path != truth and path.name.split(".txt")[0].split(".log")[0].split(
                ".md")[0] == stem:
            return path
    return None


def full(address):
    return address if address.count(":") == 2 else "0000:" + address


def partition_of(truth):
    groups = {}
    for line in truth.read_text().splitlines():
        address, group = line.split("\t")[:2]
        groups[full(address)] = group
    return groups


def compare(predicted, truth):
    """agree, differ, open: functions of the truth."""
    tally = {"yes": 0, "no": [], "open": 0}
    for address, group in truth.items():
        if predicted.get(address, "?") == "?":
            tally["open"] += 1
            continue
        same_truth = {a for a, g in truth.items() if g == group}
        same = {a for a, g in predicted.items()
                if g == predicted[address] and a in truth}
        if same == same_truth:
            tally["yes"] += 1
        else:
            tally["no"].append(address)
    return tally


def groups(program, text, kernel):
    command = [program, "--from", "-", "--no-names"]
    if kernel:
        command += ["--kernel", kernel]
    done = subprocess.run(command + ["groups", "--tsv"], input=text,
                          capture_output=True, check=False)
    if done.returncode not in (0, 1, 2):
        return None, done.stderr.decode(errors="replace").strip()
    rows = [line.split("\t") for line in done.stdout.decode().splitlines()[1:]]
    return {row[0]: row[2] for row in rows}, ""


def main():
    program, data = sys.argv[1], pathlib.Path(sys.argv[2])
    if not data.is_dir():
        print(f"{data} is not here: skipped")
        return 77
    total = [0, 0, 0]
    for truth in sorted(data.rglob("*.groups.tsv")):
        name = truth.relative_to(data).as_posix()[: -len(".groups.tsv")]
        source = source_of(truth)
        text = text_of(source) if source else b""
        if b"Access Control Services" not in text and b"\n10: " not in text:
            continue
        for kernel in (None, "6.12.95"):
            predicted, error = groups(program, text, kernel)
            if predicted is None:
                print(f"{name}: {error.splitlines()[-1] if error else 'failed'}")
                break
            tally = compare(predicted, partition_of(truth))
            print(f"{name} ({kernel or 'any kernel'}): "
                  f"{tally['yes']} agree, {len(tally['no'])} differ, "
                  f"{tally['open']} open  {' '.join(tally['no'][:8])}")
            if kernel:
                for i, n in enumerate((tally["yes"], len(tally["no"]),
                                       tally["open"])):
                    total[i] += n
    print(f"all, judged as 6.12.95: {total[0]} agree, {total[1]} differ, "
          f"{total[2]} open")
    return 1 if total[1] > 0 or total[0] < MIN_AGREE else 0


if __name__ == "__main__":
    sys.exit(main())
