#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Every JSON output is what its schema says, and nothing else.

    schemas_test.py P2PCHECK SKETCH_TO_RECORDING RANDOM_RECORDING
                    PROBE_DOCUMENT SOURCE_DIRECTORY SCHEMA_FOLDER WORK_FOLDER
                    [--all]

Runs every command with --json over recordings, sketches and hosts of which
less is known, and holds what it prints against the schemas: by ajv in strict
mode (validate.mjs, which also makes mutants) and by python3-jsonschema.
--all: each command on each host, else a fixed share of them.  Skips (77)
where node, npm or the packages cannot be had.
"""
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

import documents

SKIPPED = 77
HERE = pathlib.Path(__file__).parent
SMALL = 40000   # bytes: python takes its time
A_SCHEMA = 12   # documents of each that python looks at


def skip(why):
    print(f"skipped: {why}")
    sys.exit(SKIPPED)


def install_ajv(work):
    """The packages of package.json, once for each build folder."""
    if not shutil.which("node") or not shutil.which("npm"):
        skip("node or npm is not installed")
    wanted = (HERE / "package.json").read_text()
    have = work / "package.json"
    if have.exists() and have.read_text() == wanted and \
            (work / "node_modules/ajv").is_dir():
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


def python_validators(folder):
    """By what a document has as "schema", and by name."""
    try:
        from jsonschema import Draft202012Validator
    except ImportError:
        skip("python3-jsonschema is not installed")
    found = {}
    for path in sorted(folder.glob("*.json")):
        schema = json.loads(path.read_text())
        Draft202012Validator.check_schema(schema)
        validator = Draft202012Validator(schema)
        found[schema["properties"]["schema"]["const"]] = validator
        found[path.stem] = validator
    return found


def check_python(validators, printed, mutants):
    """Small documents are valid, and the mutants that ajv kept are not."""
    wrong, taken = [], {}
    for name, path in printed:
        if path.stat().st_size > SMALL:
            continue
        for document in documents.in_file(path):
            schema = document["schema"]
            taken[schema] = taken.get(schema, 0) + 1
            if taken[schema] > A_SCHEMA or schema not in validators:
                continue
            error = next(validators[schema].iter_errors(document), None)
            if error:
                wrong.append(f"{name}: python: {error.message[:300]}")
    lines = mutants.read_text().splitlines()
    for line in lines:
        entry = json.loads(line)
        if validators[entry["schema"]].is_valid(entry["mutant"]):
            wrong.append(f"python takes a mutant: {line[:300]}")
    print(f"python: {sum(min(n, A_SCHEMA) for n in taken.values())} "
          f"documents, {len(lines)} mutants")
    return wrong + ([] if lines else ["no mutants for python"])


def check_printed(program, folder):
    """p2pcheck schema prints what is installed, by name and by id."""
    wrong = []
    for path in sorted(folder.glob("*.json")):
        text = path.read_bytes()
        schema = json.loads(text)
        for name in (path.stem, schema["properties"]["schema"]["const"]):
            done = subprocess.run([program, "schema", name], check=False,
                                  capture_output=True)
            if done.stdout != text:
                wrong.append(f"schema {name}: not {path.name}")
        if "schema" not in schema["required"]:
            wrong.append(f"{path.name}: \"schema\" is not required")
    return wrong


def check_named(validators, root):
    """Whatever our code calls a document has a schema, and the reverse."""
    named = set()
    for path in (root / "src").rglob("*.cc"):
        named |= set(re.findall(r'"(p2pcheck\.[a-z-]+/\d+)"',
                                path.read_text()))
    have = {name for name in validators if "/" in name}
    return [f"{name}: no schema" for name in sorted(named - have)] + \
        [f"{name}: nothing writes it" for name in sorted(have - named)]


def main():
    everything = "--all" in sys.argv
    program, *tools, root, schemas, work = map(
        lambda name: pathlib.Path(name).resolve(),
        [a for a in sys.argv[1:] if a != "--all"])
    sketch_tool, random_tool, probe_tool = tools
    validators = python_validators(schemas)
    install_ajv(work)
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        printer = documents.Printer(program, root, folder)
        found = documents.hosts(root, sketch_tool, random_tool, folder)
        jobs = list(documents.of_hosts(found, everything))
        jobs += list(documents.of_rare(root, found, folder))
        jobs += list(documents.probed(probe_tool, found))
        jobs += list(documents.of_two(sketch_tool, found, folder))
        jobs += list(documents.without_host())
        jobs += list(documents.of_cases(root))
        jobs += list(documents.of_examples(root))
        printed = printer.run_all(jobs)
        print(f"{len(found)} hosts, {len(jobs)} commands, "
              f"{printer.empty} of them without an answer")
        documents.index(printed, folder / "index")
        ajv = subprocess.run(
            ["node", "--max-old-space-size=4096", HERE / "validate.mjs", work,
             schemas, folder / "index", folder / "mutants"], check=False)
        wrong = printer.failed + check_named(validators, root)
        wrong += check_printed(program, schemas)
        wrong += check_python(validators, printed, folder / "mutants")
    print("\n".join(wrong[:40]))
    return 1 if wrong or ajv.returncode else 0


if __name__ == "__main__":
    sys.exit(main())
