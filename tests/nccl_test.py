#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The topology that report --nccl writes is one that NCCL can read.

    nccl_test.py P2PCHECK SOURCE_DIRECTORY [NCCL_TOPOLOGIES]

Of the example and every fixture: the elements, attributes and values that
NCCL's reader (src/graph/xml.cc, topo.cc) asks for, each GPU and NIC once, and
each below the switches that are above it in the tree.  Where topologies that
NCCL itself or a cloud wrote are at hand, no attribute is ours alone.
"""
import json
import pathlib
import re
import subprocess
import sys
import xml.etree.ElementTree as ElementTree

PROGRAM, ROOT = sys.argv[1], pathlib.Path(sys.argv[2])
SPEEDS = {f"{s} GT/s PCIe" for s in ("2.5", "5.0", "8.0", "16.0", "32.0",
                                     "64.0", "128.0")}
BUSID = re.compile(r"[0-9a-f]{4,8}:[0-9a-f]{2}:[0-9a-f]{2}\.[0-7]$")
HEX = {"class": 6, "vendor": 4, "device": 4, "subsystem_vendor": 4,
       "subsystem_device": 4}


def run(*arguments):
    done = subprocess.run([PROGRAM, *map(str, arguments)], check=False,
                          capture_output=True, text=True)
    if done.returncode not in (0, 1, 2) or done.stderr:
        sys.exit(f"{arguments}: {done.returncode} {done.stderr}")
    return done.stdout


class Checker:
    def __init__(self, name, text, functions):
        self.name, self.functions, self.wrong = name, functions, []
        self.seen = []
        root = ElementTree.fromstring(text)
        self.expect(root.tag == "system", "no <system>")
        self.expect(root.get("version") == "1", "another version")
        nodes = [cpu.get("numaid") for cpu in root]
        self.expect(len(nodes) == len(set(nodes)), f"cpus twice: {nodes}")
        for cpu in root:
            self.cpu(cpu)
        wanted = sorted(a for a, f in functions.items()
                        if f["kind"] in ("gpu", "nic") and not f["physfn"]
                        and f["placed"])
        found = sorted(a for a in self.seen
                       if functions[a]["kind"] in ("gpu", "nic"))
        self.expect(found == wanted, f"{found} instead of {wanted}")

    def expect(self, condition, message):
        if not condition:
            self.wrong.append(f"{self.name}: {message}")

    def cpu(self, cpu):
        self.expect(cpu.tag == "cpu", f"<{cpu.tag}> below <system>")
        self.expect(re.fullmatch(r"-?\d+", cpu.get("numaid", "")), "numaid")
        self.expect(cpu.get("arch") in (None, "x86_64", "arm64", "ppc64"),
                    "arch")
        for number in ("familyid", "modelid"):
            self.expect(re.fullmatch(r"\d+", cpu.get(number, "0")), number)
        for pci in cpu:
            self.pci(pci, None)

    def pci(self, pci, switch):
        busid = pci.get("busid", "")
        self.expect(pci.tag == "pci" and BUSID.match(busid), f"pci {busid}")
        self.expect(busid not in self.seen, f"{busid} twice")
        self.seen.append(busid)
        for name, digits in HEX.items():
            value = pci.get(name)
            self.expect(value is None or
                        re.fullmatch(rf"0x[0-9a-f]{{{digits}}}", value),
                        f"{busid}: {name}={value}")
        self.expect(pci.get("link_speed") in SPEEDS | {None},
                    f"{busid}: {pci.get('link_speed')}")
        self.expect(re.fullmatch(r"\d+", pci.get("link_width", "16")),
                    f"{busid}: {pci.get('link_width')}")
        self.expect(self.switch_above(busid) == switch,
                    f"{busid} below {switch}")
        if len(pci):
            self.expect(pci.get("class", "").startswith("0x0604"),
                        f"{busid}: children, and no bridge")
        for child in pci:
            self.pci(child, busid)

    def switch_above(self, address):
        above = self.functions[address]["upstream"]
        while above and self.functions[above]["port_type"] != "Upstream Port":
            above = self.functions[above]["upstream"]
        return above


def functions_of(source):
    report = json.loads(run("--from", source, "report", "--json"))
    return {f["address"]: {"kind": f["kind"], "upstream": f["upstream"],
                           "placed": f["placed_by"] != "nowhere",
                           "physfn": f["physfn"], "port_type": f["port_type"]}
            for f in report["functions"]}


def attributes(root):
    return {(e.tag, a) for e in root.iter() for a in e.attrib}


def strangers(text, directory):
    """Attributes that no topology of others has."""
    known = set()
    for path in sorted(pathlib.Path(directory).rglob("*.xml")):
        known |= attributes(ElementTree.parse(path).getroot())
    print(f"{len(known)} attributes in the topologies of others")
    return attributes(ElementTree.fromstring(text)) - known


def main():
    wrong, count = [], 0
    example = ROOT / "fixtures/examples/made-up-8gpu.recording"
    for source in [example, *sorted(ROOT.glob("fixtures/hosts/*/*.recording"))]:
        text = run("--from", source, "report", "--nccl", "-")
        checker = Checker(source.parent.name, text, functions_of(source))
        wrong += checker.wrong
        count += len(checker.seen)
    text = run("--from", example, "report", "--nccl", "-")
    # The test must notice: a switch that is not there, a GPU that is missing.
    functions = functions_of(example)
    lines = text.splitlines(keepends=True)
    for planted in (text.replace("0000:16:00.0", "0000:27:00.0"),
                    "".join(line for line in lines
                            if "0000:18:00.0" not in line),
                    text.replace("32.0 GT/s PCIe", "32 GT/s")):
        if not Checker("planted", planted, functions).wrong:
            wrong.append("a planted error was not noticed")
    if len(sys.argv) > 3 and pathlib.Path(sys.argv[3]).is_dir():
        wrong += [f"nobody else has {s}" for s in strangers(text, sys.argv[3])]
    else:
        print("no topologies of others: attributes not compared")
    print("\n".join(wrong))
    print(f"{count} functions: {len(wrong)} wrong")
    return 1 if wrong or count < 100 else 0


if __name__ == "__main__":
    sys.exit(main())
