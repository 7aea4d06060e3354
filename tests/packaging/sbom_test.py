#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The bill of materials is valid SPDX 2.3, true, and the same every time.

    sbom_test.py P2PCHECK SOURCE_DIRECTORY COMPILER

Checked by rules written down here from the specification's text and its JSON
schema (which keys, which words), against the files themselves, against the program's own --version, and against
`reuse spdx`, which reads licences by itself, where it is installed.  Then the
document is damaged in each way that the rules are about, which has to be seen.
"""
import copy
import hashlib
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

PROGRAM, ROOT, COMPILER = sys.argv[1], pathlib.Path(sys.argv[2]), sys.argv[3]
HEADERS = ("CLI11", "RapidJSON", "tomlplusplus")
ID = re.compile(r"SPDXRef-[A-Za-z0-9.-]+")
DATE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
KINDS = {"DESCRIBES", "CONTAINS", "DYNAMIC_LINK", "STATIC_LINK",
         "RUNTIME_DEPENDENCY_OF", "BUILD_TOOL_OF"}
DOCUMENT = ("spdxVersion", "dataLicense", "SPDXID", "name", "documentNamespace",
            "creationInfo", "packages", "files", "relationships")
PACKAGE = ("SPDXID", "name", "versionInfo", "downloadLocation", "filesAnalyzed",
           "licenseConcluded", "licenseDeclared", "copyrightText")
# The schema allows no other keys; these are those we use.
OPTIONAL = {"primaryPackagePurpose", "packageVerificationCode", "comment",
            "licenseInfoFromFiles", "externalRefs", "fileTypes"}
KEYS = {"packageVerificationCode": {"packageVerificationCodeValue"},
        "externalRefs": {"referenceCategory", "referenceType",
                         "referenceLocator"},
        "checksums": {"algorithm", "checksumValue"},
        "creationInfo": {"created", "creators"},
        "relationships": {"spdxElementId", "relationshipType",
                          "relatedSpdxElement"}}
WORDS = {"fileTypes": {"SOURCE", "TEXT", "DOCUMENTATION"},
         "algorithm": {"SHA1", "SHA256"},
         "referenceCategory": {"PACKAGE-MANAGER"},
         "referenceType": {"purl"},
         "primaryPackagePurpose": {"APPLICATION"}}
FILE = ("SPDXID", "fileName", "checksums", "licenseConcluded",
        "licenseInfoInFiles", "copyrightText")


def made(epoch="1700000000", where=ROOT):
    with tempfile.TemporaryDirectory() as folder:
        out = pathlib.Path(folder, "made.json")
        words = [w for name in HEADERS for w in ("--header-only", name)]
        subprocess.run(
            [ROOT / "packaging/sbom", "--program", PROGRAM, "--source", where,
             "--compiler", COMPILER, *words, "--output", out],
            check=True, env={**os.environ, "SOURCE_DATE_EPOCH": epoch})
        return out.read_text(encoding="utf-8")


def lacks(thing, keys, what):
    return [f"{what}: no {key}" for key in keys if key not in thing]


def check_keys(thing, what, allowed):
    """Keys and words that the schema does not have, at any depth."""
    for key, value in thing.items():
        if key not in allowed:
            yield f"{what}: {key}?"
        if key in ("packages", "files"):
            inner = set(PACKAGE if key == "packages" else FILE) | OPTIONAL
        else:
            inner = KEYS.get(key, set())
        for one in value if isinstance(value, list) else [value]:
            if isinstance(one, dict):
                yield from check_keys(one, key, inner)
            elif key in WORDS and one not in WORDS[key]:
                yield f"{what}: {key} {one}?"


def identifiers(document):
    return [document["SPDXID"]] + [
        x["SPDXID"] for x in document["packages"] + document["files"]]


def check_ids(document):
    ids = identifiers(document)
    wrong = [f"{i}: not an identifier" for i in ids if not ID.fullmatch(i)]
    wrong += [f"{i}: twice" for i in set(ids) if ids.count(i) > 1]
    for relation in document["relationships"]:
        for end in ("spdxElementId", "relatedSpdxElement"):
            if relation[end] not in ids:
                wrong.append(f"{relation[end]}: related, but nowhere")
        if relation["relationshipType"] not in KINDS:
            wrong.append(f"{relation}: what relationship?")
    return wrong


def checksum(entry, algorithm):
    return next(c["checksumValue"] for c in entry["checksums"]
                if c["algorithm"] == algorithm)


def check_files(document):
    wrong = []
    for entry in document["files"]:
        wrong += lacks(entry, FILE, entry.get("fileName", "a file"))
        data = (ROOT / entry["fileName"]).read_bytes()
        for name in ("SHA1", "SHA256"):
            if checksum(entry, name) != hashlib.new(name, data).hexdigest():
                wrong.append(f"{entry['fileName']}: {name} is another")
    sums = "".join(sorted(checksum(e, "SHA1") for e in document["files"]))
    code = document["packages"][0]["packageVerificationCode"]
    if code["packageVerificationCodeValue"] != hashlib.sha1(
            sums.encode()).hexdigest():
        wrong.append("the verification code is another")
    return wrong


def check_parts(document):
    """Every file of the program's own folders is there."""
    done = subprocess.run(
        ["git", "-C", ROOT, "ls-files", "src", "cli", "rules", "man"],
        capture_output=True, check=False, text=True)
    named = {e["fileName"].removeprefix("./") for e in document["files"]}
    return [f"{name}: left out" for name in done.stdout.split()
            if name not in named and (ROOT / name).exists()]


def libraries():
    """"libpci 3.9.0" and so on, as the program says."""
    text = subprocess.run([PROGRAM, "--version"], capture_output=True,
                          check=True, text=True).stdout
    line = re.search(r"^libraries: (.*)", text, re.M)[1]
    return dict(entry.split() for entry in line.split(", "))


def check_packages(document):
    wrong = []
    ours, *others = document["packages"]
    for package in document["packages"]:
        wrong += lacks(package, PACKAGE, package.get("name", "a package"))
    text = "\n".join(f"{p['name']} {p['versionInfo']} {p.get('comment', '')}"
                     for p in others)
    if f"p2pcheck {ours['versionInfo']}\n" not in subprocess.run(
            [PROGRAM, "--version"], capture_output=True, check=True,
            text=True).stdout:
        wrong.append(f"p2pcheck is not {ours['versionInfo']}")
    known = [p for p in others if p["versionInfo"] != "NOASSERTION"]
    for name, version in libraries().items() if known else ():
        if version not in text:
            wrong.append(f"{name} {version}: not among the packages")
    return wrong


def check_document(document):
    wrong = lacks(document, DOCUMENT, "the document")
    if wrong:
        return wrong
    if (document["spdxVersion"], document["dataLicense"]) != ("SPDX-2.3",
                                                              "CC0-1.0"):
        wrong.append("not SPDX 2.3 under CC0-1.0")
    wrong += check_keys(document, "the document", DOCUMENT)
    if not DATE.fullmatch(document["creationInfo"]["created"]):
        wrong.append("the date is none")
    if not re.fullmatch(r"[a-z]+:[^#]+", document["documentNamespace"]):
        wrong.append("the namespace is no URI, or has a #")
    for check in (check_ids, check_files, check_parts, check_packages):
        wrong += check(document)
    return wrong


def damages(document):
    """Copies, each wrong in one way."""
    def damaged(what, change):
        other = copy.deepcopy(document)
        change(other)
        return what, other
    yield damaged("no name", lambda d: d.pop("name"))
    yield damaged("old version", lambda d: d.update(spdxVersion="SPDX-2.2"))
    yield damaged("date", lambda d: d["creationInfo"].update(created="today"))
    yield damaged("identifier", lambda d: d["files"][3].update(SPDXID="x_y"))
    yield damaged("same identifier", lambda d: d["files"][3].update(
        SPDXID=d["files"][4]["SPDXID"]))
    yield damaged("checksum", lambda d: d["files"][5]["checksums"][1].update(
        checksumValue="0" * 64))
    yield damaged("a file left out", lambda d: d["files"].pop(
        next(i for i, f in enumerate(d["files"])
             if f["fileName"].startswith("./src/"))))
    yield damaged("a package left out", lambda d: d["packages"].pop(1))
    yield damaged("own version", lambda d: d["packages"][0].update(
        versionInfo="7"))
    yield damaged("a key of its own", lambda d: d["packages"][2].update(
        licence="GPL"))
    yield damaged("a word of its own", lambda d: d["files"][2].update(
        fileTypes=["CODE"]))
    yield damaged("relation", lambda d: d["relationships"][1].update(
        relationshipType="LIKES"))


def reuse_says():
    """fileName -> (SHA1, licences) of `reuse spdx`."""
    text = subprocess.run(["reuse", "--root", ROOT, "spdx"], check=True,
                          capture_output=True, text=True).stdout
    found = {}
    for block in text.split("\n\n"):
        name = re.search(r"^FileName: (.*)", block, re.M)
        if name:
            found[name[1]] = (
                re.search(r"^FileChecksum: SHA1: (.*)", block, re.M)[1],
                sorted(set(re.findall(r"^LicenseInfoInFile: (.*)", block,
                                      re.M))))
    return found


def check_reuse(document):
    if not shutil.which("reuse"):
        print("reuse is not installed: licences were not compared")
        return []
    theirs, wrong, compared = reuse_says(), [], 0
    for entry in document["files"]:
        name = entry["fileName"]
        if name not in theirs:
            # A licence's own text has none, and what git does not have.
            if not name.startswith("./LICENSES/"):
                wrong.append(f"{name}: reuse does not list it")
            continue
        compared += 1
        ours = checksum(entry, "SHA1"), entry["licenseInfoInFiles"]
        if ours != theirs[name]:
            wrong.append(f"{name}: {ours}, reuse: {theirs[name]}")
    print(f"{compared} files as `reuse spdx` has them")
    return wrong


def main():
    text = made()
    document = json.loads(text)
    wrong = check_document(document) + check_reuse(document)
    if text != made():
        wrong.append("made twice, two documents")
    if made("1") == text:
        wrong.append("SOURCE_DATE_EPOCH means nothing")
    seen = 0
    for what, other in damages(document):
        seen += 1
        if not check_document(other):
            wrong.append(f"damage not seen: {what}")
    print("\n".join(wrong))
    print(f"{len(document['files'])} files, {len(document['packages'])} "
          f"packages, {seen} damages: {len(wrong)} wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
