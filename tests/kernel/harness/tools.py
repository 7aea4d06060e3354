# SPDX-License-Identifier: GPL-2.0-or-later
"""The tree that QEMU, compiler and make run in: Debian trixie, unpacked, never
installed."""
import os
import subprocess

from harness import places, registry

PACKAGES = ('base-files bash coreutils dash sed grep mawk findutils make '
            'diffutils kmod xz-utils zstd lz4 util-linux libc-bin '
            'qemu-system-x86 qemu-system-data seabios gcc-14 libc6-dev '
            'libelf-dev libssl-dev flex bison bc perl-base perl tar gzip bzip2 '
            'pahole cpio bpftool busybox-static').split()
NODES = (('null', 1, 3), ('zero', 1, 5), ('urandom', 1, 9), ('kvm', 10, 232))


def prepare():
    root = places.tools()
    if (root / 'ready').exists():
        return
    print('fetching QEMU and compiler ...', flush=True)
    debs = registry.fetch_with_all_it_needs('trixie', *PACKAGES)
    # base-files first: it has the links of /bin, /lib into /usr.
    debs.sort(key=lambda deb: not deb.name.startswith('base-files_'))
    for deb in debs:
        registry.unpack(deb, root)
    for link, target in (('awk', 'mawk'), ('gcc', 'gcc-14'), ('cc', 'gcc-14')):
        path = root / 'usr/bin' / link
        path.unlink(missing_ok=True)
        path.symlink_to(target)
    for part in ('proc', 'dev', 'sys', 'tmp', 'k', 'src'):
        (root / part).mkdir(exist_ok=True)
    make_nodes(root)
    subprocess.run(['ldconfig', '-r', root], check=True)
    (root / 'ready').write_text('')


def make_nodes(root):
    for name, major, minor in NODES:
        path = root / 'dev' / name
        if not path.exists():
            os.mknod(path, 0o20666, os.makedev(major, minor))
            os.chmod(path, 0o666)


def run(*command, check=True, **keywords):
    """Runs a command in the tree, by chroot."""
    return subprocess.run(['chroot', places.tools(), *command], check=check,
                          **keywords)


def build(command):
    """A shell command in the tree, with /proc, which objtool reads."""
    proc = places.tools() / 'proc'
    subprocess.run(['mount', '-t', 'proc', 'proc', proc], check=True)
    try:
        run('nice', '-n', '15', 'bash', '-ec', command,
            env={'PATH': '/usr/sbin:/usr/bin', 'LC_ALL': 'C',
                 'KBUILD_BUILD_TIMESTAMP': '1970-01-01',
                 'KBUILD_BUILD_USER': 'o', 'KBUILD_BUILD_HOST': 'o'},
            stdin=subprocess.DEVNULL)
    finally:
        subprocess.run(['umount', proc], check=True)
