#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What p2pcheck understands of each file people recorded, as a table.

    understood.py P2PCHECK FOLDER

Reads every file of FOLDER, each archive there also unpacked, and prints a line
for it: what it was taken for, functions, those whose ACS and whose group is
known, ordered pairs of endpoints decided and undecided; or why it was refused.

Fails where the program does anything but answer (0, 1, 2) or refuse (65, with
a message that names the file), where it finds other functions than stand in
the text or the archive, or where an archive and its unpacked tree make
different recordings.  Skips (77) where the folder is not there.
"""
import bz2
import gzip
import json
import lzma
import os
import re
import subprocess
import sys
import tarfile
import tempfile

ADDRESS = r"(?:[0-9a-f]{4,8}:)?[0-9a-f]{2}:[0-9a-f]{2}\.[0-7]"
BUS_PATH = rf"(?:{ADDRESS}/)?(?:[0-9a-f]{{2}}:[0-9a-f]{{2}}\.[0-7]/)*"
DEVICE = re.compile(rf"{BUS_PATH}({ADDRESS})(?: |$)", re.A)
IN_SYSFS = re.compile(r"(?:^|/)bus/pci/devices/([0-9a-f:]+\.[0-7])$")
OPENERS = {".xz": lzma.open, ".gz": gzip.open, ".bz2": bz2.open}
ANSWERS, REFUSAL = (0, 1, 2), 65


def run(program, *arguments):
    return subprocess.run([program, *arguments], capture_output=True,
                          check=False, timeout=300)


def functions_in_text(path):
    """Addresses at the start of a line, as lspci writes a function."""
    opener = OPENERS.get(os.path.splitext(path)[1], open)
    with opener(path, "rb") as file:
        text = file.read().decode("utf-8", "replace").replace("\xa0", " ")
    found = set()
    for line in text.split("\n"):
        device = DEVICE.match(line)
        if device:
            first = line.split("/")[0] if "/" in line.split(" ")[0] else ""
            address = device.group(1)
            if len(address) == 7:
                domain = first[:-8] if len(first) > 7 else "0000"
                address = domain + ":" + address
            found.add(address)
    return found


def functions_in_tar(path):
    with tarfile.open(path) as tar:
        names = (member.name for member in tar)
        return {found.group(1) for found in map(IN_SYSFS.search, names)
                if found}


def is_tar(path):
    return tarfile.is_tarfile(path)


def summary(report):
    """The columns of a report's line."""
    functions = report["functions"]
    pairs = report["pair_classes"]
    decided = sum(p["pairs"] for p in pairs if p["map_type"] is not None)
    total = sum(p["pairs"] for p in pairs)
    return [len(functions),
            sum(f["acs_state"] in ("known", "absent") for f in functions),
            sum(f["iommu_group"] is not None for f in functions),
            decided, total - decided]


def kind_of(source):
    packing = source["packing"]
    return source["kind"] + (f" in {packing}" if packing else "")


class Survey:
    def __init__(self, program, folder):
        self.program, self.folder = program, folder
        self.failures, self.total = [], [0] * 5
        self.read = self.refused = self.same_trees = 0

    def fail(self, name, why):
        self.failures.append(f"{name}: {why}")

    def add(self, path):
        name = os.path.relpath(path, self.folder)
        done = run(self.program, "--from", path, "report", "--json")
        said = done.stderr.decode("utf-8", "replace")
        if done.returncode in ANSWERS:
            self.add_report(path, name, json.loads(done.stdout))
        elif done.returncode == REFUSAL and path in said:
            self.refused += 1
            why = said.split("\n")[0].replace("p2pcheck: ", "")
            print(f"{'refused':>37}  {name}: {why.replace(path + ': ', '')}")
        else:
            self.fail(name, f"exit status {done.returncode}: {said[-2000:]}")

    def add_report(self, path, name, report):
        columns = summary(report)
        self.read += 1
        self.total = [a + b for a, b in zip(self.total, columns)]
        print("%5d %5d %5d %9d %9d " % tuple(columns), name,
              f"({kind_of(report['source'])})")
        expected = functions_in_tar(path) if is_tar(path) \
            else functions_in_text(path)
        read = {f["address"] for f in report["functions"]}
        if read != expected:
            self.fail(name, f"{len(read)} functions, {len(expected)} in the "
                            f"file; not the same: {sorted(read ^ expected)}")
        if is_tar(path):
            self.compare_tree(path, name)

    def compare_tree(self, path, name):
        """The archive's recording and that of what tar makes of it."""
        with tempfile.TemporaryDirectory() as folder:
            with tarfile.open(path) as tar:
                for member in tar:
                    member.mode |= 0o700
                    if member.isfile() or member.isdir() or member.issym():
                        tar.extract(member, folder, set_attrs=False)
            tops = os.listdir(folder)
            root = folder if "sys" in tops else os.path.join(folder, tops[0])
            packed = run(self.program, "--from", path, "record").stdout
            tree = run(self.program, "--from", root, "record").stdout
        if packed and packed == tree:
            self.same_trees += 1
        else:
            self.fail(name, "unpacked it makes another recording")

    def finish(self):
        print("%5d %5d %5d %9d %9d " % tuple(self.total),
              f"in all: {self.read} files read, {self.refused} refused; "
              f"{self.same_trees} archives are what they unpack to")
        for failure in self.failures:
            print("FAILED", failure)
        return 1 if self.failures or not self.read else 0


def main():
    program, folder = os.path.abspath(sys.argv[1]), sys.argv[2]
    if not os.path.isdir(folder):
        print(f"skipped: {folder} is not there")
        return 77
    print("funct   ACS group   decided undecided")
    survey = Survey(program, folder)
    for where, _, names in sorted(os.walk(folder)):
        for name in sorted(names):
            survey.add(os.path.join(where, name))
    return survey.finish()


if __name__ == "__main__":
    sys.exit(main())
