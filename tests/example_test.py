#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The bundled example is what its sketch says, and answers differ on it.

    example_test.py SKETCH_TO_RECORDING P2PCHECK DIRECTORY
"""
import collections
import pathlib
import shutil
import subprocess
import sys

# Of 8 GPUs, 2 NICs and 3 NVMe.  Direct: 13 with themselves, 3 * 2 below each
# of the two switches that do not redirect.  Not: 12 * 2 with the VMD drive.
WANTED = {"BUS_ADDR": 25, "THRU_HOST_BRIDGE": 120, "NOT_SUPPORTED": 24}


def output_of(*command):
    done = subprocess.run(command, capture_output=True, check=False)
    return done.stdout.decode()


def check_recording(tool, sketch):
    recording = sketch.with_suffix(".recording")
    if output_of(tool, sketch) == recording.read_text():
        return []
    return [f"{recording}: not what {sketch.name} makes; run\n  {tool} "
            f"{sketch} > {recording}"]


def check_answers(program, recording):
    tsv = output_of(program, "--from", recording, "matrix", "gpu", "nic",
                    "nvme", "--tsv")
    rows = [line.split("\t") for line in tsv.splitlines()[1:]]
    counts = collections.Counter(row[2] for row in rows)
    print(f"{recording.name}: {dict(counts)}")
    return [] if counts == WANTED else [f"expected {WANTED}"]


def check_lspci(recording):
    """lspci's own reader takes it and sees the same functions."""
    lspci = shutil.which("lspci")
    if not lspci:
        print("lspci is not installed: not compared")
        return []
    # -n: without names, so that no pci.ids is needed.
    lines = output_of(lspci, "-F", recording, "-Dn").splitlines()
    seen = [line.split()[0] for line in lines if line]
    text = recording.with_suffix(".sketch").read_text().splitlines()
    drawn = [line.split()[1] for line in text if line.startswith("dev ")]
    # Both print a domain with four digits at least.
    return [] if sorted(seen) == sorted(drawn) else [f"lspci sees {seen}"]


def main():
    tool, program, directory = sys.argv[1:]
    wrong = []
    sketches = sorted(pathlib.Path(directory).glob("*.sketch"))
    for sketch in sketches:
        recording = sketch.with_suffix(".recording")
        wrong += check_recording(tool, sketch)
        wrong += check_answers(program, recording)
        wrong += check_lspci(recording)
    print("\n".join(wrong) or f"{len(sketches)} examples agree")
    return 1 if wrong or not sketches else 0


if __name__ == "__main__":
    sys.exit(main())
