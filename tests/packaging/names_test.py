#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What the packages need, and which version they are, is said alike
everywhere: packages.sh, debian/control, the RPM spec, CMake, the changelogs.

    names_test.py SOURCE_DIRECTORY

Then each name is taken away in turn, which has to be noticed.
"""
import pathlib
import re
import shutil
import subprocess
import sys

PACKAGING = pathlib.Path(sys.argv[1], "packaging")

# What Debian's package is called in Fedora.  A package that is not here makes
# the test fail: look it up, and add it to the spec.
FEDORA = {
    "g++": "gcc-c++", "cmake": "cmake", "ninja-build": "ninja-build",
    "pkg-config": "pkgconf-pkg-config", "libfmt-dev": "fmt-devel",
    "libcli11-dev": "cli11-devel", "libtomlplusplus-dev": "tomlplusplus-devel",
    "rapidjson-dev": "rapidjson-devel", "libpci-dev": "pciutils-devel",
    "libudev-dev": "systemd-devel", "zlib1g-dev": "zlib-devel",
    "nettle-dev": "nettle-devel", "pci.ids": "hwdata",
    "libarchive-dev": "libarchive-devel", "libsystemd-dev": "systemd-devel",
    "python3": "python3",
}
ESSENTIAL = {"g++"}  # build-essential, which Debian's control leaves out


def build_packages():
    done = subprocess.run(
        ["bash", "-c", '. "$1"; printf "%s\\n" "${build_packages[@]}"', "-",
         PACKAGING / "packages.sh"], capture_output=True, check=True, text=True)
    return set(done.stdout.split())


def build_depends(control):
    field = re.search(r"^Build-Depends:((?:.*\n)(?: .*\n)*)", control, re.M)[1]
    return {re.split(r"[ (:<]", entry.strip())[0]
            for entry in field.split(",") if entry.strip()}


def build_requires(spec):
    return set(re.findall(r"^BuildRequires:\s*(\S+)", spec, re.M))


def versions(texts):
    return {
        "CMakeLists.txt": re.search(r"project\(p2pcheck VERSION (\S+)",
                                    texts["cmake"])[1],
        "debian/changelog": re.match(r"p2pcheck \((.*?)\)",
                                     texts["changelog"])[1],
        "the spec": re.search(r"^Version:\s*(\S+)", texts["spec"], re.M)[1],
        "the spec's changelog": re.search(r"^%changelog\n\*.* - (\S+)-\d",
                                          texts["spec"], re.M)[1],
    }


def read():
    return {
        "control": (PACKAGING / "debian/control").read_text(),
        "changelog": (PACKAGING / "debian/changelog").read_text(),
        "spec": (PACKAGING / "rpm/p2pcheck.spec").read_text(),
        "cmake": (PACKAGING.parent / "CMakeLists.txt").read_text(),
    }


def check(texts, wanted):
    wrong = []
    debian, fedora = build_depends(texts["control"]), build_requires(
        texts["spec"])
    for name in sorted(wanted):
        if name not in debian | ESSENTIAL:
            wrong.append(f"{name}: not in debian/control")
        if FEDORA.get(name) not in fedora:
            wrong.append(f"{name}: {FEDORA.get(name, 'its Fedora name')} is "
                         "not in the spec")
    for page in sorted((PACKAGING.parent / "man").glob("*.[1-8]")):
        line = f"%{{_mandir}}/man{page.suffix[1:]}/{page.name}*"
        if line not in texts["spec"].splitlines():
            wrong.append(f"{line}: not in the spec")
    found = versions(texts)
    if len(set(found.values())) != 1:
        wrong.append(f"versions differ: {found}")
    return wrong


def damages(texts, wanted):
    for name in sorted(wanted - ESSENTIAL):
        yield name, {**texts, "control": re.sub(
            rf"^ {re.escape(name)}( .*|:any)?,\n", "", texts["control"],
            flags=re.M)}
    for name in sorted({FEDORA[n] for n in wanted}):
        yield name, {**texts, "spec": re.sub(
            rf"^BuildRequires:\s*{re.escape(name)}( .*)?\n", "",
            texts["spec"], flags=re.M)}
    yield "a manual page", {**texts, "spec": texts["spec"].replace(
        "%{_mandir}/man8/p2pcheck.8*\n", "")}
    yield "version", {**texts, "spec": texts["spec"].replace(
        "Version:        0", "Version:        9")}


def check_spec():
    if not shutil.which("rpmspec"):
        print("rpmspec is not installed: the spec was not parsed")
        return []
    done = subprocess.run(["rpmspec", "-P", PACKAGING / "rpm/p2pcheck.spec"],
                          capture_output=True, check=False, text=True)
    return done.stderr.splitlines()


def main():
    texts, wanted = read(), build_packages()
    wrong = check(texts, wanted) + check_spec()
    seen = 0
    for name, damaged in damages(texts, wanted) if not wrong else ():
        seen += 1
        if not check(damaged, wanted):
            wrong.append(f"not noticed: {name} taken away")
    print("\n".join(wrong))
    print(f"{len(wanted)} packages, {seen} damages: {len(wrong)} wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
