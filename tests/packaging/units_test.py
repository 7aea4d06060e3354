#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""systemd takes the units as they are, and finds little to expose.

    units_test.py P2PCHECK SOURCE_DIRECTORY

`systemd-analyze verify` and `security` offline: at most 1.5, with what is
shipped to do without CAP_SYS_ADMIN less; and more once the sandbox is taken
away, or nothing would be measured.  What the units run is what the program
takes.  packaging/test-service boots them.
"""
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

PROGRAM, ROOT = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
UNITS = ROOT / "packaging/systemd"
MOST = 1.5


def tree(folder, service, drop_in=None):
    """A root with the program and the units."""
    root = pathlib.Path(folder)
    units = root / "usr/lib/systemd/system"
    units.mkdir(parents=True)
    (root / "usr/bin").mkdir(parents=True)
    shutil.copy("/bin/true", root / "usr/bin/p2pcheck")
    (units / "p2pcheck.service").write_text(service)
    shutil.copy(UNITS / "p2pcheck.timer", units)
    for name in ("sysinit.target", "basic.target", "shutdown.target",
                 "timers.target", "time-set.target", "time-sync.target"):
        (units / name).write_text("[Unit]\nDescription=there\n")
    if drop_in:
        place = root / "etc/systemd/system/p2pcheck.service.d"
        place.mkdir(parents=True)
        shutil.copy(drop_in, place)
    return root


def analyze(*words):
    return subprocess.run(["systemd-analyze", *words], capture_output=True,
                          check=False, text=True)


def complaints(service):
    with tempfile.TemporaryDirectory() as folder:
        root = tree(folder, service)
        done = analyze("verify", "--man=no", f"--root={root}",
                       "p2pcheck.service", "p2pcheck.timer")
    lines = [line for line in done.stderr.splitlines() if "p2pcheck" in line]
    return lines or (["verify failed: " + done.stderr] if done.returncode
                     else [])


def exposure(service, drop_in=None):
    with tempfile.TemporaryDirectory() as folder:
        root = tree(folder, service, drop_in)
        done = analyze("security", "--offline=true", f"--root={root}",
                       "p2pcheck.service")
    found = re.search(r"Overall exposure level .*: (\d+\.\d+)", done.stdout)
    if not found:
        raise SystemExit(f"systemd-analyze security: {done.stderr}")
    return float(found[1])


def without_sandbox(service):
    return re.sub(r"^(Private|Protect|Restrict|SystemCall|NoNew)\w+=.*\n", "",
                  service, flags=re.M)


def commands(service):
    joined = service.replace("\\\n", " ")
    return [line.split() for line in re.findall(r"^ExecStart=(.*)", joined,
                                                re.M)]


def check_commands(service):
    """Run with a folder in the place of the service's own."""
    wrong, made = [], set()
    with tempfile.TemporaryDirectory() as folder:
        for program, *words in commands(service):
            words = [w.replace("/var/lib/p2pcheck", folder) for w in words]
            done = subprocess.run([PROGRAM, *words], capture_output=True,
                                  check=False, text=True)
            if program != "p2pcheck" or done.returncode > 2:
                wrong.append(f"{words}: {done.returncode} {done.stderr}")
        made = {path.name for path in pathlib.Path(folder).iterdir()}
    if made != {"host.recording", "p2pcheck.prom"}:
        wrong.append(f"the service makes {sorted(made)}")
    return wrong


def check_units(service):
    without = UNITS / "without-sys-admin.conf"
    shipped, less = exposure(service), exposure(service, without)
    bare = exposure(without_sandbox(service))
    print(f"exposure {shipped}, without CAP_SYS_ADMIN {less}, "
          f"without the sandbox {bare}")
    wrong = complaints(service)
    if shipped > MOST:
        wrong.append(f"exposure {shipped}, more than {MOST}")
    if not less < shipped < bare:
        wrong.append("the drop-in or the sandbox makes no difference")
    if not complaints(service + "Frobnicate=yes\n"):
        wrong.append("verify does not see an unknown setting")
    return wrong


def main():
    service = (UNITS / "p2pcheck.service").read_text()
    wrong = check_commands(service)
    if shutil.which("systemd-analyze"):
        wrong += check_units(service)
    else:
        print("systemd-analyze is not installed: the units were not analyzed")
    print("\n".join(wrong))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
