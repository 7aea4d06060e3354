#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Opens the page of `report --html` in a real Chromium.

    page_test.py P2PCHECK SKETCH_TO_RECORDING SOURCE_FOLDER WORK_FOLDER
                 [SCREENSHOTS]

Writes pages of several hosts, and what the program says about them in other
formats, and has page_test.mjs hold the one against the other: clicks,
keyboard, search, both colour schemes, paper, a narrow screen, no script,
hostile names, 10 and 5,000 functions.  SCREENSHOTS: a folder for pictures.
Skips (77) where chromium, node, npm or the packages cannot be had.
"""
import json
import pathlib
import random
import re
import shutil
import subprocess
import sys

SKIPPED = 77
HERE = pathlib.Path(__file__).parent
PEERS = ("gpu", "nic", "nvme", "accelerator")
KINDS = {"gpu": "10de:2330", "nic": "15b3:1021", "nvme": "144d:a824"}
PAIRS = 8  # of each host, whose sentences are compared
EVIL = "</script></style></title><img src=x onerror=\"window.pwned=1\">'&lt;"
# As a recording has it: U+202E, U+2066, ESC, U+009B.
TURNED = r"\xe2\x80\xaegnp.exe\xe2\x81\xa6 \x1b[31m\xc2\x9b31m"


def skip(why):
    print(f"skipped: {why}")
    sys.exit(SKIPPED)


def chromium():
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if shutil.which(name):
            return shutil.which(name)
    return skip("chromium is not installed")


def install(work):
    """The packages of package.json, once for each build folder."""
    if not shutil.which("node") or not shutil.which("npm"):
        skip("node or npm is not installed")
    wanted = (HERE / "package.json").read_text()
    have = work / "package.json"
    if have.exists() and have.read_text() == wanted and \
            (work / "node_modules/playwright-core").is_dir():
        return
    work.mkdir(parents=True, exist_ok=True)
    have.write_text(wanted)
    done = subprocess.run(
        ["npm", "install", "--ignore-scripts", "--no-audit", "--no-fund",
         "--no-package-lock"], cwd=work, capture_output=True, check=False,
        text=True)
    if done.returncode:
        have.unlink()
        skip(f"npm install: {done.stderr[-500:]}")


# ---- hosts ------------------------------------------------------------------

def switch(rng, domain, ports):
    """A root bus with one switch; a device below each port."""
    at = f"{domain:04x}:"
    lines = [f"root {domain:x} 0",
             f"dev {at}00:00.0 id={rng.choice(['8086:09a2', '8086:1234'])}",
             f"dev {at}00:01.0 id=8086:352a t=4 acs=5f/1d sec=1",
             f"dev {at}01:00.0 id=1000:c030 t=5 sec=2"]
    for port in range(ports):
        bus = f"{at}{3 + port:02x}"
        acs = rng.choice([" acs=7f/1d", " acs=7f/11", " acs=7f/00", ""])
        kind = rng.choice(list(KINDS))
        group = rng.randrange(4000)
        lines.append(f"dev {at}02:{port:02x}.0 id=1000:c030 t=6{acs}"
                     f" sec={3 + port:x} group={group}")
        lines.append(f"dev {bus}:00.0 id={KINDS[kind]} t=0"
                     f" link={rng.choice(['32x16', '16x4'])} group={group}")
        if kind == "nic" and rng.random() < 0.5:
            lines += [f"dev {bus}:00.{n} id=15b3:101e t=0 vf={bus}:00.0"
                      for n in range(1, 8)]
    return lines


def fabric(seed, functions, ports):
    rng = random.Random(seed)
    lines = ["kernel 6.12.95", "cmdline ro"]
    count = lambda: sum(line.startswith("dev ") for line in lines)
    domain = 0
    while count() < functions:
        lines += switch(rng, domain, rng.randint(1, ports))
        domain += 1
    while count() > functions:
        lines.pop()
    return "\n".join(lines) + "\n"


def virtual(count):
    """Few devices, many virtual functions."""
    lines = ["kernel 6.12.95", "root 0 0", "dev 0000:00:00.0 id=8086:09a2",
             "dev 0000:00:01.0 id=8086:352a t=4 acs=5f/1d sec=1",
             "dev 0000:01:00.0 id=1000:c030 t=5 sec=2"]
    for port in range(6):
        bus = f"0000:{3 + port:02x}:"
        lines += [f"dev 0000:02:{port:02x}.0 id=1000:c030 t=6"
                  f" acs=7f/{'1d' if port % 2 else '11'} sec={3 + port:x}",
                  f"dev {bus}00.0 id={'15b3:1021' if port else '10de:2330'}"
                  " t=0"]
        lines += [f"dev {bus}{n // 8:02x}.{n % 8} id=15b3:101e t=0"
                  f" vf={bus}00.0" for n in range(1, count + 1) if port]
    return "\n".join(lines) + "\n"


def hostile(recording):
    """Everything that a host may name says something bad."""
    text = recording
    for line, more in [(r"@driver (?=nvme$|nvidia$)", EVIL),
                       (r"@node net (?=ib0$)", TURNED + EVIL),
                       (r"@command_line ", f"pci={EVIL}{TURNED},"),
                       (r"@cpu_model_name ", EVIL)]:
        text = re.sub(rf"^{line}", lambda m: m[0] + more, text, flags=re.M)
    return text


def unreadable(recording):
    """As a user recorded it: nobody knows ACS."""
    return re.sub(r"^@config_space (\d+) .*\n(?:[0-9a-f]+0: .*\n)*",
                  r"@config_space \1 rest permission-denied\n", recording,
                  flags=re.M)


# ---- what the program says -----------------------------------------------------

def without_virtual(functions, devices):
    """Of the virtual functions of a device the first."""
    physical = {f["address"]: f["physfn"] for f in functions}
    seen = set()
    return [a for a in devices if physical[a] is None or
            not (physical[a] in seen or seen.add(physical[a]))]


class Maker:
    def __init__(self, program, sketcher, work):
        self.program, self.sketcher, self.work = program, sketcher, work

    def run(self, host, *arguments):
        done = subprocess.run([self.program, "--from", host, *arguments],
                              capture_output=True, check=False)
        if done.returncode not in (0, 1, 2):
            sys.exit(f"{arguments}: {done.returncode} {done.stderr.decode()}")
        return done.stdout

    def sketch(self, name, text):
        sketch = self.work / f"{name}.sketch"
        sketch.write_text(text)
        recording = self.work / f"{name}.recording"
        done = subprocess.run([self.sketcher, sketch], check=True,
                              capture_output=True)
        recording.write_bytes(done.stdout)
        return recording

    def save(self, name, content):
        path = self.work / name
        path.write_bytes(content)
        return str(path)

    def verdicts(self, name, host, devices):
        rng = random.Random(name)
        return [self.save(f"{name}-{n}.json", self.run(
            host, "pair", rng.choice(devices), rng.choice(devices), "--json"))
            for n in range(PAIRS)] if devices else []

    def page(self, name, host, **more):
        page = self.work / f"{name}.html"
        report = self.run(host, "report", "--json", "--html", page)
        functions = json.loads(report)["functions"]
        peers = [f["address"] for f in functions if f["kind"] in PEERS]
        kinds = "peers" if len(peers) > 1 else "endpoints"
        if kinds == "endpoints":
            peers = [f["address"] for f in functions if f["kind"] != "bridge"]
        devices = peers
        if len(devices) > 200:
            devices = without_virtual(functions, peers)
        if len(devices) > 200:
            devices = []
        findings = json.loads(self.run(host, "check", "--json"))["findings"]
        tsv = self.run(host, "matrix", *devices, "--tsv") if devices else b""
        return {"name": name, "page": str(page), "kinds": kinds,
                "functions": len(functions), "devices": len(devices),
                "findings": len(findings),
                "json": self.save(f"{name}.json", report),
                "tsv": self.save(f"{name}.tsv", tsv),
                "verdicts": self.verdicts(name, host, devices), **more}


def all_pages(make, source):
    example = source / "fixtures/examples/made-up-8gpu.recording"
    text = example.read_text()
    evil = make.work / "<img src=x onerror=window.pwned=1>.recording"
    evil.write_text(hostile(text))
    user = make.work / "user.recording"
    user.write_text(unreadable(text))
    ten = make.sketch("ten", fabric(10, 10, 9))
    some = make.sketch("some", fabric(7, 160, 9))
    large = make.sketch("large", fabric(5000, 5000, 30))
    endpoints = source / "fixtures/hosts/c-switch@7.3/host.recording"
    return [make.page("example", example),
            make.page("ten", ten),
            make.page("endpoints", endpoints),
            make.page("user", user),
            make.page("some", some, search=["0002:03:00.0", 1]),
            make.page("evil", evil, hostile=True),
            make.page("virtual", make.sketch("virtual", virtual(50))),
            make.page("large", large, folded=True,
                      search=["0020:03:00.0", 1])]


def main():
    program, sketcher, source, work = sys.argv[1:5]
    browser = chromium()
    work = pathlib.Path(work)
    install(work)
    pages = all_pages(Maker(program, sketcher, work), pathlib.Path(source))
    wanted = work / "pages.json"
    wanted.write_text(json.dumps(pages, indent=1))
    done = subprocess.run(["node", HERE / "page_test.mjs", work, wanted,
                           browser, *sys.argv[5:]], check=False)
    sys.exit(done.returncode)


if __name__ == "__main__":
    main()
