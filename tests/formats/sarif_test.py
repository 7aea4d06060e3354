#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""check --format sarif against the SARIF 2.1.0 schema, and what it demands.

    sarif_test.py P2PCHECK SOURCE_DIRECTORY BUILD_DIRECTORY

The schema and a validator come from npm, once, into BUILD_DIRECTORY; where
that cannot be, the rest is held, and the test says that it skipped.  Documents
with an error planted have to be rejected.
"""
import copy
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys

from hosts import as_user

PROGRAM, ROOT, BUILD = sys.argv[1], *map(pathlib.Path, sys.argv[2:4])
HERE = pathlib.Path(__file__).parent
SKIPPED = 77


def sarif(source, *more, stdin=None):
    done = subprocess.run(
        [PROGRAM, "--from", source, "check", "--format", "sarif", *more],
        input=stdin, capture_output=True, check=False)
    assert done.returncode in (0, 1, 2), done.stderr.decode()
    return json.loads(done.stdout)


def modules():
    """Where npm's packages are; None where they cannot be had."""
    there = BUILD / "npm-formats"
    if (there / "node_modules/ajv").is_dir():
        return there / "node_modules"
    if not shutil.which("npm") or not shutil.which("node"):
        print("skipped: no node and npm")
        return None
    there.mkdir(parents=True, exist_ok=True)
    shutil.copy(HERE / "package.json", there)
    done = subprocess.run(
        ["npm", "install", "--ignore-scripts", "--no-audit", "--no-fund"],
        cwd=there, capture_output=True, check=False, text=True)
    if done.returncode != 0:
        print("skipped: npm cannot install:", done.stderr[-300:])
        return None
    return there / "node_modules"


def errors_of(documents, where):
    """{name: errors} of {name: document}."""
    lines = "".join(json.dumps({"name": n, "document": d}) + "\n"
                    for n, d in documents.items())
    done = subprocess.run(["node", HERE / "validate_sarif.js", where],
                          input=lines, capture_output=True, check=True,
                          text=True)
    answers = map(json.loads, done.stdout.splitlines())
    return {a["name"]: a["errors"] for a in answers}


def mutants(document):
    """Copies with one error each, that the schema has to notice."""
    def changed(change):
        copied = copy.deepcopy(document)
        change(copied, copied["runs"][0], copied["runs"][0]["results"][0])
        return copied
    def drop(key, of):
        return lambda d, run, result: (d, run, result)[of].pop(key)
    def put(key, of, value):
        return lambda d, run, result: (d, run, result)[of].update({key: value})
    return {f"mutant {i}": changed(change) for i, change in enumerate([
        drop("version", 0), drop("runs", 0), drop("tool", 1),
        drop("message", 2), put("level", 2, "fatal"), put("kind", 2, "maybe"),
        put("ruleIndex", 2, "0"), put("frob", 2, 1), put("version", 0, "2.2"),
        put("partialFingerprints", 2, {"a": 1}), put("locations", 2, {}),
    ])}


def held(document):
    """What the specification demands beyond the schema."""
    wrong = []
    run, = document["runs"]
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    if len(rules) != len(set(rules)):
        wrong.append("a rule twice")
    for rule in run["tool"]["driver"]["rules"]:
        if not rule["fullDescription"]["text"]:
            wrong.append(f"{rule['id']}: no words")
    prints = [tuple(r["partialFingerprints"].items()) for r in run["results"]]
    if len(prints) != len(set(prints)):
        wrong.append("two results with one fingerprint")
    for result in run["results"]:
        if rules[result["ruleIndex"]] != result["ruleId"]:
            wrong.append("ruleIndex and ruleId differ")
        if (result["kind"] == "fail") == (result["level"] == "none"):
            wrong.append(f"kind {result['kind']}, level {result['level']}")
        for location in result["locations"]:
            name = location["logicalLocations"][0]["fullyQualifiedName"]
            if not re.fullmatch(r"\w{4,}:\w\w:\w\w\.\w", name):
                wrong.append(f"location {name}")
    return wrong


def fingerprints(document):
    return [r["partialFingerprints"] for r in document["runs"][0]["results"]]


def messages(document):
    return [r["message"] for r in document["runs"][0]["results"]]


def without(recording, address):
    """One function less."""
    blocks = recording.read_bytes().split(b"\n\n")
    kept = [b for b in blocks if not b.startswith(address)]
    assert len(kept) == len(blocks) - 1
    return b"\n\n".join(kept)


def sources():
    yield ROOT / "fixtures/examples/made-up-8gpu.recording"
    yield from sorted((ROOT / "fixtures/hosts").glob("*/host.recording"))[::5]


def main():
    documents = {str(s): sarif(s) for s in sources()}
    documents["as a user"] = sarif("-", stdin=as_user(next(sources())))
    example = next(iter(documents.values()))
    wrong = [f"{name}: {w}" for name, d in documents.items() for w in held(d)]
    results = sum(len(d["runs"][0]["results"]) for d in documents.values())
    kinds = {r["kind"] for d in documents.values()
             for r in d["runs"][0]["results"]}
    if kinds != {"fail", "open"}:
        wrong.append(f"kinds seen: {kinds}")
    # A GPU less, so fewer pairs: findings about ports remain what they are.
    fewer = sarif("-", "--no-names", stdin=without(next(sources()),
                                                   b"0000:bb:00.0"))
    counts = [len(d["runs"][0]["results"]) for d in (example, fewer)]
    old, new = ({str(p) for p in fingerprints(d)} for d in (example, fewer))
    if counts[0] != counts[1] or messages(example) == messages(fewer) or \
            old != new:
        wrong.append("fingerprints hang on counts")
    where = modules()
    if where:
        for name, errors in errors_of(documents, where).items():
            wrong += [f"{name}: {error}" for error in errors]
        planted = errors_of(mutants(example), where)
        wrong += [f"{n} was not noticed" for n, e in planted.items() if not e]
        print(f"{len(planted)} mutants")
    print("\n".join(wrong))
    print(f"{len(documents)} documents, {results} results")
    if wrong or results < 50:
        return 1
    return 0 if where else SKIPPED


if __name__ == "__main__":
    sys.exit(main())
