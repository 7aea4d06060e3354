#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""cmake --install puts exactly what a package ships where it belongs.

    install_test.py CMAKE BUILD_DIRECTORY SOURCE_DIRECTORY
"""
import os
import pathlib
import subprocess
import sys
import tempfile

CMAKE, BUILD, ROOT = sys.argv[1], sys.argv[2], pathlib.Path(sys.argv[3])


def wanted():
    files = {
        "bin/p2pcheck",
        "share/man/man5/p2pcheck-policy.5",
        "share/man/man8/p2pcheck.8",
        "share/doc/p2pcheck/README.md",
        "share/doc/p2pcheck/GPL-2.0-or-later.txt",
        "share/doc/p2pcheck/examples/qemu-vfio.recording",
        "share/doc/p2pcheck/examples/without-sys-admin.conf",
        "lib/systemd/system/p2pcheck.service",
        "lib/systemd/system/p2pcheck.timer",
        "lib/sysusers.d/p2pcheck.conf",
    }
    for path in (ROOT / "rules").glob("*.toml"):
        files.add(f"share/p2pcheck/rules/{path.name}")
    files |= {"share/bash-completion/completions/p2pcheck",
              "share/zsh/site-functions/_p2pcheck",
              "share/fish/vendor_completions.d/p2pcheck.fish"}
    for path in (ROOT / "src/report/schemas").glob("*.json"):
        if path.name != "common.json":
            files.add(f"share/p2pcheck/schemas/{path.name}")
    for path in (ROOT / "fixtures/policies").glob("*.toml"):
        files.add(f"share/doc/p2pcheck/examples/policies/{path.name}")
    for path in (ROOT / "fixtures/examples").glob("*.recording"):
        files.add(f"share/doc/p2pcheck/examples/{path.name}")
    return files


def installed(directory):
    return {str(path.relative_to(directory))
            for path in directory.rglob("*") if not path.is_dir()}


def check_use(prefix):
    """The installed program answers on the installed example and rules."""
    done = subprocess.run(
        [prefix / "bin/p2pcheck", "pair", "18:00.0", "19:00.0", "--from",
         prefix / "share/doc/p2pcheck/examples/made-up-8gpu.recording",
         "--rules", prefix / "share/p2pcheck/rules"],
        capture_output=True, check=False, text=True)
    if done.returncode == 0 and "BUS_ADDR" in done.stdout:
        return []
    return [f"the installed program: {done.returncode} {done.stderr}"]


def main():
    with tempfile.TemporaryDirectory() as destination:
        subprocess.run([CMAKE, "--install", BUILD, "--prefix", "/usr"],
                       env={**os.environ, "DESTDIR": destination},
                       check=True, stdout=subprocess.DEVNULL)
        prefix = pathlib.Path(destination, "usr")
        found, want = installed(prefix), wanted()
        outside = installed(pathlib.Path(destination)) - {
            f"usr/{name}" for name in found}
        wrong = [f"missing: {name}" for name in sorted(want - found)]
        wrong += [f"not expected: {name}" for name in sorted(found - want)]
        wrong += [f"outside of /usr: {name}" for name in sorted(outside)]
        wrong += check_use(prefix)
    print("\n".join(wrong) or f"{len(found)} files installed")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
