#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""watch, on a host whose devices umockdev plugs in and out.

    watch_test.py P2PCHECK

Needs umockdev with its GObject introspection; without, the test is skipped.
"""
import json
import os
import queue
import shutil
import signal
import subprocess
import sys
import threading
import time
import unittest

SKIPPED = 77


def has_umockdev(python):
    done = subprocess.run(
        [python, "-c", "import gi; gi.require_version('UMockdev', '1.0');"
         "from gi.repository import UMockdev"], check=False,
        capture_output=True)
    return done.returncode == 0


def enter_mock():
    """Runs this again below umockdev's preload library."""
    wrapper = shutil.which("umockdev-wrapper")
    pythons = [p for p in (sys.executable, "/usr/bin/python3")
               if os.path.exists(p) and has_umockdev(p)]
    if not wrapper or not pythons:
        print("skipped: umockdev is not installed")
        sys.exit(SKIPPED)
    os.environ["P2PCHECK_IN_MOCK"] = "1"
    os.execv(wrapper, [wrapper, pythons[0], *sys.argv])


if "P2PCHECK_IN_MOCK" not in os.environ:
    enter_mock()

import gi  # noqa: E402
gi.require_version("UMockdev", "1.0")
from gi.repository import UMockdev  # noqa: E402

PROGRAM = sys.argv[1]
SYS = "/sys"
PORT = "/devices/pci0000:00/0000:00:{:02x}.0"
PATIENCE = 60  # seconds: machines under load are slow


def config(ids, port, secondary=0):
    """Header and a PCI Express capability, in hex."""
    space = bytearray(256)
    space[0:2] = ids[0].to_bytes(2, "little")
    space[2:4] = ids[1].to_bytes(2, "little")
    space[6] = 0x10  # has capabilities
    space[0x0a:0x0c] = b"\x04\x06" if secondary else b"\x02\x03"
    space[0x0e] = 1 if secondary else 0
    space[0x19] = space[0x1a] = secondary
    space[0x34] = 0x40
    space[0x40] = 0x10
    space[0x42] = 2 | port << 4
    return space.hex().upper()


def function(path, ids, class_code, space):
    return (f"P: {path}\nE: SUBSYSTEM=pci\nE: PCI_CLASS={class_code:X}\n"
            f"E: PCI_ID={ids[0]:04X}:{ids[1]:04X}\n"
            f"E: PCI_SUBSYS_ID=0000:0000\nE: PCI_SLOT_NAME={path[-12:]}\n"
            f"A: vendor=0x{ids[0]:04x}\nA: device=0x{ids[1]:04x}\n"
            f"A: class=0x{class_code:06x}\nH: config={space}\n\n")


def port(number):
    ids = (0x8086, 0x1901)
    return function(PORT.format(number), ids, 0x060400,
                    config(ids, 4, number))


def card_path(number):
    return PORT.format(number) + f"/0000:{number:02x}:00.0"


def card(number):
    ids = (0x10de, 0x2330)
    return function(card_path(number), ids, 0x030200, config(ids, 0))


def validator():
    """Of the lines, where python3-jsonschema is installed."""
    try:
        from jsonschema import Draft202012Validator
    except ImportError:
        print("python3-jsonschema is not installed: no line is validated")
        return None
    done = subprocess.run(
        [PROGRAM, "schema", "watch"], check=True, stdout=subprocess.PIPE,
        env={**os.environ, "ASAN_OPTIONS": "verify_asan_link_order=0"})
    return Draft202012Validator(json.loads(done.stdout))


VALIDATOR = validator()


class Watching:
    """watch in the background, its lines as they come."""

    def __init__(self, testbed, *options):
        self.process = subprocess.Popen(
            [PROGRAM, "watch", "--json", *options], stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True,
            env={**os.environ, "ASAN_OPTIONS": "verify_asan_link_order=0",
                 "UMOCKDEV_DIR": testbed.get_root_dir()})
        self.lines = queue.Queue()
        threading.Thread(target=self.read, daemon=True).start()
        self.start = self.next()

    def read(self):
        for line in self.process.stdout:
            self.lines.put(json.loads(line))

    def next(self, seconds=PATIENCE):
        try:
            line = self.lines.get(timeout=seconds)
        except queue.Empty:
            return None
        if VALIDATOR:
            VALIDATOR.validate(line)
        return line

    def end(self, number=signal.SIGTERM):
        if number:
            self.process.send_signal(number)
        status = self.process.wait(PATIENCE)
        errors = self.process.stderr.read()
        self.process.stdout.close()
        self.process.stderr.close()
        return status, errors


class Watch(unittest.TestCase):
    def setUp(self):
        self.testbed = UMockdev.Testbed.new()
        for number in range(1, 7):
            self.testbed.add_from_string(port(number))
        self.testbed.add_from_string(card(1))

    def plug(self, number):
        self.testbed.add_from_string(card(number))
        self.testbed.uevent(SYS + card_path(number), "add")

    def unplug(self, number):
        self.testbed.uevent(SYS + card_path(number), "remove")
        self.testbed.remove_device(SYS + card_path(number))

    @staticmethod
    def addresses(change, what):
        return [device["address"] for device in change["devices"][what]]

    def check_end(self, watching, status, number=signal.SIGTERM):
        ended, errors = watching.end(number)
        self.assertEqual((ended, errors), (status, ""))

    def test_begins_with_the_state_and_ends_with_0(self):
        for number in (signal.SIGTERM, signal.SIGINT):
            watching = Watching(self.testbed)
            self.assertEqual(watching.start["schema"], "p2pcheck.watch/1")
            self.assertEqual(watching.start["event"], "start")
            self.assertEqual(watching.start["source"]["functions"], 7)
            self.check_end(watching, 0, number)

    def test_a_burst_is_one_report(self):
        watching = Watching(self.testbed, "--settle", "1500")
        for number in range(2, 6):
            self.plug(number)
            time.sleep(0.2)
        change = watching.next()
        self.assertEqual(change["event"], "change")
        self.assertEqual(self.addresses(change, "added"),
                         [f"0000:{n:02x}:00.0" for n in range(2, 6)])
        self.assertEqual(change["devices"]["same"], 7)
        self.assertIsNone(watching.next(3))
        self.check_end(watching, 0)

    def test_without_debouncing_it_would_be_several(self):
        watching = Watching(self.testbed, "--settle", "0")
        for number in range(2, 4):
            self.plug(number)
            self.assertEqual(self.addresses(watching.next(), "added"),
                             [f"0000:{number:02x}:00.0"])
        self.check_end(watching, 0)

    def test_removal_is_told_once_and_ends_with_1(self):
        watching = Watching(self.testbed, "--settle", "300", "--once")
        self.unplug(1)
        change = watching.next()
        self.assertEqual(self.addresses(change, "removed"), ["0000:01:00.0"])
        self.assertEqual(change["facts"], [])
        self.check_end(watching, 1, None)

    def test_an_event_without_a_change_is_no_report(self):
        watching = Watching(self.testbed, "--settle", "100", "--for", "4")
        self.testbed.uevent(SYS + card_path(1), "change")
        self.assertIsNone(watching.next(3))
        self.check_end(watching, 0, None)

    def test_a_storm_is_told_before_it_ends(self):
        # umockdev's socket holds ten events: four seconds of them.
        watching = Watching(self.testbed, "--settle", "800", "--once")
        self.plug(2)
        storm_ends = time.monotonic() + PATIENCE
        while watching.lines.empty() and time.monotonic() < storm_ends:
            self.testbed.uevent(SYS + card_path(1), "change")
            time.sleep(0.4)
        self.assertLess(time.monotonic(), storm_ends)
        self.assertEqual(self.addresses(watching.next(), "added"),
                         ["0000:02:00.0"])
        self.check_end(watching, 1, None)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + sys.argv[2:])
