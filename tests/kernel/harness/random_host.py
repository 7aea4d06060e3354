# SPDX-License-Identifier: GPL-2.0-or-later
"""Hosts made of a seed: the same text for the same seed, for ever.

Random in shape (bridges on up to three host bridges, switches up to three
levels deep, conventional buses, several functions a device), in ACS, in IOMMU,
CPU, IDs of the host bridges and kernel parameters.  Small enough to boot: the
firmware gives each bridge bus numbers and memory, and devices with I/O BARs
are few, for I/O space has room for some dozen bridges only.
"""
import random

CPUS = ('Skylake-Server-v4',) * 6 + ('EPYC', 'EPYC', 'EPYC-Rome', 'EPYC-Milan',
                                     'phenom', 'EPYC,family=22',
                                     'EPYC,family=26', 'Haswell-v4',
                                     'Dhyana')
IOMMUS = ('vtd',) * 6 + ('amdvi', 'vtd-off', None, None, None, None)
# Listed for one host bridge, for several, and not listed.
IDS = ('8086:2f00', '8086:2f01', '8086:3c00', '8086:3c01', '8086:2020',
       '8086:2031', '8086:2032', '8086:2033', '8086:09a2', '8086:7190',
       '1022:1450', '1d0f:0200', '-')
ENDPOINTS = ('nvme',) * 4 + ('rng', 'rng', 'rng', 'edu', 'e1000e',
                             'nvme cmb=16')
MOST_PORTS = 26
MOST_DEPTH = 3


class Maker:
    def __init__(self, seed, most_ports):
        self.random = random.Random(seed)
        self.most_ports = most_ports
        self.lines, self.ports, self.ids = [], 0, False
        self.seed = seed

    def say(self, text, depth=0):
        self.lines.append('  ' * depth + text)

    def chance(self, percent):
        return self.random.randrange(100) < percent

    def port(self):
        """Whether there may be one more port."""
        self.ports += 1
        return self.ports <= self.most_ports

    # settings

    def settings(self):
        self.say(f'# Made of seed {self.seed}.')
        self.say(f'cpu {self.random.choice(CPUS)}')
        iommu = self.random.choice(IOMMUS)
        if iommu:
            self.say(f'iommu {iommu}')
        if self.chance(25):
            self.ids = True
            count = self.random.randint(1, 3)
            ids = (self.random.choice(IDS) for _ in range(count))
            self.say(f'ids {",".join(ids)}')
        for words in self.parameters():
            self.say(f'kernel {words}')

    def parameters(self):
        if self.chance(20):
            yield f'pci=disable_acs_redir={self.some_ports()}'
        elif self.chance(15):
            flags = ''.join(self.random.choice('01x') for _ in range(7))
            yield f'pci=config_acs={flags}@{self.some_ports()}'
        if self.chance(15):
            yield self.random.choice(('iommu=pt', 'iommu.passthrough=1',
                                      'iommu.strict=1', 'pci=noats',
                                      'pcie_aspm=off'))

    def some_ports(self):
        names = [self.random.choice(
            ('pci:1b36:000c', 'pci:104c:8233', 'pci:8086:3420',
             f'0000:00:{self.random.randint(3, 6):02x}.0',
             f'0000:{self.random.randint(1, 5):02x}:0'
             f'{self.random.randint(0, 3)}.0'))
                 for _ in range(self.random.randint(1, 3))]
        if self.ids:
            # IDs are changed when the kernel has booted.  When it set ACS it
            # met the old ones, which no recording shows.
            names = [name.replace('pci:1b36:000c', '0000:00:03.0')
                     for name in names]
        return ';'.join(dict.fromkeys(names))

    # devices

    def endpoints(self, depth, addressed=True):
        """A device, of up to four functions where the bus takes one device."""
        count = self.random.choice((1, 1, 1, 1, 2, 3, 4))
        for function in range(count):
            address = f' 0.{function}' if addressed else ''
            several = ' multifunction' if count > 1 and function == 0 else ''
            self.say(self.random.choice(ENDPOINTS) + address + several, depth)
            if not addressed:
                break

    def conventional(self, depth):
        self.say('pcie-pci-bridge {', depth)
        for _ in range(self.random.randint(1, 3)):
            self.say('edu', depth + 1)
        if self.chance(40):
            self.say('pci-bridge { edu; edu }', depth + 1)
        self.say('}', depth)

    def switch(self, depth, level):
        acs = self.random.choice(('downstream', 'acs-downstream', None))
        self.say('upstream {', depth)
        for _ in range(self.random.randint(1, 4)):
            if not self.port():
                break
            kind = acs or self.random.choice(('downstream', 'acs-downstream'))
            off = ' no-acs' if kind != 'downstream' and self.chance(20) else ''
            self.say(f'{kind}{off} {{', depth + 1)
            self.below(depth + 2, level + 1)
            self.say('}', depth + 1)
        self.say('}', depth)

    def below(self, depth, level):
        """What hangs below a port."""
        kind = self.random.randrange(100)
        if kind < 10:
            return
        if kind < 45 and level < MOST_DEPTH and (
                self.ports < self.most_ports):
            self.switch(depth, level)
        elif kind < 55:
            self.conventional(depth)
        else:
            self.endpoints(depth)

    def root_port(self, address, several, depth):
        kind = 'ioh-root-port' if self.chance(10) else 'root-port'
        off = ' no-acs' if self.chance(20) else ''
        more = ' multifunction' if several else ''
        self.say(f'{kind} {address}{off}{more} {{', depth)
        self.below(depth + 1, 0)
        self.say('}', depth)

    def root_ports(self, first, depth):
        for device in range(first, first + self.random.randint(1, 4)):
            functions = self.random.choice((1, 1, 1, 2, 3))
            for function in range(functions):
                if self.port():
                    self.root_port(f'{device:x}.{function}',
                                   functions > 1 and function == 0, depth)

    def describe(self):
        self.settings()
        self.root_ports(3, 0)
        for device in range(8, 8 + self.random.choice((0, 0, 1, 2))):
            self.say(f'{self.random.choice(("nvme", "edu", "rng"))} '
                     f'{device:x}.0')
        for number in range(self.random.choice((0, 0, 0, 1, 2))):
            self.say(f'host-bridge {0x40 * (number + 1):x} {{')
            self.root_ports(0, 1)
            self.say('}')
        return '\n'.join(self.lines) + '\n'


def describe(seed, most_ports=MOST_PORTS):
    """The host of a seed, with so many ports at most."""
    return Maker(seed, most_ports).describe()
