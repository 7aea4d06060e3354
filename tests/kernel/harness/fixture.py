# SPDX-License-Identifier: GPL-2.0-or-later
"""A boot's answers as a fixture: fixtures/hosts/NAME@KERNEL.

  host.recording   what p2pcheck makes of the guest's /sys, /proc and log; the
                   groups that the kernel published are in it
  verdicts.txt     a line a provider, and in it a verdict a client, both in the
                   order of addresses: N not supported, B bus address, H through
                   the host bridge, then the distance; "N4*3" is three in a row
  dmabuf.txt       rows of guest/dmabuf.c
  about.txt        kernel, CPU, the guest's command line, QEMU's arguments
"""
import re
import shutil
import subprocess


def address_key(address):
    return [int(part, 16) for part in re.split('[:.]', address)]


def squeeze(words):
    """Runs of equal words, as "word*count"."""
    out = []
    for word in words:
        if out and out[-1][0] == word:
            out[-1][1] += 1
        else:
            out.append([word, 1])
    return ' '.join(w if n == 1 else f'{w}*{n}' for w, n in out)


def verdict_lines(answers):
    rows = {}
    for line in answers.splitlines():
        part = line.split()
        if part and part[0] == 'P':
            rows.setdefault(part[1], {})[part[2]] = part[4] + part[5]
    for provider in sorted(rows, key=address_key):
        clients = sorted(rows[provider], key=address_key)
        yield f'{provider} ' + squeeze(rows[provider][c] for c in clients)


def cpu_line(cpuinfo):
    found = dict(re.findall(r'^(vendor_id|cpu family|model|model name)\s*: (.*)',
                            cpuinfo.split('\n\n')[0], re.M))
    return (f'cpu vendor={found.get("vendor_id")} family='
            f'{found.get("cpu family")} model={found.get("model")} '
            f'{found.get("model name")}')


def about(answer, release):
    cpuinfo = (answer.folder / 'proc/cpuinfo').read_text(encoding='utf-8')
    return '\n'.join(['answered by a real kernel in QEMU', f'kernel={release}',
                      cpu_line(cpuinfo), f'append={answer.command_line}',
                      f'args={" ".join(answer.arguments)}']) + '\n'


def write(program, answer, release, target):
    """Makes the fixture of an answer; `program` records."""
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    subprocess.run([program, '--from', answer.folder, 'record', '--output',
                    target / 'host.recording'], check=True)
    verdicts = answer.folder / 'verdicts.txt'
    if verdicts.exists():
        lines = verdict_lines(verdicts.read_text(encoding='utf-8'))
        (target / 'verdicts.txt').write_text('\n'.join(lines) + '\n')
    for name in ('dmabuf.txt', 'bridge_list.txt'):
        if (answer.folder / name).exists():
            shutil.copy(answer.folder / name, target / name)
    (target / 'about.txt').write_text(about(answer, release))
