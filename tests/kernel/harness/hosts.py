# SPDX-License-Identifier: GPL-2.0-or-later
"""Host descriptions: small texts that become QEMU arguments.

A statement is a word with arguments, to the end of the line or to ';', '{' or
'}'; in braces after it stands what is plugged into it.  '#' begins a comment.

  like NAME            all of another description; settings given here win
  repeat N { ... }     the same N times
  machine q35|pc       cpu MODEL          memory MEGABYTES
  iommu vtd|vtd-off|amdvi|virtio          the hardware, and the kernel uses it
                                          (vtd-off: hardware, but not asked for)
  kernel WORDS...      appended to the kernel's command line
  ids V:D[,V:D]...     IDs of the first device of each host bridge
  vfs N                so many VFs of each function that can
  load MODULE...       drivers to load       dmabuf   asks VFIO's exports too
  quiet                no kernel messages on each pair
  list                 finds the kernel's whole list of host bridges
  qemu ARGUMENTS...    as they are

  host-bridge BUS [node=N] { ... }   another one (pxb-pcie)
  root-port [ADDRESS] [no-acs] [multifunction] { ... }
  upstream { ... }                   a switch's; in it:
    downstream | acs-downstream      QEMU's downstream port has no ACS; a root
                                     port in its place has, and the kernel's
                                     code looks at ACS, not at the port's type
  pcie-pci-bridge, pci-bridge, dmi-bridge { ... }
  nvme [cmb=MEGABYTES] [vfs=MOST], e1000e, e1000, igb, edu, rng, and any other
  device by QEMU's name and properties

ADDRESS is DEVICE.FUNCTION on its bus, hexadecimal; without one it is the next
free device.  "multifunction" belongs to function 0 of a device with several.
"""
import re

from harness import places

BRIDGES = {
    'root-port': 'pcie-root-port', 'upstream': 'x3130-upstream',
    'downstream': 'xio3130-downstream', 'acs-downstream': 'pcie-root-port',
    'pcie-pci-bridge': 'pcie-pci-bridge', 'pci-bridge': 'pci-bridge',
    'dmi-bridge': 'i82801b11-bridge', 'ioh-root-port': 'ioh3420',
    'host-bridge': 'pxb-pcie',
}
SLOTS = ('root-port', 'downstream', 'acs-downstream', 'ioh-root-port')
IOMMUS = {
    'vtd': ('intel-iommu,intremap=on,caching-mode=on,aw-bits=48',
            'intel_iommu=on'),
    'vtd-off': ('intel-iommu,intremap=on,caching-mode=on,aw-bits=48', ''),
    'amdvi': ('amd-iommu', 'amd_iommu=on'),
    'virtio': ('virtio-iommu-pci,bus=pcie.0,addr=7.0',
               'ask.load=virtio_iommu'),
}
SETTINGS = ('machine', 'cpu', 'memory', 'iommu', 'kernel', 'ids', 'vfs', 'load',
            'dmabuf', 'quiet', 'list', 'qemu')
ADDRESS = re.compile(r'[0-9a-f]+[.][0-7]')


class Error(Exception):
    """A description that says nothing we know."""


class Statement:
    def __init__(self, words, line):
        self.words, self.line, self.inside = words, line, []

    @property
    def kind(self):
        return self.words[0]


def tokens(text):
    for number, line in enumerate(text.split('\n'), 1):
        for token in re.findall(r'[{};]|[^\s{};#](?:\S*[^\s{};])?|#.*',
                                line):
            if token.startswith('#'):
                break
            yield token, number
        yield ';', number


def parse(text):
    """The statements of a description, as a tree."""
    root = Statement(['host'], 0)
    stack, words = [root], []
    for token, line in tokens(text):
        if token not in ('{', '}', ';'):
            words.append(token)
            continue
        if words:
            stack[-1].inside.append(Statement(words, line))
            words = []
        elif token == '{':
            raise Error(f'{line}: nothing to plug into before "{{"')
        if token == '{':
            stack.append(stack[-1].inside[-1])
        elif token == '}':
            stack.pop()
            if not stack:
                raise Error(f'{line}: "}}" without "{{"')
    if len(stack) > 1:
        raise Error(f'"{{" of line {stack[-1].line} is not closed')
    return root.inside


class Machine:
    """QEMU's arguments, as they come together."""

    def __init__(self):
        self.devices, self.first, self.command_line = [], [], []
        self.settings = {}
        self.count = 0
        self.chassis = 0
        self.nodes = set()

    def fresh(self, prefix):
        self.count += 1
        return f'{prefix}{self.count}'

    def device(self, text):
        self.devices += ['-device', text]

    # settings

    def set(self, statement):
        kind, *rest = statement.words
        if kind == 'kernel':
            self.command_line += rest
        elif kind == 'qemu':
            self.first += rest
        elif kind == 'iommu':
            if rest[0] not in IOMMUS:
                raise Error(f'{statement.line}: no IOMMU "{rest[0]}"')
            self.settings['iommu'] = rest[0]
        else:
            self.settings[kind] = ','.join(rest)

    # devices

    def plug(self, statement, bus, taken):
        kind, *rest = statement.words
        address = next((w for w in rest if ADDRESS.fullmatch(w)), None)
        rest = [w for w in rest if w != address]
        if address is None:
            address = self.free_address(taken)
        taken.add(address.split('.')[0])
        place = f'bus={bus},addr={address}'
        if 'multifunction' in rest:
            rest.remove('multifunction')
            place += ',multifunction=on'
        if kind in BRIDGES:
            self.bridge(statement, place, rest)
        elif statement.inside:
            raise Error(f'{statement.line}: nothing plugs into {kind}')
        else:
            self.endpoint(kind, rest, place)

    @staticmethod
    def free_address(taken):
        return next(f'{n:x}.0' for n in range(32) if f'{n:x}' not in taken)

    def bridge(self, statement, place, rest):
        kind = statement.kind
        identity = self.fresh('b')
        words = [BRIDGES[kind], f'id={identity}', place]
        if kind in SLOTS:
            self.chassis += 1
            words.append(f'chassis={self.chassis},slot=1')
        elif kind == 'pci-bridge':
            self.chassis += 1
            words.append(f'chassis_nr={self.chassis}')
        elif kind == 'host-bridge':
            words = [BRIDGES[kind], f'id={identity}', 'bus=pcie.0',
                     f'bus_nr={int(rest.pop(0), 16)}']
        for word in rest:
            words.append(self.bridge_property(word, statement.line))
        self.device(','.join(words))
        # QEMU takes slot 0 of a pci-bridge for its hotplug controller.
        taken = {'0'} if kind in ('pci-bridge', 'pcie-pci-bridge',
                                  'dmi-bridge') else set()
        for inner in statement.inside:
            self.plug(inner, identity, taken)

    def bridge_property(self, word, line):
        if word == 'no-acs':
            return 'disable-acs=on'
        if word.startswith('node='):
            self.nodes.add(int(word[5:]))
            return f'numa_node={word[5:]}'
        if '=' in word:
            return word
        raise Error(f'{line}: "{word}"?')

    def endpoint(self, kind, rest, place):
        properties = [w for w in rest if not w.startswith(('cmb=', 'vfs='))]
        values = dict(w.split('=', 1) for w in rest if w not in properties)
        if kind == 'nvme':
            self.nvme(values, place)
        elif kind == 'rng':
            # Without its I/O BAR: these are few.
            self.device(f'virtio-rng-pci,disable-legacy=on,{place}')
        else:
            self.device(','.join([kind, place, *properties]))

    def nvme(self, values, place):
        name = self.fresh('n')
        if 'vfs' in values:
            self.device(f'nvme-subsys,id=s{name}')
            self.device(f'nvme,serial={name},subsys=s{name},{place},'
                        f'sriov_max_vfs={values["vfs"]},sriov_vq_flexible=8,'
                        'sriov_vi_flexible=4,max_ioqpairs=16,msix_qsize=9')
            return
        self.devices += ['-drive',
                         f'file=null-co://,if=none,id={name},format=raw']
        cmb = f',cmb_size_mb={values["cmb"]}' if 'cmb' in values else ''
        self.device(f'nvme,serial={name},drive={name},{place}{cmb}')

    # together

    def numa(self, memory):
        if not self.nodes:
            return []
        words, share = [], memory // (max(self.nodes) + 1)
        for node in range(max(self.nodes) + 1):
            words += ['-object', f'memory-backend-ram,id=m{node},size={share}M',
                      '-numa', f'node,nodeid={node},memdev=m{node}' +
                      (',cpus=0' if node == 0 else '')]
        return words

    def arguments(self):
        memory = int(self.settings.get('memory', '512'))
        return ['-machine', self.settings.get('machine', 'q35'), '-cpu',
                self.settings.get('cpu', 'Skylake-Server-v4'), '-m',
                str(memory), '-smp', '1', *self.numa(memory), *self.first,
                *self.iommu()[0], *self.devices]

    def iommu(self):
        """QEMU's arguments and the kernel's words for it."""
        if 'iommu' not in self.settings:
            return [], []
        device, words = IOMMUS[self.settings['iommu']]
        return ['-device', device], words.split()

    def kernel_words(self):
        words = [] if 'quiet' in self.settings else ['ask.verbose']
        for name in ('load', 'vfs', 'ids'):
            if name in self.settings:
                words.append(f'ask.{name}={self.settings[name]}')
        words += [f'ask.{w}' for w in ('dmabuf', 'list') if w in self.settings]
        return [*words, *self.iommu()[1], *self.command_line]


def expand(statements):
    """The statements without "like" and "repeat"."""
    for statement in statements:
        statement.inside = list(expand(statement.inside))
        if statement.kind == 'like':
            yield from expand(parse(read(statement.words[1])))
        elif statement.kind == 'repeat':
            for _ in range(int(statement.words[1])):
                yield from statement.inside
        else:
            yield statement


def read(name):
    return (places.HOSTS / f'{name}.host').read_text(encoding='utf-8')


def build(text):
    """(QEMU's arguments, words of the kernel command line) of a description."""
    machine = Machine()
    statements = list(expand(parse(text)))
    for statement in statements:
        if statement.kind in SETTINGS:
            machine.set(statement)
    bus = 'pci.0' if machine.settings.get('machine') == 'pc' else 'pcie.0'
    taken = {'0', '1', '2', '7', '1f'}
    for statement in statements:
        if statement.kind not in SETTINGS:
            machine.plug(statement, bus, taken)
    return machine.arguments(), machine.kernel_words()
