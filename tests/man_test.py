#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What the program takes and the manual describes is the same, both ways.

    man_test.py P2PCHECK MAN_PAGE EXIT_STATUS_HEADER

Compares commands, options and exit codes; then takes each away from a copy of
the page, and adds one, to see that this would be noticed.  Where mandoc is
installed the page must be without warnings.
"""
import re
import shutil
import subprocess
import sys


def output_of(*command):
    return subprocess.run(command, capture_output=True, check=True,
                          text=True).stdout


def section(text, name):
    """The text of one part of --help, up to the next blank line."""
    found = re.search(rf"^{name}:\n((?:.+\n)*)", text, re.M)
    return found[1] if found else ""


def options_in_help(text):
    names = set()
    for line in section(text, "Options").splitlines():
        if not line.startswith("  -"):
            continue  # the rest of a description
        for word in line.split()[0].split(","):
            names.add(word)
    return names


def of_program(program, header):
    text = output_of(program, "--help")
    commands = {line.split()[0]
                for line in section(text, "Subcommands").splitlines()}
    options = options_in_help(text)
    for command in commands:
        options |= options_in_help(output_of(program, command, "--help"))
    codes = set(re.findall(r"^ *k\w+ = (\d+),", open(header).read(), re.M))
    return {"command": commands, "option": options, "exit code": codes}


def man_section(page, name):
    found = re.search(rf"^\.Sh {name}\n(.*?)(?=^\.Sh|\Z)", page, re.M | re.S)
    return found[1] if found else ""


def items(text):
    """The .It lines of the outermost list."""
    depth, lines = 0, []
    for line in text.splitlines():
        depth += line.startswith(".Bl") - line.startswith(".El")
        if line.startswith(".It ") and depth == 1:
            lines.append(line[4:])
    return lines


def of_page(page):
    commands = {line.split()[1]
                for line in items(man_section(page, "COMMANDS"))
                if line.startswith("Cm ")}
    options = set()
    for line in items(man_section(page, "OPTIONS")):
        # ".It Fl o Ar file , Fl -output Ar file": what stands behind Fl.
        options |= {"-" + name for name in re.findall(r"Fl (-?[\w-]+)", line)}
    codes = set(items(man_section(page, "EXIT STATUS")))
    return {"command": commands, "option": options, "exit code": codes}


def mentioned(page):
    """Options that stand anywhere in the page, those of lspci left out."""
    return {"-" + name for name in re.findall(r"Fl (-[a-z][\w-]*)", page)}


def compare(program, page):
    wrong = []
    of_the_page = of_page(page)
    for what, names in program.items():
        for name in sorted(names - of_the_page[what]):
            wrong.append(f"{what} {name}: not in the manual")
        for name in sorted(of_the_page[what] - names):
            wrong.append(f"{what} {name}: only in the manual")
    for name in sorted(mentioned(page) - program["option"]):
        wrong.append(f"option {name}: mentioned, but not in the program")
    return wrong


def self_test(program, page):
    """Each item taken away, and each sort added, is noticed."""
    wrong = []
    for what, line in (("command", ".It Cm frobnicate"),
                       ("option", ".It Fl -frobnicate"),
                       ("exit code", ".It 99")):
        head = {"command": "COMMANDS", "option": "OPTIONS",
                "exit code": "EXIT STATUS"}[what]
        grown = re.sub(rf"^(\.Sh {head}\n(?:[^.].*\n)*\.Bl.*\n)",
                       rf"\1{line}\n", page, flags=re.M)
        if not any(t.startswith(what) for t in compare(program, grown)):
            wrong.append(f"an added {what} was not noticed")
        for item in items(man_section(page, head)):
            shrunk = page.replace(f".It {item}\n", "", 1)
            if not any(t.startswith(what) for t in compare(program, shrunk)):
                wrong.append(f"without .It {item}: not noticed")
    return wrong


def lint(path):
    if not shutil.which("mandoc"):
        print("mandoc is not installed: the page was not linted")
        return []
    done = subprocess.run(["mandoc", "-T", "lint", "-W", "warning", path],
                          capture_output=True, check=False, text=True)
    return done.stdout.splitlines()


def main():
    program = of_program(sys.argv[1], sys.argv[3])
    page = open(sys.argv[2]).read()
    wrong = compare(program, page) + lint(sys.argv[2])
    if not wrong:
        wrong = self_test(program, page)
    print("\n".join(wrong))
    counts = ", ".join(f"{len(v)} {k}s" for k, v in program.items())
    print(f"{counts}: {len(wrong)} wrong")
    few = min(len(names) for names in program.values()) < 5
    return 1 if wrong or few else 0


if __name__ == "__main__":
    sys.exit(main())
