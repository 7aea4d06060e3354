#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What a person meets on a terminal: width, characters, pager, progress.

    terminal_test.py P2PCHECK SOURCE_DIRECTORY

Terminals are pseudo terminals of a size given.  Where there are none the test
is skipped.
"""
import fcntl
import os
import pathlib
import pty
import re
import select
import struct
import subprocess
import sys
import tempfile
import termios
import threading
import time
import unicodedata
import unittest

PROGRAM, ROOT = sys.argv[1], pathlib.Path(sys.argv[2])
EXAMPLE = ROOT / "fixtures/examples/made-up-8gpu.recording"
LARGE = ROOT / "fixtures/hosts/l-many@7.3/host.recording"
COMMANDS = {
    "summary": [], "report": ["report"], "tree": ["tree"],
    "pair": ["pair", "18:00.0", "nvme2"],
    "matrix": ["matrix", "gpu", "nic", "nvme"],
    "paths": ["matrix", "endpoint", "--paths"],
    "groups": ["groups"], "bars": ["bars"], "acs": ["acs"],
    "dmabuf": ["dmabuf", "18:00.0.0", "19:00.0"],
    "rank": ["rank", "18:00.0"], "cliques": ["cliques"],
    "advise": ["advise", "29:00.0", "2a:00.0"], "check": ["check"],
    "cmdline": ["cmdline"], "rules": ["rules"], "explain": ["explain"],
    "one": ["explain", "acs-redirect"],
}
LARGE_COMMANDS = ["report", "tree", "groups", "acs", "matrix", "check"]


def environment(**changes):
    env = {k: v for k, v in os.environ.items()
           if k not in ("NO_COLOR", "COLUMNS", "PAGER", "P2PCHECK_PAGER")}
    env.update({"TERM": "xterm", "LC_ALL": "C.UTF-8", **changes})
    return env


def plain(*arguments, columns=None, locale="C.UTF-8", source=EXAMPLE,
          stdin=None):
    """Standard output as a pipe has it."""
    more = {"COLUMNS": str(columns)} if columns else {}
    return subprocess.run(
        [PROGRAM, "--from", source, *arguments], capture_output=True,
        input=stdin, check=False,
        env=environment(LC_ALL=locale, **more)).stdout.decode()


class Terminal:
    """A pseudo terminal that collects what is written to it."""

    def __init__(self, rows=24, columns=80):
        try:
            self.master, self.slave = pty.openpty()
        except OSError as error:  # A container without /dev/pts.
            raise unittest.SkipTest(f"no terminal to be had: {error}")
        size = struct.pack("HHHH", rows, columns, 0, 0)
        fcntl.ioctl(self.slave, termios.TIOCSWINSZ, size)
        self.text = b""
        self.done = threading.Event()
        self.reader = threading.Thread(target=self.read)
        self.reader.start()

    def read(self):
        while True:
            ready, _, _ = select.select([self.master], [], [], 0.05)
            if ready:
                self.text += os.read(self.master, 65536)
            elif self.done.is_set():
                return

    def finish(self):
        self.done.set()
        self.reader.join()
        os.close(self.slave)
        os.close(self.master)
        return self.text.decode()


def on_terminal(*arguments, rows=24, columns=80, **changes):
    """Exit status, what the terminal shows, what standard error has."""
    terminal = Terminal(rows, columns)
    done = subprocess.run([PROGRAM, "--from", EXAMPLE, *arguments],
                          stdout=terminal.slave, stderr=subprocess.PIPE,
                          stdin=subprocess.DEVNULL, check=False,
                          env=environment(**changes))
    return done.returncode, terminal.finish(), done.stderr.decode()


def columns_of(line):
    return sum(0 if unicodedata.combining(c) else 1 for c in line)


def words(text):
    """What is said, without how it is laid out."""
    return re.sub(r"[\s│├└─|`]+", " ", text.replace("|-", " ").replace(
        "`-", " ")).split()


class Width(unittest.TestCase):
    def fits(self, name, text, columns):
        for line in text.splitlines():
            # What has no blank to be broken at is left whole.
            if columns_of(line) > columns:
                self.assertLessEqual(
                    len(line.strip("│ ├└─").split()), 1,
                    f"{name} at {columns}: {line}")

    def test_lines_fit_and_nothing_is_lost(self):
        lines = 0
        for name, command in COMMANDS.items():
            whole = plain(*command)
            self.assertNotIn("...\n", whole, name)
            for columns in (80, 200):
                text = plain(*command, columns=columns)
                self.fits(name, text, columns)
                lines += text.count("\n")
                # The one draws blocks, the other cuts around carets.
                if name not in ("matrix", "paths", "cmdline"):
                    self.assertEqual(words(text), words(whole), name)
        self.assertGreater(lines, 1000)

    def test_hosts_with_hundreds_of_functions(self):
        for command in LARGE_COMMANDS:
            for columns in (80, 200):
                self.fits(command,
                          plain(command, columns=columns, source=LARGE),
                          columns)

    def test_a_wide_matrix_comes_in_blocks(self):
        narrow = plain("matrix", "endpoint", columns=80).splitlines()
        wide = plain("matrix", "endpoint", columns=200).splitlines()
        def cells(lines):
            rows = {}
            for line in lines:
                found = re.match(r" *(\d+)((?: +(?:bus|thru|no|yes|\?))+)$",
                                 line)
                if found:
                    rows.setdefault(found[1], []).extend(found[2].split())
            return rows
        self.assertEqual(len(cells(wide)), 21)
        self.assertEqual(cells(narrow), cells(wide))

    def test_further_lines_hang_below_the_text(self):
        text = plain("tree", columns=80).splitlines()
        broken = [i for i, line in enumerate(text)
                  if re.match(r"[│ ]+[^│├└ ]", line)]
        self.assertGreater(len(broken), 10)
        for i in broken:
            # Deeper than the branch it belongs to.
            above = next(text[j] for j in range(i - 1, -1, -1)
                         if re.match(r"[│ ]*[├└]─ |\S", text[j]))
            indent = len(re.match(r"[│ ]*", text[i])[0])
            self.assertGreater(indent, len(re.match(r"[│ ]*", above)[0]))

    def test_the_width_is_the_terminals(self):
        for columns in (80, 120):
            _, text, _ = on_terminal("tree", "--no-pager", "--color", "never",
                                     columns=columns, rows=10)
            self.assertEqual(text.replace("\r\n", "\n"),
                             plain("tree", columns=columns))


class Characters(unittest.TestCase):
    def test_ascii_where_the_locale_is(self):
        for name, command in COMMANDS.items():
            text = plain(*command, locale="C", columns=80)
            self.assertTrue(text.isascii(), name)
            self.assertTrue(text, name)

    def hostile(self):
        """Every word that comes from the host with what moves cursors."""
        bad = rb"\x1b[2J\x07\xc2\x9b\xe2\x80\xae\xe2\x81\xa6\xff"
        fields = (b"kernel_release", b"kernel_version", b"cpu_model_name",
                  b"command_line", b"driver", b"node", b"cpu_vendor")
        lines = []
        for line in EXAMPLE.read_bytes().splitlines():
            found = re.match(rb"@(\w+) (?!-$|\?|none$)", line)
            if found and found[1] in fields:
                line += bad
            lines.append(line)
        return b"\n".join(lines) + b"\n"

    CONTROL = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\xad\u061c\u200b-\u200f"
                         "\u2028-\u202e\u2060-\u206f\ufeff]")

    def test_nothing_from_a_host_controls_the_terminal(self):
        hostile = self.hostile()
        seen = ""
        for name, command in COMMANDS.items():
            done = subprocess.run(
                [PROGRAM, "--from", "-", *command], input=hostile,
                capture_output=True, check=False, env=environment())
            for text in (done.stdout.decode(), done.stderr.decode()):
                self.assertIsNone(self.CONTROL.search(text),
                                  f"{name}: {text[:300]!r}")
                seen += text
        # They were shown, but for that.
        self.assertIn("nvidia?[2J???", seen, seen[:500])

    def test_nor_does_a_bad_file(self):
        done = subprocess.run(
            [PROGRAM, "--from", "-", "tree"], capture_output=True,
            input=b"@p2pcheck-recording 1\n@page_size \x1b[2J\xe2\x80\xae\n",
            check=False,
            env=environment())
        self.assertEqual(done.returncode, 65)
        self.assertIsNone(self.CONTROL.search(done.stderr.decode()))
        done = subprocess.run([PROGRAM, "--from", "/no\x1b[2J/x", "tree"],
                              capture_output=True, check=False,
                              env=environment())
        self.assertEqual(done.returncode, 66)
        self.assertIsNone(self.CONTROL.search(done.stderr.decode()))


class PagerTest(unittest.TestCase):
    def setUp(self):
        self.directory = tempfile.TemporaryDirectory()
        self.addCleanup(self.directory.cleanup)
        self.copy = pathlib.Path(self.directory.name, "copy")
        self.pager = f"cat > {self.copy}; echo PAGED"

    def paged(self, *arguments, rows=24, **changes):
        """Status and the text the pager got; None: there was none."""
        status, text, errors = on_terminal(*arguments, "--color", "never",
                                           rows=rows, **changes)
        self.assertEqual(errors, "")
        got = self.copy.read_text() if self.copy.exists() else None
        self.assertEqual("PAGED" in text, got is not None)
        self.copy.unlink(missing_ok=True)
        return status, got

    def test_long_text_goes_through_it_whole(self):
        status, got = self.paged("report", PAGER=self.pager)
        self.assertEqual(status, 1)
        self.assertEqual(got, plain("report", columns=80))

    def test_short_text_does_not(self):
        text = plain("pair", "18:00.0", "19:00.0", columns=80)
        rows = text.count("\n") + 1
        command = ("pair", "18:00.0", "19:00.0")
        self.assertIsNone(self.paged(*command, rows=rows,
                                     PAGER=self.pager)[1])
        self.assertIsNotNone(self.paged(*command, rows=rows - 1,
                                        PAGER=self.pager)[1])

    def test_ours_comes_before_that_of_all(self):
        self.assertIsNotNone(self.paged("tree", PAGER="false",
                                        P2PCHECK_PAGER=self.pager)[1])

    def test_none_where_none_is_wanted(self):
        for changes in ({"P2PCHECK_PAGER": "cat"}, {"P2PCHECK_PAGER": ""},
                        {"TERM": "dumb"}):
            _, got = self.paged("tree", **{"PAGER": self.pager, **changes})
            self.assertIsNone(got, changes)
        for more in (["--no-pager"], ["--json"], ["-o", "/dev/null"]):
            if more[0] == "-o":
                more = ["-o", os.path.join(self.directory.name, "out")]
            self.assertIsNone(self.paged("tree", *more, PAGER=self.pager)[1])

    def test_never_where_output_is_no_terminal(self):
        done = subprocess.run(
            [PROGRAM, "--from", EXAMPLE, "tree"], capture_output=True,
            check=False, env=environment(PAGER=self.pager))
        self.assertFalse(self.copy.exists())
        self.assertNotIn(b"PAGED", done.stdout)

    def test_who_leaves_it_early_gets_the_right_status(self):
        for command, status in ((["report"], 1), (["tree"], 0),
                                (["explain"], 0)):
            for pager in ("head -n 1", "true"):
                done, text, errors = on_terminal(*command, PAGER=pager)
                self.assertEqual((done, errors), (status, ""), command)
                self.assertLess(text.count("\n"), 3)

    def test_one_that_is_not_there_is_74(self):
        done, _, errors = on_terminal("tree", PAGER="/nonexistent/pager")
        self.assertEqual(done, 74)
        self.assertIn("pager", errors)

    def test_without_less_the_text_goes_by(self):
        tools = pathlib.Path(self.directory.name)
        for tool in ("sh", "cat"):
            os.symlink(f"/bin/{tool}", tools / tool)
        done, text, _ = on_terminal("tree", "--color", "never",
                                    PATH=str(tools))
        self.assertEqual(done, 0)
        self.assertEqual(text.replace("\r\n", "\n"), plain("tree", columns=80))


class ProgressTest(unittest.TestCase):
    ERASE = "\r\x1b[K"

    def slowly(self, seconds, stderr):
        """The example through a pipe that is closed only then."""
        with subprocess.Popen(
                [PROGRAM, "--from", "-", "pair", "18:00.0", "19:00.0"],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=stderr,
                env=environment()) as process:
            process.stdin.write(EXAMPLE.read_bytes())
            process.stdin.flush()
            time.sleep(seconds)
            process.stdin.close()
            text = process.stdout.read()
            errors = process.stderr.read() if process.stderr else None
        self.assertEqual(process.returncode, 0)
        self.assertEqual(text.decode(), plain("pair", "18:00.0", "19:00.0"))
        return errors

    def test_is_told_and_erased(self):
        terminal = Terminal()
        self.slowly(2.5, terminal.slave)
        text = terminal.finish()
        self.assertIn("p2pcheck: reading the source ...", text)
        self.assertIn(" s", text)
        self.assertTrue(text.endswith(self.ERASE), text)
        self.assertNotIn("\n", text)

    def test_a_failure_erases_it_first(self):
        terminal = Terminal()
        with subprocess.Popen(
                [PROGRAM, "--from", "-", "tree"], stdin=subprocess.PIPE,
                stdout=subprocess.PIPE, stderr=terminal.slave,
                env=environment()) as process:
            process.stdin.write(b"@p2pcheck-recording 1\n")
            process.stdin.flush()
            time.sleep(2)
            process.stdin.write(b"00: zz\n")
            process.stdin.close()
            process.stdout.read()
        self.assertEqual(process.returncode, 65)
        self.assertRegex(terminal.finish(),
                         r"reading the source \.\.\.[^\n]*\r\x1b\[Kp2pcheck: ")

    def test_nothing_without_a_terminal(self):
        self.assertEqual(self.slowly(1.5, subprocess.PIPE), b"")


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
