#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Archives and collections from outside, made by other tools than ours.

    archives_test.py P2PCHECK

Python's tarfile and lzma, gzip and bz2, and zstd where that is installed, pack
a made-up host in every form there is; from a file of any name and from
standard input the recording is that of the directory.
"""
import bz2
import gzip
import io
import json
import lzma
import pathlib
import shutil
import subprocess
import sys
import tarfile
import tempfile
import unittest

PROGRAM = sys.argv[1]
ROOT_BUS = "sys/devices/pci0000:00"
PORT = ROOT_BUS + "/0000:00:01.0"
GPU = PORT + "/0000:01:00.0"
LINKS = {
    "sys/bus/pci/devices/0000:00:01.0": "../../../devices/pci0000:00/"
                                        "0000:00:01.0",
    "sys/bus/pci/devices/0000:01:00.0": "../../../devices/pci0000:00/"
                                        "0000:00:01.0/0000:01:00.0",
    PORT + "/subsystem": "../../../bus/pci",
    GPU + "/iommu_group": "../../../../kernel/iommu_groups/7",
}
FILES = {
    PORT + "/uevent": "DRIVER=pcieport\nPCI_CLASS=60400\nPCI_ID=8086:1901\n"
                      "PCI_SUBSYS_ID=0000:0000\n",
    PORT + "/broken_parity_status": "0\n",
    GPU + "/vendor": "0x10de\n",
    GPU + "/device": "0x2330\n",
    GPU + "/class": "0x030200\n",
    GPU + "/numa_node": "",
    "sys/kernel/iommu_groups/7/type": "DMA-FQ\n",
    "proc/cmdline": "quiet iommu=pt\n",
    "proc/cpuinfo": "vendor_id\t: GenuineIntel\ncpu family\t: 6\n",
    "proc/sys/kernel/osrelease": "6.12.95\n",
    "dmesg.txt": "[    0.1] DMAR: IOMMU enabled\n",
}


def run(*arguments, stdin=None):
    return subprocess.run([PROGRAM, *map(str, arguments)], input=stdin,
                          capture_output=True, check=False)


def packed(members, form=tarfile.GNU_FORMAT, prefix="", page=0):
    """A tar of (name, contents or link) pairs; files filled up to a page."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=form) as tar:
        for name, (kind, value) in members.items():
            info = tarfile.TarInfo(prefix + name)
            if kind == "link":
                info.type, info.linkname = tarfile.SYMTYPE, value
                tar.addfile(info)
                continue
            data = value.encode().ljust(page, b"\0")
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    return out.getvalue()


def host():
    return {**{name: ("link", target) for name, target in LINKS.items()},
            **{name: ("file", text) for name, text in FILES.items()}}


def with_zstd(data):
    return subprocess.run(["zstd", "-qc"], input=data, capture_output=True,
                          check=True).stdout


PACKINGS = {"tar": lambda data: data, "tar+gzip": gzip.compress,
            "tar+bzip2": bz2.compress, "tar+xz": lzma.compress}
if shutil.which("zstd"):
    PACKINGS["tar+zstd"] = with_zstd
else:
    print("without zstd, which is not installed")


class Archives(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.path = pathlib.Path(self.folder.name)
        for name, (kind, value) in host().items():
            place = self.path / "host" / name
            place.parent.mkdir(parents=True, exist_ok=True)
            if kind == "link":
                place.symlink_to(value)
            else:
                place.write_text(value)

    def record(self, source, stdin=None):
        done = run("--from", source, "record", stdin=stdin)
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        self.assertEqual(done.stderr, b"")
        return done.stdout

    def file(self, data, name="picture.jpg"):
        place = self.path / name
        place.write_bytes(data)
        return place

    def test_every_packing_is_the_directory(self):
        expected = self.record(self.path / "host")
        self.assertIn(b"@iommu_group 7", expected)
        for name, pack in PACKINGS.items():
            data = pack(packed(host(), prefix="./a-host/"))
            self.assertEqual(self.record(self.file(data)), expected, name)
            self.assertEqual(self.record("-", stdin=data), expected, name)
            done = run("--from", "-", "report", "--json", stdin=data)
            source = json.loads(done.stdout)["source"]
            self.assertEqual(
                [source["kind"], source["packing"], source["name"]],
                ["sysfs-tree", name, "-"])
            self.assertEqual(source["parts"][0], "sys/bus/pci/devices")
            self.assertIn("dmesg.txt", source["parts"])

    def test_every_kind_of_tar_padded_or_not_is_the_directory(self):
        expected = self.record(self.path / "host")
        for form in (tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT,
                     tarfile.PAX_FORMAT):
            for page in (0, 4096):
                data = packed(host(), form, "x" * 90 + "/y/", page)
                self.assertEqual(self.record("-", stdin=data), expected,
                                 f"form {form} page {page}")

    def test_text_says_kind_and_parts(self):
        done = run("--from", "-", "report", stdin=packed(host()))
        lines = done.stdout.decode().splitlines()
        self.assertIn("  host     - (sysfs-tree in tar)", lines)
        self.assertTrue(any(line.startswith("  parts    sys/bus/pci/devices, ")
                            for line in lines), lines[:4])

    def test_order_of_members_does_not_matter(self):
        members = host()
        turned = {name: members[name] for name in reversed(list(members))}
        self.assertEqual(self.record("-", stdin=packed(turned)),
                         self.record(self.path / "host"))

    def test_a_hostile_one_is_65_with_its_name_and_member(self):
        for name, why in (("../out", "its path has \"..\""),
                          ("/out", "its path is absolute")):
            data = packed({**host(), name: ("file", "x")})
            done = run("--from", self.file(data, "x.tar"), "tree")
            self.assertEqual(done.returncode, 65)
            self.assertEqual(done.stdout, b"")
            self.assertEqual(
                done.stderr.decode(),
                f"p2pcheck: {self.path}/x.tar: member \"{name}\" is refused: "
                f"{why}\n")
        self.assertFalse((self.path / "out").exists())

    def test_nothing_is_written_beside_it(self):
        place = self.file(packed(host()))
        before = sorted(self.path.rglob("*"))
        run("--from", place, "report")
        self.assertEqual(sorted(self.path.rglob("*")), before)

    def test_a_cut_one_is_refused(self):
        for name, pack in PACKINGS.items():
            data = pack(packed(host(), page=4096))
            done = run("--from", "-", "tree", stdin=data[:len(data) // 2])
            self.assertEqual(done.returncode, 65, name)
            self.assertIn(b"-: is damaged or cut short: ", done.stderr)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
