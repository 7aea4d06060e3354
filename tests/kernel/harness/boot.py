# SPDX-License-Identifier: GPL-2.0-or-later
"""One boot: QEMU runs a kernel over a host, the guest sends a tar of what it
saw, and that becomes a folder."""
import dataclasses
import os
import pathlib
import shutil
import subprocess
import tarfile
import time

from harness import kernels, places

# no_timer_check: a loaded machine starves the guest, which then finds that its
# timer fails.  The others save a third of an emulated boot and touch no PCI.
ALWAYS = ('console=ttyS0 panic=-1 quiet loglevel=4 log_buf_len=4M '
          'no_timer_check nokaslr mitigations=off cryptomgr.notests')
QEMU = ['qemu-system-x86_64', '-nodefaults', '-no-user-config', '-display',
        'none', '-no-reboot', '-device', 'isa-debugcon,iobase=0xe9,chardev=out',
        '-device', 'isa-debug-exit,iobase=0xf4,iosize=4']


@dataclasses.dataclass
class Answer:
    """What came of a boot."""
    folder: pathlib.Path  # of what the guest sent; None: nothing came
    arguments: list
    command_line: str
    seconds: float = 0.0
    console: str = ''
    complaint: str = ''


def accelerator():
    """tcg, unless ACCEL=kvm is in the environment."""
    wanted = os.environ.get('ACCEL', 'tcg')
    return {'tcg': 'tcg,thread=multi', 'kvm': 'kvm,kernel-irqchip=split'}[wanted]


def boot(kernel, arguments, words, scratch, timeout=120, tries=3):
    """Boots; the guest's files are below `scratch` afterwards.  Tries again,
    for an emulated guest hangs now and then."""
    command_line = ' '.join([ALWAYS, *words])
    work = places.tools() / 'tmp' / f'boot.{os.getpid()}'
    work.mkdir()
    try:
        for _ in range(tries):
            answer = attempt(kernel, arguments, command_line, work, scratch,
                             timeout)
            if answer.folder or 'not valid' in answer.complaint:
                break
        return answer
    finally:
        shutil.rmtree(work)


def attempt(kernel, arguments, command_line, work, scratch, timeout):
    inside = f'/tmp/{work.name}'
    image = kernels.image_of(places.kernel(kernel))
    command = ['timeout', str(timeout), 'nice', '-n', '1',
               'chroot', places.tools(), *QEMU,
               '-accel', accelerator(), '-serial', f'file:{inside}/console',
               '-chardev', f'file,id=out,path={inside}/sent', *arguments,
               '-kernel', f'/k/{kernel}/{image.name}',
               '-initrd', f'/k/{kernel}/initrd.gz', '-append', command_line]
    begin = time.monotonic()
    done = subprocess.run(command, stdin=subprocess.DEVNULL, check=False,
                          capture_output=True, text=True)
    seconds = time.monotonic() - begin
    return Answer(unpack(work / 'sent', scratch), arguments, command_line,
                  seconds, read(work / 'console'), done.stderr)


def read(path):
    if not path.exists():
        return ''
    return path.read_text(encoding='utf-8', errors='replace')


def unpack(archive, scratch):
    """The folder of what the guest sent; None where the tar is not whole."""
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir(parents=True)
    try:
        with tarfile.open(archive, 'r:gz') as tar:
            tar.extractall(scratch)
    except (OSError, EOFError, tarfile.TarError):
        return None
    return scratch
