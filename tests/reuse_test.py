#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Every file says its licence: `reuse lint`, and our own sources in line 1.

    reuse_test.py SOURCE_DIRECTORY

.reuse/dep5 speaks for fixtures and texts without headers, and so would hide a
source without one; hence the second check.
"""
import pathlib
import shutil
import subprocess
import sys

SKIPPED = 77
LINE = "SPDX-License-" + "Identifier: GPL-2.0-or-later"  # not this file's
SUFFIXES = {".cc", ".h", ".c", ".py", ".config", ".cmake", ".toml", ".sh",
            ".sketch", ".8", ".spec", ".service", ".timer", ".conf",
            ".postrm"}
NAMES = {"CMakeLists.txt", "LAYERS", "first-run", "run-tests", "run",
         "compare", "init", "Makefile", "build-deb", "build-rpm", "test-deb",
         "test-service", "sbom", "rules", "installed", "service"}
# Inputs that have to be bad, and what was taken from elsewhere.
WITHOUT = ("fixtures/bad/", "fixtures/cases/", "fixtures/hosts/",
           "tests/fuzz/corpus/")


def files(root):
    """The files of the checkout, new ones too, without what git ignores."""
    done = subprocess.run(
        ["git", "-C", root, "ls-files", "-z", "--cached", "--others",
         "--exclude-standard"], capture_output=True, check=False, text=True)
    return [name for name in done.stdout.split("\0") if name]


def without_header(root):
    for name in files(root):
        path = pathlib.Path(root, name)
        ours = path.suffix in SUFFIXES or path.name in NAMES
        if not ours or name.startswith(WITHOUT) or not path.is_file():
            continue
        if LINE not in "".join(path.read_text().splitlines(True)[:2]):
            yield f"{name}: no '{LINE}' in its first two lines"


def main():
    root = sys.argv[1]
    wrong = list(without_header(root))
    print("\n".join(wrong))
    if wrong:
        return 1
    if not shutil.which("reuse"):
        print("reuse is not installed: skipped")
        return SKIPPED
    # reuse asks git what to leave out, and git refuses another owner's tree.
    done = subprocess.run(["reuse", "--root", root, "lint"],
                          capture_output=True, check=False, text=True)
    print(done.stdout + done.stderr)
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
