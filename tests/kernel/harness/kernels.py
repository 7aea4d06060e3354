# SPDX-License-Identifier: GPL-2.0-or-later
"""Kernels by name: "7.2" is Debian's newest binary of 7.2; "6.1s" a small one
built here from Debian's linux-source-6.1, for what Debian leaves out (P2PDMA
in 6.1 and 6.12, iommufd in all).  Each becomes a folder with vmlinuz, config,
release, mod/ (its modules, where the registry has them) and initrd.gz.

p2p_oracle.ko comes with headers where there are any.  Where there are none it
is built from the kernel's own BTF, which Debian's kernels carry: they check no
symbol versions (CONFIG_MODVERSIONS is off) and load a module without a version
magic (CONFIG_MODULE_FORCE_LOAD is on).  module/without_headers.h.
"""
import os
import pathlib
import re
import shutil
import subprocess
import tempfile

from harness import places, registry, tools

# What the guest may load.  The small kernels have all of it built in.
MODULES = ('nvme', 'igb', 'vfio_pci', 'vfio_iommu_type1', 'virtio_iommu')
# -fms-extensions: without it a nameless member that has a tag would be lost,
# and the layout with it.
C_FLAGS = ('-std=gnu11 -fms-extensions -Werror -O2 -Wall -Wno-main -nostdinc -ffreestanding -fno-pic '
           '-mcmodel=kernel -mno-red-zone -mgeneral-regs-only '
           '-fno-stack-protector -fcf-protection=none '
           '-fno-asynchronous-unwind-tables -fno-strict-aliasing '
           '-DBPF_NO_PRESERVE_ACCESS_INDEX')


def prepare(name):
    """Fetches or builds a kernel with all that a boot needs, once."""
    folder = places.kernel(name)
    if (folder / 'initrd.gz').exists():
        return
    tools.prepare()
    folder.mkdir(parents=True, exist_ok=True)
    print(f'preparing kernel {name} ...', flush=True)
    if not (folder / 'release').exists():
        if name.endswith('s'):
            build_small(name, folder)
        else:
            fetch_binary(name, folder)
    build_module(name, folder)
    build_initrd(name, folder)


# Debian's own

def version_key(package):
    return [int(n) for n in re.findall(r'\d+', package)]


def newest_release(version):
    """The release string of Debian's newest binary of a version."""
    found = []
    for prefix in ('linux-binary-', 'linux-image-'):
        pattern = re.compile(re.escape(prefix + version) +
                             r'[.](\d+(-\d+)?)([+]deb\d+)?-amd64')
        found = [p for p in registry.names(prefix + version)
                 if pattern.fullmatch(p)]
        if found:
            best = max(found, key=version_key)
            return best, best.removeprefix(prefix)
    raise SystemExit(f'the registry has no kernel {version}')


def fetch_binary(name, folder):
    package, release = newest_release(name)
    # Some come as three packages; the registry may have lost two of them.
    others = (f'linux-modules-{release}', f'linux-base-{release}')
    wanted = [package, *(p for p in others if p in registry.names(p))]
    unpacked = folder / 'unpacked'
    for deb in registry.fetch(*wanted):
        registry.unpack(deb, unpacked)
    take(unpacked, (f'boot/vmlinuz-{release}',
                    f'usr/lib/modules/{release}/vmlinuz'), folder / 'vmlinuz')
    take(unpacked, (f'boot/config-{release}',
                    f'usr/lib/modules/{release}/config'), folder / 'config')
    take(unpacked, (f'lib/modules/{release}', f'usr/lib/modules/{release}'),
         folder / 'mod')
    shutil.rmtree(unpacked)
    (folder / 'release').write_text(release + '\n')


def take(tree, candidates, target):
    for candidate in candidates:
        if (tree / candidate).exists():
            shutil.move(tree / candidate, target)
            return


# Small ones from source

def build_small(name, folder):
    version = name.removesuffix('s')
    package = f'linux-source-{version}'
    source = places.tools() / 'src' / package
    if not (source / 'Makefile').exists():
        unpack_source(package)
    shutil.copy(places.HERE / 'kernel.config', source / 'oracle.config')
    # amdgpu is a third of the source and is not unpacked.
    tools.build(
        f"cd /src/{package}; sed -i '/drm\\/amd\\//d' drivers/gpu/drm/Kconfig;"
        "m='make -s HOSTCC=gcc-14 CC=gcc-14'; $m tinyconfig;"
        'scripts/kconfig/merge_config.sh -m .config oracle.config >/dev/null;'
        '$m olddefconfig; $m -j$(nproc) bzImage modules')
    shutil.copy(source / 'arch/x86/boot/bzImage', folder / 'vmlinuz')
    shutil.copy(source / '.config', folder / 'config')
    shutil.copy(source / 'include/config/kernel.release', folder / 'release')


def unpack_source(package):
    deb = registry.fetch(package)[0]
    target = places.tools() / 'src'
    commands = (['dpkg-deb', '--fsys-tarfile', deb],
                ['tar', '-xO', f'./usr/src/{package}.tar.xz'],
                ['xz', '-dc'],
                ['tar', '-x', '-C', target, '--exclude=*/drivers/gpu/drm/amd/*'])
    previous, started = None, []
    for command in commands:
        started.append(subprocess.Popen(command, stdin=previous,
                                        stdout=subprocess.PIPE))
        previous = started[-1].stdout
    if any(process.wait() for process in reversed(started)):
        raise SystemExit(f'{package} could not be unpacked')


# The module

def has_p2pdma(folder):
    config = folder / 'config'
    if config.exists():
        return 'CONFIG_PCI_P2PDMA=y' in config.read_text()
    with tempfile.NamedTemporaryFile() as kernel:
        extract_vmlinux(folder / 'vmlinuz', pathlib.Path(kernel.name))
        # Names of exported functions stand there as they are.
        return b'\0pci_p2pdma_distance_many\0' in kernel.read()


def image_of(folder):
    """What QEMU loads: the bare kernel where it can start so (PVH), for
    unpacking it in an emulated guest takes a third of the boot."""
    config, bare = folder / 'config', folder / 'vmlinux'
    if not config.exists() or 'CONFIG_PVH=y' not in config.read_text():
        return folder / 'vmlinuz'
    if not bare.exists():
        extract_vmlinux(folder / 'vmlinuz', bare)
    return bare


def release_of(folder):
    return (folder / 'release').read_text().strip()


def header_packages(release):
    headers = f'linux-headers-{release}'
    if headers not in registry.names(headers):
        return []
    stem = release.removesuffix('-amd64')
    kbuild = [p for p in (f'linux-kbuild-{stem}',
                          'linux-kbuild-' + '.'.join(stem.split('.')[:2]))
              if p in registry.names(p)]
    return [headers, f'linux-headers-{stem}-common', *kbuild[:1]]


def build_module(name, folder):
    if not has_p2pdma(folder):
        print(f'{name}: no PCI_P2PDMA, so there are no verdicts to ask for')
        return
    release = release_of(folder)
    tree = places.tools() / 'k' / name / 'module'
    shutil.rmtree(tree, ignore_errors=True)
    shutil.copytree(places.HERE / 'module', tree)
    if name.endswith('s'):
        make_module(name, f'/src/linux-source-{name.removesuffix("s")}')
    elif packages := header_packages(release):
        for deb in registry.fetch(*packages):
            registry.unpack(deb, places.tools())
        make_module(name, f'/usr/src/linux-headers-{release}')
    else:
        module_from_btf(name, folder, tree)
    shutil.move(tree / 'p2p_oracle.ko', folder / 'p2p_oracle.ko')
    shutil.rmtree(tree)
    subprocess.run(['strip', '--strip-debug', folder / 'p2p_oracle.ko'],
                   check=True)


def make_module(name, source):
    tools.build(f'make -s -C {source} M=/k/{name}/module CC=gcc-14 '
                'HOSTCC=gcc-14 modules')


MAGIC = {b'\x1f\x8b\x08': 'gzip -dc', b'\xfd7zXZ\x00': 'xz -dc',
         b'\x28\xb5\x2f\xfd': 'zstd -qdc', b'\x02\x21\x4c\x18': 'lz4 -dc'}


def extract_vmlinux(image, target):
    """The ELF file packed in a bzImage: the first part that one of the
    decompressors takes for its own and that turns out to be ELF."""
    data = image.read_bytes()
    for magic, command in MAGIC.items():
        at = data.find(magic)
        while at >= 0:
            done = subprocess.run(['chroot', places.tools(), 'sh', '-c',
                                   command], input=data[at:],
                                  capture_output=True, check=False)
            if done.stdout[:4] == b'\x7fELF':
                target.write_bytes(done.stdout)
                return
            at = data.find(magic, at + 1)
    raise SystemExit(f'{image}: no kernel found in it')


def module_from_btf(name, folder, tree):
    extract_vmlinux(folder / 'vmlinuz', tree / 'vmlinux')
    with open(tree / 'vmlinux.h', 'wb') as out:
        tools.run('bpftool', 'btf', 'dump', 'file', f'/k/{name}/module/vmlinux',
                  'format', 'c', stdout=out)
    sources = ' '.join(sorted(f.name for f in tree.glob('*.c')))
    tools.build(f'cd /k/{name}/module; for f in {sources}; do '
                f'gcc-14 {C_FLAGS} -c $f; done; ld -r -o p2p_oracle.ko *.o')


# The initial root

def build_initrd(name, folder):
    root = places.tools() / 'tmp' / f'initrd.{name}'
    shutil.rmtree(root, ignore_errors=True)
    for part in ('bin', 'proc', 'sys', 'dev', 'lib/modules'):
        (root / part).mkdir(parents=True)
    shutil.copy(places.tools() / 'usr/bin/busybox', root / 'bin/busybox')
    for applet in ('sh mount cat mkdir dmesg tar gzip insmod modprobe sleep '
                   'echo tr').split():
        (root / 'bin' / applet).symlink_to('busybox')
    build_guest(root / 'bin/guest')
    shutil.copy(places.HERE / 'guest/init', root / 'init')
    os.chmod(root / 'init', 0o755)
    if (folder / 'p2p_oracle.ko').exists():
        shutil.copy(folder / 'p2p_oracle.ko', root)
    if (folder / 'mod' / 'kernel').is_dir():
        add_modules(name, folder, root)
    with open(folder / 'initrd.new', 'wb') as out:
        tools.run('sh', '-c', f'cd /tmp/initrd.{name} && find . | '
                  'cpio -o -H newc --quiet -R 0:0 | gzip -1', stdout=out)
    (folder / 'initrd.new').rename(folder / 'initrd.gz')
    shutil.rmtree(root)


def build_guest(target):
    sources = sorted((places.HERE / 'guest').glob('*.c'))
    subprocess.run(['gcc', '-O2', '-static', '-Wall', '-Wextra', '-s', '-o',
                    target, *sources], check=True)


def add_modules(name, folder, root):
    """The modules wanted, and those they need, uncompressed."""
    release = release_of(folder)
    base = folder / 'modroot' / 'lib/modules'
    base.mkdir(parents=True, exist_ok=True)
    if not (base / release).exists():
        (base / release).symlink_to('../../../mod')
    tools.run('depmod', '-b', f'/k/{name}/modroot', release)
    target = root / 'lib/modules' / release / 'kernel'
    target.mkdir(parents=True)
    for path in sorted(set(needed_modules(folder / 'mod' / 'modules.dep'))):
        plain = target / re.sub(r'[.](xz|zst|gz)$', '', path.rsplit('/', 1)[1])
        unpacker = {'.xz': 'xz', '.zst': 'zstd', '.gz': 'gzip'}.get(
            os.path.splitext(path)[1])
        command = [unpacker, '-dc'] if unpacker else ['cat']
        with open(plain, 'wb') as out:
            tools.run(*command, f'/k/{name}/mod/{path}', stdout=out)
        subprocess.run(['strip', '--strip-debug', plain], check=True)
    tools.run('depmod', '-b', f'/tmp/initrd.{name}', release,
              stderr=subprocess.DEVNULL)


def needed_modules(list_of_dependencies):
    wanted = set(MODULES)
    for line in list_of_dependencies.read_text().splitlines():
        path, needs = line.split(':')
        module = path.rsplit('/', 1)[1].split('.')[0].replace('-', '_')
        if module in wanted:
            yield path
            yield from needs.split()
