#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The manual's EXAMPLES do what they show, and no command is without one.

    man_examples_test.py P2PCHECK SOURCE_DIRECTORY [--update]

An example is a display, with a comment before it of what is held:

    .\\" status 1, 3 lines
    .Bd -literal -offset 2n
    $ p2pcheck pair ... --from $E
    the first three lines of what it prints
    [...]
    .Ed

"[...]" stands where it prints more.  "status 0 1 2" are those it may have; "0
lines" says that what it prints is another on every host; such an example runs
only where there are PCI devices.  The commands run one after the other in an
empty folder, as a page of 78 columns in ASCII, with $E and $V being the
recordings that are installed as examples.  --update writes into the page what
they print now, for a person to read before it is committed.
"""
import os
import pathlib
import re
import subprocess
import sys
import tempfile

PROGRAM, ROOT = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2])
PAGE = ROOT / "man/p2pcheck.8"
INSTALLED = "/usr/share/doc/p2pcheck/examples/"
# What the page calls $E and $V: as installed, and where that comes from.
RECORDINGS = {
    "E": ("made-up-8gpu.recording", "fixtures/examples/made-up-8gpu.recording"),
    "V": ("qemu-vfio.recording",
          "fixtures/hosts/v-vfio-switch@7.2s/host.recording"),
}
DISPLAY = re.compile(
    r'^\.\\" status ([\d ]+), (\d+) lines?\n\.Bd -literal -offset 2n\n'
    r"(.*?)^\.Ed\n", re.M | re.S)
ESCAPES = (("\\", "\\e"), ("-", "\\-"), ("'", "\\(aq"), ("^", "\\(ha"),
           ("~", "\\(ti"), ("`", "\\(ga"))


def unroff(text):
    lines = [line.removeprefix("\\&") for line in text.splitlines()]
    text = "\n".join(lines)
    for shown, escape in reversed(ESCAPES):
        text = text.replace(escape, shown)
    return text.splitlines()


def roff(lines):
    def escaped(line):
        for shown, escape in ESCAPES:
            line = line.replace(shown, escape)
        return "\\&" + line if line.startswith((".", "'")) else line
    return "".join(escaped(line) + "\n" for line in lines)


def command_of(lines):
    """The command, which a backslash may continue, and the lines below it."""
    count = 1
    while lines[count - 1].endswith("\\"):
        count += 1
    return "\n".join(lines[:count])[2:], lines[count:]


def run(command, folder):
    return subprocess.run(
        ["sh", "-c", command], cwd=folder, check=False, capture_output=True,
        text=True, env={"PATH": f"{folder}/.bin:{os.environ['PATH']}",
                        "LC_ALL": "C", "COLUMNS": "78",
                        **{name: str((ROOT / path).resolve())
                           for name, (_, path) in RECORDINGS.items()}})


def shown_of(output, count):
    lines = output.splitlines()
    more = ["[...]"] if count and len(lines) > count else []
    return [line.rstrip() for line in lines[:count]] + more


def check(status, shown, done, wanted):
    if str(done.returncode) not in status.split():
        return (f"exit status {done.returncode}, the page says {status}\n"
                f"{done.stderr}")
    if shown != wanted:
        return "prints\n" + "\n".join(wanted) + "\nthe page says\n" + \
            "\n".join(shown)
    return ""


def has_pci():
    devices = pathlib.Path("/sys/bus/pci/devices")
    return devices.is_dir() and any(devices.iterdir())


def run_all(page):
    """(problems, the page as it would have to be)."""
    problems = []
    with tempfile.TemporaryDirectory() as folder:
        os.mkdir(f"{folder}/.bin")
        os.symlink(PROGRAM, f"{folder}/.bin/p2pcheck")

        def one(match):
            if match[2] == "0" and not has_pci():
                return match[0]
            lines = unroff(match[3])
            command, shown = command_of(lines)
            done = run(command, folder)
            wanted = shown_of(done.stdout, int(match[2]))
            if wrong := check(match[1], shown, done, wanted):
                problems.append(f"$ {command}\n{wrong}")
            kept = lines[:len(lines) - len(shown)]
            return match[0].replace(match[3], roff(kept + wanted))
        fresh = DISPLAY.sub(one, page)
    return problems, fresh


def commands_of_program():
    text = subprocess.run([PROGRAM, "--help"], capture_output=True, check=True,
                          text=True).stdout
    part = re.search(r"^Subcommands:\n((?:.+\n)*)", text, re.M)[1]
    return [line.split()[0] for line in part.splitlines()]


def without_example(page):
    text = "\n".join("\n".join(unroff(m[3])) for m in DISPLAY.finditer(page))
    for command in commands_of_program():
        if not re.search(rf"^[$#] .*\bp2pcheck {command}\b", text, re.M):
            yield f"{command}: has no example"


def examples_section(page):
    return re.search(r"^\.Sh EXAMPLES\n(.*?)^\.S[sh] ", page, re.M | re.S)[1]


def other_displays(page):
    """Displays of the section that nothing holds."""
    rest = DISPLAY.sub("", examples_section(page))
    for line in re.findall(r"^(?:\.Bd|\.Dl).*\n.*", rest, re.M):
        yield f"not held by a comment: {line}"


def planted(page):
    """A wrong status, a wrong line and a lost example are seen."""
    first = DISPLAY.search(page)
    status = page.replace(first[0], first[0].replace("status ", "status 7"), 1)
    line = page.replace(first[0], first[0].replace("\n.Ed", " x\n.Ed"), 1)
    if not run_all(status)[0]:
        yield "a wrong status was not seen"
    if not run_all(line)[0]:
        yield "a wrong line was not seen"
    lost = DISPLAY.sub(lambda m: "" if "p2pcheck explain" in m[3] else m[0],
                       page)
    if not list(without_example(lost)):
        yield "a lost example was not seen"


def main():
    page = PAGE.read_text(encoding="utf-8")
    problems, fresh = run_all(page)
    if "--update" in sys.argv[3:]:
        PAGE.write_text(fresh, encoding="utf-8")
        print("\n\n".join(problems))
        return 0
    problems += [f"EXAMPLES do not say what ${name} is"
                 for name, (file, _) in RECORDINGS.items()
                 if INSTALLED + file not in examples_section(page)]
    problems += without_example(page)
    problems += other_displays(page)
    problems += planted(page) if not problems else ()
    print("\n\n".join(problems))
    print(f"{len(DISPLAY.findall(page))} examples, {len(problems)} wrong")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
