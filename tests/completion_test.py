#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Completion, in the shells themselves.

    completion_test.py P2PCHECK SOURCE_DIRECTORY

What bash and fish offer is compared with --help; in interactive bash and zsh
(on a terminal of their own) lines are begun, TAB is pressed, and the line that
comes out is looked at.  A shell that is not installed is said to be skipped;
without any of them the test is (77).
"""
import os
import pathlib
import pty
import select
import shutil
import subprocess
import sys
import tempfile
import time

import man_test

SKIPPED = 77
PROGRAM, ROOT = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2])
EXAMPLE = "fixtures/examples/made-up-8gpu.recording"

# What is typed before TAB, and the word or words that come of it.
UNIQUE = [
    ("cliq", "cliques"),
    ("advise --go", "advise --goal"),
    ("advise --goal dir", "advise --goal direct"),
    ("tree --color ne", "tree --color never"),
    ("explain acs-redirect-on", "explain acs-redirect-on-path"),
    ("schema kern", "schema kernel-diff"),
    ("check --only device-as", "check --only device-asleep"),
    (f"--from {EXAMPLE} pair 0000:18:", f"--from {EXAMPLE} pair 0000:18:00.0"),
    (f"pair --from {EXAMPLE} 18:00.0 19:", f"pair --from {EXAMPLE} 18:00.0 "
     "19:00.0"),
    (f"dmabuf --from {EXAMPLE} 18:00.0 nvme2 --as iommuf",
     f"dmabuf --from {EXAMPLE} 18:00.0 nvme2 --as iommufd"),
    ("report --from fixtures/examples/made-up-8gpu.rec",
     f"report --from {EXAMPLE}"),
    ("report --assume iommu=id", "report --assume iommu=identity"),
    ("completion zs", "completion zsh"),
]


def environment(folder):
    return {**os.environ, "PATH": f"{folder}:{os.environ['PATH']}",
            "HOME": str(folder), "LC_ALL": "C.UTF-8", "TERM": "dumb",
            "HISTFILE": "", "COLUMNS": "200"}


def script(shell, folder):
    path = folder / f"p2pcheck.{shell}"
    path.write_bytes(subprocess.run([PROGRAM, "completion", shell],
                                    capture_output=True, check=True).stdout)
    return path


# --- bash and fish, asked without a terminal ---------------------------------

BASH = """
source "$1"
COMP_LINE=$2 COMP_POINT=${#2}
_p2pcheck p2pcheck
printf '%s\\n' "${COMPREPLY[@]}"
"""


def ask_bash(path, folder, line):
    done = subprocess.run(["bash", "-c", BASH, "bash", path, line], cwd=ROOT,
                          capture_output=True, check=False, text=True,
                          env=environment(folder))
    return done.stdout.split(), done.stderr


def ask_fish(path, folder, line):
    done = subprocess.run(
        ["fish", "--no-config", "-c",
         "source $argv[1]; complete -C $argv[2]", path, line],
        cwd=ROOT, capture_output=True, check=False, text=True,
        env=environment(folder))
    return [l.split("\t")[0] for l in done.stdout.splitlines()], done.stderr


def helped(command=None):
    """Commands, or the options that are told of a command."""
    arguments = [PROGRAM, "--help"] if not command else \
        [PROGRAM, command, "--help"]
    text = man_test.output_of(*arguments)
    if command:
        return man_test.options_in_help(text)
    return {line.split()[0] for line in
            man_test.section(text, "Subcommands").splitlines()}


def compare_with_help(ask, path, folder):
    """Every command is offered, and every long option of every command."""
    wrong, commands = [], helped()
    everywhere = man_test.options_in_help(man_test.output_of(PROGRAM,
                                                             "--help"))
    offered, errors = ask(path, folder, "p2pcheck ")
    if set(offered) != commands or errors:
        wrong.append(f"commands: {offered} {errors}")
    for command in sorted(commands):
        offered, errors = ask(path, folder, f"p2pcheck {command} --")
        want = {name for name in everywhere | helped(command)
                if name.startswith("--")}
        if set(offered) != want or errors:
            wrong.append(f"{command}: {sorted(set(offered) ^ want)} {errors}")
    return wrong


def compare_unique(ask, path, folder):
    wrong = []
    for typed, full in UNIQUE:
        offered, _ = ask(path, folder, "p2pcheck " + typed)
        # bash takes what is behind ':' or '=' for the word.
        word = full.split()[-1]
        ends = {word, word.split(":")[-1], word.split("=")[-1],
                word.split(":", 1)[-1]}
        if len(offered) != 1 or offered[0].rstrip() not in ends:
            wrong.append(f"{typed}: {offered}")
    return wrong


# --- bash and zsh, on a terminal ---------------------------------------------

class Terminal:
    """An interactive shell, and what it writes."""

    def __init__(self, command, folder):
        self.child, self.master = pty.fork()
        if self.child == 0:
            os.chdir(ROOT)
            os.execvpe(command[0], command, environment(folder))

    def read_until(self, mark, seconds=60):
        text, end = b"", time.monotonic() + seconds
        while mark not in text and time.monotonic() < end:
            ready, _, _ = select.select([self.master], [], [], 0.2)
            if not ready:
                continue
            try:
                text += os.read(self.master, 65536)
            except OSError:
                break
        return text.decode(errors="replace")

    def send(self, text):
        os.write(self.master, text.encode())

    def close(self):
        os.close(self.master)
        os.waitpid(self.child, 0)


def completed(terminal, typed):
    """The arguments that the shell makes of `typed` and TAB: they are handed
    to a function that prints them between marks."""
    terminal.send(f"show {typed}\t")
    time.sleep(0.1)
    terminal.send("\n")
    text = terminal.read_until(b">>END")
    begin = text.rfind("BEGIN<<")
    return text[begin + 7:text.rfind(">>END")].split()


SETUP = {
    "bash": ["PS1='' PS2=''; bind 'set bell-style none'; ",
             "show() {{ echo \"BEGIN\"'<<' \"$*\" '>>'\"END\"; }}; "
             "complete -F _p2pcheck_show show; "
             "_p2pcheck_show() {{ COMP_LINE=p2pcheck${{COMP_LINE#show}}; "
             "COMP_POINT=${{#COMP_LINE}}; _p2pcheck p2pcheck; }}; "
             "source {script}; echo READY''NOW\n"],
    "zsh": ["PS1='' PS2='' RPS1=''; unsetopt beep; unsetopt zle_bracketed_paste;"
            "autoload -U compinit; compinit -u -D; ",
            "show() {{ echo \"BEGIN\"'<<' \"$*\" '>>'\"END\"; }}; "
            "source {script}; compdef _p2pcheck show; echo READY''NOW\n"],
}
START = {"bash": ["bash", "--norc", "--noprofile", "-i"],
         "zsh": ["zsh", "-f", "-i"]}


def on_terminal(shell, path, folder):
    wrong = []
    terminal = Terminal(START[shell], folder)
    for part in SETUP[shell]:
        terminal.send(part.replace("{script}", str(path)).replace(
            "{{", "{").replace("}}", "}"))
    if "READYNOW" not in terminal.read_until(b"READYNOW"):
        wrong.append(f"{shell} does not start")
    for typed, full in [] if wrong else UNIQUE:
        got = completed(terminal, typed)
        if got != full.split():
            wrong.append(f"{shell} on a terminal: {typed}: {got}")
    terminal.send("exit\n")
    terminal.close()
    return wrong


def check_shell(shell, folder):
    path = script(shell, folder)
    if shell == "zsh":
        return on_terminal(shell, path, folder)
    ask = ask_bash if shell == "bash" else ask_fish
    wrong = compare_with_help(ask, path, folder)
    wrong += compare_unique(ask, path, folder)
    if shell == "bash":
        wrong += on_terminal(shell, path, folder)
    return wrong


def check_assumptions():
    """What is offered for --assume is taken."""
    done = subprocess.run([PROGRAM, "completion", "assume"],
                          capture_output=True, check=True, text=True)
    wrong = []
    for line in done.stdout.splitlines():
        word, _, what = line.partition("\t")
        value = {"ADDRESS": "37:00.0", "DEVICES": "18:00.0",
                 "VERSION": "6.1"}.get(what, "")
        tried = subprocess.run(
            [PROGRAM, "--from", ROOT / EXAMPLE, "tree", "--assume",
             word + value], capture_output=True, check=False, text=True)
        if tried.returncode == 64:
            wrong.append(f"--assume {word + value}: {tried.stderr}")
    return wrong


def main():
    wrong, run = check_assumptions(), []
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        os.symlink(PROGRAM, folder / "p2pcheck")
        for shell in ("bash", "zsh", "fish"):
            if not shutil.which(shell):
                print(f"{shell} is not installed: skipped")
                continue
            run.append(shell)
            wrong += [f"{shell}: {text}"
                      for text in check_shell(shell, folder)]
    print("\n".join(wrong))
    print(f"{', '.join(run)}: {len(UNIQUE)} lines each, {len(wrong)} wrong")
    return 1 if wrong else 0 if run else SKIPPED


if __name__ == "__main__":
    sys.exit(main())
