# SPDX-License-Identifier: GPL-2.0-or-later
"""Documents to hold against the schemas: hosts, commands, and what they print.

Hosts are the recordings of fixtures, sketches made into recordings, and some
that know less: a user's, one without a kernel, mailed dumps, a cut one.
"""
import concurrent.futures
import itertools
import json
import os
import pathlib
import re
import shutil
import subprocess
import types

FUNCTION = re.compile(r"^([0-9a-f]{4,8}:[0-9a-f]{2}:[01][0-9a-f]\.[0-7]) "
                      r"([0-9a-f]{4})", re.M)
MADE_UP = """\
root 0 0
dev 0000:00:00.0 id=1022:1480
dev 0000:00:01.0 t=4 id=1022:1483 mf acs=0a7f/3d sptctl=5 sec=1
dev 0000:01:00.0 t=1 mf id=1002:67df group=3
dev 0000:01:00.1 t=10 mf id=1002:67df group=3
dev 0000:00:02.0 t=8 id=10b5:8114 sec=2
dev 0000:02:00.0 t=7 id=1b21:1080 sec=3
dev 0000:03:00.0 id=8086:100e
dev 0000:00:03.0 t=11 id=8086:1234
"""
BUG_REPORT = b"Start of NVIDIA bug report log file.\n\n"
STATUS = (0, 1, 2)  # anything else printed no document
CAUSES = ["permission-denied", "config-too-short", "vanished", "asleep",
          "read-error", "malformed", "unreachable", "not-recorded"]


class Host:
    """A source, and of its functions those that a command may name."""

    def __init__(self, name, path, odd=False, sketch=False):
        self.name, self.path = name, path
        self.odd, self.sketch = odd, sketch
        text = path.read_text(errors="replace")
        found = FUNCTION.findall(text)
        ends = [a for a, kind in found if not kind.startswith("06")]
        self.ports = [a for a, kind in found if kind == "0604"]
        self.devices = (ends or [a for a, _ in found])[:12] or ["00:00.0"]

    def pair(self, number):
        """Two of its devices, others for another number."""
        count = len(self.devices)
        return [self.devices[number % count],
                self.devices[(number // 2 + 1) % count]]


def commands(host, number):
    """Every command, each as (name, arguments), for one host."""
    a, b = host.pair(number)
    few = host.devices[:6]
    vfio = ["--assume", "driver=vfio-pci:" + ",".join(few)]
    return {
        "pair": ["pair", a, b],
        "pair itself": ["pair", a, a],
        "report": ["report"],
        "report without p2pdma":
            ["report", "--assume", "config=PCI_P2PDMA=n"],
        "tree": ["tree"],
        "acs": ["acs"],
        "acs of devices": ["acs", "--kernel", "6.9", *few],
        "matrix": ["matrix", *few],
        "matrix without p2pdma":
            ["matrix", "--assume", "config=PCI_P2PDMA=n", *few[:3]],
        "matrix before p2pdma": ["matrix", "--kernel", "4.19", *few[:3]],
        "rank": ["rank", a, *few],
        "cliques": ["cliques", *host.devices],
        "bars": ["bars"],
        "bars of VFIO": ["bars", *few, *vfio],
        "dmabuf": ["dmabuf", a, b, "--kernel", "7.3"],
        "dmabuf of VFIO": ["dmabuf", f"{a}.0", b, "--ranges", "0+4K,8K+4K",
                           *vfio],
        "dmabuf of a driver":
            ["dmabuf", f"{a}.0", f"{b}:net-devmem", "--assume",
             f"driver=amdgpu:{a}", "--assume", "iommu=identity"],
        "groups": ["groups"],
        "groups under 6.1": ["groups", "--kernel", "6.1"],
        "check": ["check", *few],
        "advise": ["advise", a, b],
        "advise allowed": ["advise", a, b, "--goal", "allowed", "--setpci",
                           "--kernel", "6.12.30"],
        "diff": ["diff", "--kernel", "5.10", "7.3"],
        "cmdline": ["cmdline"],
        "cmdline given":
            ["cmdline", "quiet iommu=pt pci=disable_acs_redir=" + a +
             ",noats,frob pci=config_acs=xx101@" + b +
             " pcie_acs_override=downstream -- pci=noats \"open"],
        "rules": ["rules"],
        "rules of a kernel": ["rules", "--kernel", ["6.1", "next", "5.2"][
            number % 3]],
    }


def without(text, *words):
    return re.sub(rf"^@(?:{'|'.join(words)}).*\n(?:@\+.*\n)*", "", text,
                  flags=re.M)


def as_user(text):
    """As one who may read 64 bytes of config space recorded it."""
    out, rows = [], 0
    for line in text.splitlines():
        if line.startswith("@config_space"):
            line, rows = line.replace("rest not-recorded",
                                      "rest permission-denied"), 4
        elif line.startswith("@config_zero"):
            continue
        elif re.match(r"[0-9a-f]+0: ", line):
            rows -= 1
            if rows < 0:
                continue
        out.append(line)
    return without("\n".join(out) + "\n", "privileged", "symbol", "config ",
                   "busy_region")


def unreadable(text):
    """No config space, each for another cause."""
    causes = itertools.cycle(CAUSES)
    return re.sub(r"^@config_space (\d+) .*\n(?:[0-9a-f]+0: .*\n)*",
                  lambda m: f"@config_space {m[1]} rest {next(causes)}\n",
                  text, flags=re.M)


def odd_texts(recording):
    """What others would know of the same host."""
    return {
        "user": as_user(recording).replace("\n", "\n@complete no\n", 1),
        "no-kernel": without(recording, "kernel_", "config ", "symbol"),
        "no-cpu": without(recording, "cpu_", "architecture", "hypervisor"),
        "no-resource": without(recording, "resource", "driver",
                               "iommu_group"),
        "causes": unreadable(recording),
        "no-parent": without(recording, "parent", "class"),
        "mailed": without(recording, ".*"),
        "cut": without(recording, ".*")[:len(recording) // 3],
    }


def lspci_text(path):
    """The words of lspci -vv, without bytes."""
    if not shutil.which("lspci"):
        return None
    done = subprocess.run(["lspci", "-D", "-vv", "-F", path], check=False,
                          capture_output=True)
    return done.stdout.decode(errors="replace")


def odd_hosts(path, folder):
    texts = odd_texts(path.read_text())
    texts["words"] = lspci_text(path)
    for kind, text in texts.items():
        if not text:
            continue
        made = folder / f"{path.parent.name}-{kind}"
        made.write_text(text)
        yield Host(made.name, made, odd=True)


def many(folder, count=1100):
    """A mailed dump of more functions than report tells the BARs of."""
    made = folder / "many"
    with made.open("w") as out:
        for i in range(count):
            out.write(f"0000:{i >> 8:02x}:{i >> 3 & 31:02x}.{i & 7} Ethernet "
                      "controller: made up\n00: 86 80 33 15 06 04 10 00 03 00 "
                      "00 02 10 00 80 00\n\n")
    return Host("many", made)


def sketched(tool, root, folder):
    for path in sorted((root / "fixtures/cases/sketches").glob("*.sketch")):
        made = folder / path.name
        with made.open("wb") as out:
            subprocess.run([tool, path], stdout=out, check=True)
        yield Host(path.stem, made, sketch=True)


def made_up(tool, folder):
    """What no sketch of fixtures has."""
    sketch, made = folder / "made-up.sketch", folder / "made-up"
    sketch.write_text(MADE_UP)
    with made.open("wb") as out:
        subprocess.run([tool, sketch], stdout=out, check=True)
    return Host("made-up", made, odd=True, sketch=True)


def random_hosts(tool, folder, count=24):
    """Every field known, absent or unknown; texts of any bytes."""
    for seed in range(count):
        made = folder / f"random-{seed}"
        with made.open("wb") as out:
            subprocess.run([tool, str(seed)], stdout=out, check=True)
        yield Host(made.name, made)


def hosts(root, sketch_tool, random_tool, folder):
    """All of them; the odd ones answer every command."""
    fixtures = root / "fixtures"
    recorded = sorted(fixtures.glob("hosts/*/host.recording")) + \
        sorted(fixtures.glob("probe/*/host.recording"))
    found = [Host(path.parent.name, path) for path in recorded]
    found += sketched(sketch_tool, root, folder)
    found += random_hosts(random_tool, folder)
    found += [Host("8gpu", fixtures / "examples/made-up-8gpu.recording", True),
              Host("made-up-mailed", fixtures / "cases/made-up-mailed.txt"),
              made_up(sketch_tool, folder)]
    for name in ("m-acs-switch@7.3", "v-vfio-switch@7.2s"):
        found += odd_hosts(fixtures / "hosts" / name / "host.recording",
                           folder)
    return found


def regrouped(by_name, folder):
    """One function in the group of another, and one in a group alone."""
    for name in ("h-vtd-switch@7.3", "h-vtd-multifunction@7.3"):
        text = by_name[name].path.read_text()
        numbers = re.findall(r"^@iommu_group (\d+)$", text, re.M)
        for number in (numbers[0], "99"):
            made = folder / f"{name}-group-{number}"
            made.write_text(re.sub(
                rf"^@iommu_group {numbers[-1]}$", f"@iommu_group {number}",
                text, count=1, flags=re.M))
            yield Host(made.name, made)


class Config:
    """The config space of one function of a recording, to be changed."""

    def __init__(self, text, address):
        self.text = text
        begin = text.index(f"\n{address} ")
        head = re.compile(r"^@config_space .*\n", re.M).search(text, begin)
        rows = re.compile(r"(?:[0-9a-f]+0: .*\n|@config_zero .*\n)*").match(
            text, head.end())
        self.begin, self.end = rows.span()
        self.bytes = bytearray(4096)
        for line in rows[0].splitlines():
            if not line.startswith("@"):
                offset, data = line.split(": ")
                data = bytes.fromhex(data)
                start = int(offset, 16)
                self.bytes[start:start + len(data)] = data

    def word(self, offset):
        return int.from_bytes(self.bytes[offset:offset + 2], "little")

    def put(self, offset, value, size=2):
        self.bytes[offset:offset + size] = value.to_bytes(size, "little")

    def extended(self):
        """(id, offset) of the capabilities from 0x100 on."""
        offset = 0x100
        while offset:
            yield self.word(offset), offset
            offset = self.word(offset + 2) >> 4

    def add(self, number, body):
        """One more of them, at the end."""
        last = list(self.extended())[-1][1]
        self.put(last + 2, self.word(last + 2) & 0xf | 0xe00 << 4)
        self.put(0xe00, 1 << 16 | number, 4)
        self.bytes[0xe04:0xe04 + len(body)] = body

    def written(self):
        rows = "".join(f"{at:02x}: {self.bytes[at:at + 16].hex(' ')}\n"
                       for at in range(0, 4096, 16))
        return self.text[:self.begin] + rows + self.text[self.end:]


def changed(by_name):
    """Hosts whose hardware was set after boot, or can more."""
    host = by_name["m-acs-switch@7.3"]
    text = host.path.read_text()
    for port in host.ports:
        config = Config(text, port)
        for number, offset in config.extended():
            if number == 0xd:
                config.put(offset + 6, 0)
                text = config.written()
    yield "acs-cleared", text
    text = host.path.read_text()
    ats, resizable = bytes([0, 0, 0, 0x80]), bytes(
        [0xf0, 0xff, 0, 0, 0x20, 5, 0, 0])
    for device, number, body in ((host.devices[-1], 0xf, ats),
                                 (host.devices[-2], 0x15, resizable)):
        config = Config(text, device)
        if list(config.extended())[0][0]:
            config.add(number, body)
            text = config.written()
    yield "capable", text.replace("@resizable -", "@resizable 0:0xff", 1)
    yield "no-kernel", odd_texts(by_name["P34"].path.read_text())["no-kernel"]


def packed(root, folder):
    """What people have in their hands: archives, reports; some are refused."""
    corpus = root / "tests/fuzz/corpus"
    yield from sorted(p for p in (corpus / "archive").iterdir())
    for path in sorted((corpus / "collection").glob("bug-report*")):
        made = folder / path.name
        made.write_bytes(BUG_REPORT + path.read_bytes())
        yield made


def rare(root, found, folder):
    """What few hosts show, and no fixed share would meet for sure."""
    by_name = {host.name: host for host in found}
    example = by_name["8gpu"]
    for version in ("4.19", "5.2", "next", "99.0"):
        yield example, ["rules", "--kernel", version]
    yield example, ["report", "--kernel", "99.0"]
    yield many(folder), ["report"]
    yield many(folder), ["diff", "--kernel", "7.0", "7.1"]
    yield example, ["matrix", "--kernel", "next", *example.devices[:3]]
    for name in ("h-vtd-switch@7.3", "m-acs-switch@7.3", "g-sriov@7.3",
                 "h-vtd-multifunction@7.3", "i-amdvi-switch@7.3"):
        host = by_name[name]
        yield host, ["report"]
        yield host, ["groups"]
        for bits in ("off", "0x1d"):
            yield host, ["groups", *(word for port in host.ports for word in (
                "--assume", f"acs={bits}:{port}"))]
    yield example, ["check", "--assume", "config=PCI_P2PDMA=n"]
    yield example, ["rules", "--kernel", "7.4"]
    yield example, ["advise", *example.devices[:2], "--kernel", "4.19"]
    for kind, text in changed(by_name):
        made = folder / f"changed-{kind}"
        made.write_text(text)
        host = Host(made.name, made)
        yield host, ["matrix", *host.devices[-6:]]
        yield host, ["bars"]
        for command in ("groups", "check", "report", "cmdline"):
            yield host, [command]
        yield host, ["pair", *host.devices[-2:]]
    for host in regrouped(by_name, folder):
        yield host, ["groups"]
        yield host, ["report"]
    for name in ("m-acs-switch-noredir@7.3", "m-acs-switch-configacs@7.3"):
        host = by_name[name]
        yield host, ["cmdline", *(word for port in host.ports for word in (
            "--assume", f"acs=0x5f:{port}"))]
    for policy in sorted((root / "fixtures/policies").glob("*.toml")):
        for host in (example, by_name["c-switch@7.3"]):
            yield host, ["check", "--policy", str(policy)]
    yield example, ["check", "--policy",
                    str(root / "fixtures/policies/storage-direct.toml"),
                    "--assume", "cpu=AuthenticAMD:0x19"]
    for host in found:
        if host.name.startswith("random-"):
            yield host, ["report"]
            yield host, ["check"]
            yield host, ["groups"]
        if host.sketch:
            first, last = host.devices[0], host.devices[-1]
            yield host, ["check", first, last]
            yield host, ["pair", first, last]
    for path in packed(root, folder):
        yield types.SimpleNamespace(name=path.name, path=path), ["report"]
    for tree in sorted((root / "fixtures/bad/sysfs").iterdir()):
        if tree.is_dir():
            host = types.SimpleNamespace(name=tree.name, path=tree)
            yield host, ["report"]
            yield host, ["matrix", "all"]
            yield host, ["pair", "00:00.0", "00:00.0"]


def probed(tool, found):
    """What probe --yes would print, of kernels that agree, or fail."""
    for host in found:
        if not host.name.startswith(("switch@", "v-vfio-")) or host.odd:
            continue
        yield f"probe of {host.name}", [str(tool), str(host.path)]
        for call, error in (("open /dev/iommu", 2), ("bind", 22),
                            ("open /dev/iommu", 13), ("map-file 0x1000", 999),
                            ("export 0 0x1000", 19), ("probe", 25)):
            yield f"probe of {host.name}: {call}", [
                str(tool), str(host.path), call, str(error)]


def of_rare(root, found, folder):
    for host, arguments in rare(root, found, folder):
        yield f"{' '.join(arguments)} on {host.name}", [
            "--no-names", "--from", str(host.path), *arguments]


def of_hosts(found, everything):
    """Each command on every host, or the fixed share of it: each host answers
    one command of those, each command is asked of as many hosts."""
    for number, host in enumerate(found):
        all_commands = commands(host, number)
        for place, (name, arguments) in enumerate(all_commands.items()):
            share = (place + number) % len(all_commands) == 0
            if share or host.odd or everything:
                yield f"{name} on {host.name}", [
                    "--no-names", "--from", str(host.path), *arguments]


def without_host():
    """Commands that need none, and those that ask this machine."""
    yield "explain", ["explain"]
    yield "explain an id", ["explain", "acs-redirect"]
    yield "schema", ["schema"]
    yield "probe here", ["probe"]
    yield "report here", ["report"]


BOARD = """\
root 0 0
dev 0000:00:00.0 id=8086:3e30
dev 0000:00:01.0 id=8086:1901 t=4 sec=1
dev 0000:00:02.0 id=8086:1905 t=4 sec=2
dev 0000:00:03.0 id=8086:1909 t=4 sec=3
dev 0000:01:00.0 id=10de:2330 t=0 link=32x16
dev 0000:02:00.0 id=10de:2330 t=0
dev 0000:03:00.0 id=15b3:1021 t=0
"""
# A bus with another number, a card in the place of another, two that change
# places, twins that do, and a link that is slower.
BOARDS = {
    "renumbered": [("sec=3", "sec=4"), ("0000:03:00.0", "0000:04:00.0")],
    "replaced": [("0000:02:00.0 id=10de:2330", "0000:02:00.0 id=10de:20b0")],
    "moved": [("0000:02:00.0 id=10de:2330", "0000:02:00.0 id=15b3:1021"),
              ("0000:03:00.0 id=15b3:1021", "0000:03:00.0 id=10de:2330")],
    "alike": [("0000:00:01.0", "0000:00:04.0"),
              ("0000:00:02.0", "0000:00:05.0")],
    "slower": [("link=32x16", "link=25x1")],
}


def of_two(tool, found, folder):
    """Two sources each: boards, hosts in other states, and strangers."""
    def recording(name, text):
        sketch, made = folder / f"{name}.board", folder / f"board-{name}"
        sketch.write_text(text)
        with made.open("wb") as out:
            subprocess.run([tool, sketch], stdout=out, check=True)
        return str(made)

    board = recording("as-it-is", BOARD)
    for name, edits in BOARDS.items():
        text = BOARD
        for old, new in edits:
            text = text.replace(old, new)
        other = recording(name, text)
        yield f"diff of a board {name}", ["diff", board, other]
        yield f"diff of a board no longer {name}", ["diff", other, board]
    by_name = {host.name: str(host.path) for host in found}
    for one, two in (("m-acs-switch@7.3", "m-acs-switch-noredir@7.3"),
                     ("m-acs-switch@7.3", "m-acs-switch@7.3-user"),
                     ("m-acs-switch@7.3-causes", "m-acs-switch@7.3"),
                     ("v-vfio-switch@7.2s", "v-vfio-switch@7.3"),
                     ("h-vtd-switch@7.3", "c-switch@6.1s"),
                     ("e-pxb-hsw@7.3", "e-pxb-skx@7.3")):
        if one in by_name and two in by_name:
            yield f"diff of {one} and {two}", [
                "diff", by_name[one], by_name[two]]
    for one, two in zip(found[::9], found[1::9]):
        yield f"diff of {one.name} and {two.name}", [
            "diff", str(one.path), str(two.path)]


def of_cases(root):
    """The commands of fixtures/cases, for sh."""
    for path in sorted((root / "fixtures/cases").glob("*.case")):
        line = next(l for l in path.read_text().splitlines()
                    if l.startswith("$ "))[2:]
        line = line.split(" --json |")[0].replace(" --tsv", "")
        yield f"case {path.stem}", line + " --json"


def of_examples(root):
    """The commands of the manual that can write JSON, for sh."""
    page = (root / "man/p2pcheck.8").read_text()
    for line in page.splitlines():
        command = line[4:].replace("\\(dq", '"').replace("\\(aq", "'") \
            .replace("\\(ha", "^").replace("\\(ti", "~") \
            .replace("\\&", "").replace("\\-", "-").replace("\\e", "\\")
        if line.startswith(".Dl p2pcheck") and "--from" in command and \
                not re.search(r"[|>;]|--(json|tsv|nccl|qemu|html|format)|"
                              r" record| -o ", command):
            yield f"manual: {command}", command + " --json"


class Printer:
    """Runs commands and keeps what they print, a file a document."""

    def __init__(self, program, root, folder):
        self.program, self.root, self.folder = program, root, folder
        self.failed, self.empty = [], 0
        os.symlink(program.resolve(), folder / "p2pcheck")
        self.env = {**os.environ, "LC_ALL": "C.UTF-8", "COLUMNS": "80",
                    "PATH": f"{folder}:{os.environ['PATH']}"}

    def run(self, job):
        name, command, out = job
        if isinstance(command, str):
            command = ["sh", "-c", command]
        elif command[0].startswith("/"):  # a tool that prints a document
            pass
        else:
            command = [str(self.program), *command, "--json"]
        with out.open("wb") as stdout:
            done = subprocess.run(command, cwd=self.root, stdout=stdout,
                                  stderr=subprocess.PIPE, check=False,
                                  stdin=subprocess.DEVNULL, env=self.env)
        return name, command, out, done.returncode, done.stderr.decode()

    def run_all(self, jobs):
        """(name, file) of each document.  No such device, no such source and
        questions that make no sense print none; they are counted."""
        numbered = [(name, command, self.folder / f"{i:05}.json")
                    for i, (name, command) in enumerate(jobs)]
        documents = []
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            for name, _, out, status, stderr in pool.map(self.run, numbered):
                if status in STATUS and out.stat().st_size:
                    documents.append((name, out))
                elif status in (64, 65, 66):
                    self.empty += 1
                else:
                    self.failed.append(f"{name}: exit {status}: {stderr}")
        return documents


def in_file(path):
    """A file has one document, or (watch) one a line."""
    text = path.read_text()
    try:
        return [json.loads(text)]
    except ValueError:
        return [json.loads(line) for line in text.splitlines()]


def index(documents, path):
    path.write_text(json.dumps([{"name": n, "file": str(f)}
                                for n, f in documents]))
