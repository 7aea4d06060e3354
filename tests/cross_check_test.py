#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""--cross-check from outside, of the program and of one that has a bug.

    cross_check_test.py P2PCHECK P2PCHECK_PLANTED SOURCE_DIRECTORY
"""
import pathlib
import subprocess
import sys
import unittest

PROGRAM, PLANTED, ROOT = sys.argv[1], sys.argv[2], pathlib.Path(sys.argv[3])
EXAMPLE = str(ROOT / "fixtures/examples/made-up-8gpu.recording")
PAIR = ("18:00.0", "19:00.0")  # one switch, nothing redirects
COMMANDS = [("pair", *PAIR), ("pair", *PAIR, "--json"), ("matrix",),
            ("matrix", "--tsv"), ("matrix", "gpu", "--json"), ("report",),
            ("report", "--json"), ("rank", PAIR[0]), ("cliques", "gpu"), ()]


def run(program, *arguments):
    return subprocess.run([program, "--from", EXAMPLE, *arguments],
                          capture_output=True, check=False)


class CrossCheckTest(unittest.TestCase):
    def test_says_nothing_where_all_is_well(self):
        for command in COMMANDS:
            for more in ((), ("--kernel", "6.12"), ("--kernel", "5.2"),
                         ("--assume", "config=PCI_P2PDMA=n")):
                with self.subTest(command=command, more=more):
                    if "config=PCI_P2PDMA=n" in more and not command:
                        continue
                    plain = run(PROGRAM, *command, *more)
                    checked = run(PROGRAM, *command, *more, "--cross-check")
                    self.assertIn(plain.returncode, (0, 1, 2))
                    self.assertEqual(checked.returncode, plain.returncode)
                    self.assertEqual(checked.stderr, plain.stderr)
                    # JSON repeats the command line.
                    said = checked.stdout.replace(b',"--cross-check"', b"")
                    said = said.replace(b', "--cross-check"', b"")
                    self.assertEqual(said, plain.stdout)

    def test_a_bug_of_ours_ends_with_70(self):
        for command in COMMANDS:
            with self.subTest(command=command):
                done = run(PLANTED, *command, "--cross-check")
                self.assertEqual(done.returncode, 70)
                self.assertIn(b"a bug of ours, please report it", done.stderr)
                self.assertIn(b"cross-check: ", done.stderr)
                self.assertIn(b"BUS_ADDR at distance ", done.stderr)

    def test_it_names_the_pair_and_both_answers(self):
        done = run(PLANTED, "pair", *PAIR, "--cross-check")
        self.assertIn(
            b"cross-check: 0000:18:00.0 0000:19:00.0: the walk says BUS_ADDR "
            b"at distance 4, the fabric core THRU_HOST_BRIDGE at distance 4\n",
            done.stderr)
        self.assertEqual(done.stdout, b"")

    def test_other_commands_do_not_have_it(self):
        done = run(PROGRAM, "tree", "--cross-check")
        self.assertEqual(done.returncode, 64)
        self.assertIn(b"--cross-check: only pair, matrix, report",
                      done.stderr)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
