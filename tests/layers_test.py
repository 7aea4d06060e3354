#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Holds every #include of the tree to src/LAYERS.

    layers_test.py SOURCE_DIRECTORY

Reads the table, checks all of src/, cli/ and tests/, and then plants
violations in a copy held in memory to see that each is found.
"""
import pathlib
import re
import sys

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"][^>"]+[>"])')
COMMENT = re.compile(r"//.*|\"(\\.|[^\"\\])*\"")


def read_table(text):
    """({folder: allowed folders}, {thing: places})."""
    folders, only = {}, {}
    for line in text.splitlines():
        line = line.split("#", 1)[0].strip()
        if not line:
            continue
        left, right = line.split(":", 1)
        if left.startswith("only "):
            only[left[5:].strip()] = right.split()
        else:
            folders[left] = set(right.split())
    return folders, only


def layer_of(path):
    """src/pci/acs.cc is of pci; cli/... of cli; tests/... of tests."""
    parts = path.split("/")
    return parts[1] if parts[0] == "src" else parts[0]


def stands_in(path, places):
    return any(path == p or path.startswith(p + "/") for p in places)


def check_quoted(path, name, folders):
    layer, target = layer_of(path), name.split("/")[0]
    if layer == "tests" and target not in folders:
        return None  # of the test's own support
    if "/" not in name:
        return f'"{name}": give the path from src/ or the root'
    if target not in folders:
        return f'"{name}": src/LAYERS has no folder {target}'
    if target != layer and target not in folders[layer]:
        return f'"{name}": {layer} may not include {target}'
    return None


def check_line(path, line, folders, only):
    """What is wrong with one line, or None."""
    include = INCLUDE.match(line)
    if include and include[1][0] == '"':
        return check_quoted(path, include[1][1:-1], folders)
    if path.startswith("tests/"):
        return None
    for thing, places in only.items():
        if thing.endswith("("):
            call = re.compile(r"(?<![\w.>])" + re.escape(thing))
            found = call.search(COMMENT.sub("", line))
        else:
            found = include and include[1].startswith(thing)
        if found and not stands_in(path, places):
            where = " ".join(places) or "nowhere"
            return f"{thing} may stand in: {where}"
    return None


def check(files, folders, only):
    """All violations as "file:line: what"."""
    wrong = []
    for path, text in sorted(files.items()):
        if layer_of(path) not in folders:
            wrong.append(f"{path}:1: src/LAYERS has no folder for it")
            continue
        for number, line in enumerate(text.splitlines(), 1):
            error = check_line(path, line, folders, only)
            if error:
                wrong.append(f"{path}:{number}: {error}")
    return wrong


TYPE = re.compile(r"^(?:struct|class|enum class|enum) (\w+)[^;]*\{", re.MULTILINE)


def check_types(files):
    """Two types of one name make one program undefined, and no compiler or
    linker says so."""
    wrong, seen = [], {}
    for path, text in sorted(files.items()):
        if not path.endswith(".h"):
            continue
        for name in TYPE.findall(text):
            if name in seen:
                wrong.append(f"{path}: {name} is also in {seen[name]}")
            seen[name] = path
    return wrong


def read_tree(root):
    return {
        str(path.relative_to(root)): path.read_text()
        for folder in ("src", "cli", "tests")
        for path in sorted((root / folder).rglob("*"))
        if path.suffix in (".cc", ".h")
    }


PLANTED = [
    ("src/pci/planted.cc", '#include "verdict/decide.h"'),
    ("src/fabric/planted.cc", '#include "verdict/decide.h"'),
    ("src/report/planted.cc", '#include "source/source.h"'),
    ("src/base/planted.h", '#include "pci/acs.h"'),
    ("src/topology/planted.h", '#include "cli/output.h"'),
    ("src/pci/planted.cc", '#include "acs.h"'),
    ("src/newcomer/planted.cc", '#include "base/ternary.h"'),
    ("cli/planted.cc", "#include <CLI/CLI.hpp>"),
    ("src/rules/planted.cc", "#include <toml++/toml.h>"),
    ("src/verdict/planted.cc", "#include <pci/pci.h>"),
    ("src/topology/planted.cc", "#include <fstream>"),
    ("src/pci/planted.cc", "  FILE* f = std::fopen(name, \"r\");"),
    ("src/snapshot/planted.cc", "#include <fcntl.h>"),
    ("cli/planted.cc", "  std::system(command);"),
]
ALLOWED = [
    ("src/verdict/planted.cc", '#include "topology/topology.h"'),
    ("src/source/planted.cc", "#include <fcntl.h>"),
    ("src/source/planted.cc", "  FILE* f = std::fopen(name, \"r\");"),
    ("src/pci/planted.cc", "  // getenv() is not called here"),
    ("src/pci/planted.cc", "  log.system(command);"),
    ("tests/pci/planted.cc", "#include <fstream>"),
    ("tests/pci/planted.cc", '#include "support/sketch.h"'),
]


def self_test(folders, only):
    """A checker that finds nothing would pass too; this one must find."""
    wrong = []
    for path, line in PLANTED:
        if not check({path: line}, folders, only):
            wrong.append(f"planted, not found: {path}: {line}")
    for path, line in ALLOWED:
        for error in check({path: line}, folders, only):
            wrong.append(f"refused, but allowed: {error}: {line}")
    twice = {"src/pci/a.h": "struct A {\n", "src/rules/b.h": "class A : B {\n"}
    if not check_types(twice):
        wrong.append("planted, not found: a type of two headers")
    return wrong


def check_table(files, folders, only):
    """Entries of the table that name nothing any more."""
    wrong = []
    for folder in folders:
        if not any(layer_of(path) == folder for path in files):
            wrong.append(f"src/LAYERS: {folder} has no files")
    for thing, places in only.items():
        for place in places:
            if not any(stands_in(path, [place]) for path in files):
                wrong.append(f"src/LAYERS: only {thing}: no such {place}")
    return wrong


def main():
    root = pathlib.Path(sys.argv[1])
    folders, only = read_table((root / "src/LAYERS").read_text())
    files = read_tree(root)
    wrong = check(files, folders, only)
    wrong += check_table(files, folders, only)
    wrong += check_types(files)
    wrong += self_test(folders, only)
    for line in wrong:
        print(line)
    print(
        f"{len(files)} files, {len(folders)} layers, {len(PLANTED)} planted "
        f"violations: {len(wrong)} wrong"
    )
    return 1 if wrong or len(files) < 50 else 0


if __name__ == "__main__":
    sys.exit(main())
