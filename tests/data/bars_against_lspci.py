#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Our BARs against lspci -vv's regions, region by region.

    bars_against_lspci.py PRINT_BARS FIXTURES SHARED

Three comparisons of address, size, kind, width and prefetchability:
  sysfs       trees of SHARED (snapshots of kernels, other people's hosts), by
              lspci with -O sysfs.path
  texts       lspci -vv as people mailed it (SHARED/data), read here by one
              regular expression
  recordings  of FIXTURES, by lspci -F, which knows no sizes and no VF's BARs
Prints how many regions were compared.  Without SHARED, only the last.  Skips
(77) where lspci is not installed.
"""
import glob
import lzma
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile

DEVICE = re.compile(r"(?:[0-9a-f:./]*/)?((?:[0-9a-f]{4,8}:)?"
                    r"[0-9a-f]{2}:[0-9a-f]{2}\.[0-7]) \S", re.A)
REGION = re.compile(
    r"\s+(?:Region ([0-5]): (?:\[virtual\] )?(Memory|I/O ports) at "
    r"|(Expansion ROM) at )(?:([0-9a-f]+)|<\w+>)"
    r"(?: \((64-bit|32-bit|low-1M|type 3), ((?:non-)?prefetchable)\))?"
    r"[^\n]*?(?:\[size=(\d+)([KMGT]?)\])?\s*$", re.A)
UNITS = {"": 1, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30, "T": 1 << 40}


class Region:
    """What one line says; None: it does not say."""

    def __init__(self, kind, start, size, wide, prefetchable):
        self.kind, self.start, self.size = kind, start, size
        self.wide, self.prefetchable = wide, prefetchable

    def differs(self, other):
        """The first thing both say and say differently."""
        for name in ("kind", "start", "size", "wide", "prefetchable"):
            a, b = getattr(self, name), getattr(other, name)
            # lspci masks the ports of legacy IDE, 3f6 and 376, as a register.
            if name == "start" and a and self.kind == "io":
                a &= ~3
            if a is not None and b is not None and a != b:
                return f"{name}: {show(a)}, lspci has {show(b)}"
        return None


def show(value):
    return hex(value) if type(value) is int else value


def region_of(match):
    number, kind, rom, start, width, prefetch, size, unit = match.groups()
    index = 6 if rom else int(number)
    return index, Region(
        "io" if kind == "I/O ports" else "memory",
        None if start is None else int(start, 16),
        None if size is None else int(size) * UNITS[unit],
        None if width is None else width == "64-bit",
        None if prefetch is None else prefetch == "prefetchable")


def regions_in_text(text, bridges=None):
    """{function: {index: Region}} of lspci -vv; SR-IOV's own left out.

    Adds the functions that lead to a bus to `bridges`."""
    found, function, own = {}, None, True
    for line in text.replace("\xa0", " ").splitlines():
        device = DEVICE.match(line)
        if device:
            function = device.group(1)
            function = ("0000:" if len(function) == 7 else "") + function
            found.setdefault(function, {})
            own = True
        elif not line.strip():
            function = None
        elif re.match(r"\s+Capabilities:", line):
            own = False
        if bridges is not None and re.match(r"\s+Bus: primary=", line):
            bridges.add(function)
        match = REGION.match(line)
        if match and function and own:
            index, region = region_of(match)
            found[function][index] = region
    return found


def our_regions(print_bars, source):
    """The same of print_bars; None for a function without `resource`."""
    done = subprocess.run([print_bars, source], capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(done.stderr.strip())
    found = {}
    for line in done.stdout.splitlines():
        function, index, *rest = line.split()
        if index == "unknown":
            found[function] = None
            continue
        kind, start, size, width, prefetch = rest[:5]
        if "unset" in rest:
            start = None
        found.setdefault(function, {})[int(index)] = Region(
            kind, start and int(start, 16), int(size, 16),
            None if kind == "io" else width == "64",
            None if kind == "io" or index == "6" else prefetch == "pref")
    return found


class Comparison:
    def __init__(self, name):
        self.name, self.sources, self.count, self.wrong = name, 0, 0, []

    def check(self, where, ours, theirs, same_set):
        """`same_set`: neither may have a region that the other lacks."""
        self.sources += 1
        for function, regions in sorted(theirs.items()):
            mine = ours.get(function, {})
            if mine is None:
                continue
            for index in sorted(set(regions) | (set(mine) if same_set else
                                                set())):
                self.check_one(f"{where} {function} region {index}",
                               mine.get(index), regions.get(index))

    def check_one(self, where, mine, theirs):
        # The ROM's register has something, and the kernel gave it no resource.
        if mine is None and theirs.kind == "memory" and theirs.start is None:
            return None
        self.count += 1
        if mine is None or theirs is None:
            who = "we" if mine is None else "lspci"
            return self.wrong.append(f"{where}: {who} have none")
        problem = mine.differs(theirs)
        if problem:
            self.wrong.append(f"{where}: {problem}")
        return None

    def report(self):
        print(f"{self.name}: {self.count} regions of {self.sources} sources, "
              f"{len(self.wrong)} differ")
        for line in self.wrong:
            print("FAILED", line)


def lspci(*arguments):
    done = subprocess.run(["lspci", "-D", "-n", "-vv", *arguments],
                          capture_output=True, text=True, errors="replace")
    return done.stdout


def sysfs_trees(shared):
    patterns = ["oracle/hosts/*/snapshot.tar.gz", "data/hwloc/*.tar.bz2",
                "data/ghw/*.tar.gz"]
    for pattern in patterns:
        yield from sorted(glob.glob(os.path.join(shared, pattern)))


def unpack(archive, folder):
    """The folder that holds bus/pci/devices, or None."""
    with tarfile.open(archive) as tar:
        for member in tar:
            try:
                tar.extract(member, folder)
            except (OSError, KeyError):
                pass
    for where, folders, _ in os.walk(folder):
        if where.endswith("/bus/pci") and "devices" in folders:
            return where
    return None


def compare_sysfs(print_bars, shared):
    out = Comparison("sysfs")
    for archive in sysfs_trees(shared):
        with tempfile.TemporaryDirectory() as folder:
            bus = unpack(archive, folder)
            if not bus:
                continue
            theirs = regions_in_text(lspci("-O", "sysfs.path=" + bus))
            ours = our_regions(print_bars, os.path.dirname(
                os.path.dirname(bus)))
            out.check(os.path.relpath(archive, shared), ours, theirs, True)
    return out


def text_of(path):
    opener = lzma.open if path.endswith(".xz") else open
    try:
        with opener(path, "rb") as file:
            return file.read().decode("utf-8", "replace")
    except (OSError, lzma.LZMAError):
        return ""


def cut(text):
    """The functions in whose listing stands what lspci did not write."""
    found, function = set(), None
    for line in text.splitlines():
        device = DEVICE.match(line)
        if device or not line.strip():
            function = device and device.group(1)
        elif function and not re.match(
                r"\s|pcilib: |lspci: |```|[0-9a-f]{2,3}: ([0-9a-f]{2} ?){16}$",
                line):
            found.add(("0000:" if len(function) == 7 else "") + function)
    return found


def has_all(regions):
    """Every line has address and size, so that we must know the function."""
    return regions and all(r.start is not None and r.size is not None
                           for r in regions.values())


def compare_texts(print_bars, shared):
    out = Comparison("texts")
    for where, _, names in sorted(os.walk(os.path.join(shared, "data"))):
        for path in sorted(os.path.join(where, name) for name in names):
            text = text_of(path)
            bridges = set()
            theirs = regions_in_text(text, bridges) if "Region " in text else {}
            if not any(theirs.values()):
                continue
            with tempfile.NamedTemporaryFile("w", encoding="utf-8") as file:
                file.write(text)
                file.flush()
                ours = our_regions(print_bars, file.name)
            name = os.path.relpath(path, shared)
            for function, regions in theirs.items():
                # A bridge's `resource` has its windows too, so no text has it.
                if function not in bridges | cut(text) and \
                        has_all(regions) and ours.get(function) is None:
                    out.wrong.append(f"{name} {function}: we know none")
            out.check(name, ours, theirs, False)
    return out


def compare_recordings(print_bars, fixtures):
    out = Comparison("recordings")
    pattern = os.path.join(fixtures, "*", "*.recording")
    for path in sorted(glob.glob(pattern)):
        theirs = regions_in_text(lspci("-F", path))
        ours = our_regions(print_bars, path)
        # The shadow of a VGA device's ROM is the kernel's; no register has it.
        for regions in ours.values():
            if regions and 6 in regions and regions[6].start == 0xc0000:
                regions[6].start = None
        out.check(os.path.relpath(path, fixtures), ours, theirs, False)
    return out


def main():
    print_bars, fixtures, shared = sys.argv[1:4]
    if not shutil.which("lspci"):
        print("skipped: lspci is not installed")
        return 77
    done = [compare_recordings(print_bars, fixtures)]
    if os.path.isdir(shared):
        done.append(compare_sysfs(print_bars, shared))
        done.append(compare_texts(print_bars, shared))
    else:
        print(f"{shared} is not there: its hosts are skipped")
    for comparison in done:
        comparison.report()
    good = all(c.count and not c.wrong for c in done)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
