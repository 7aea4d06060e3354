// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_PCI_ADDRESS_H_
#define P2PCHECK_PCI_ADDRESS_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace p2pcheck {

/// Where a function answers: domain (32 bits; VMD domains start at 0x10000),
/// bus, device and function.  Ordered as lspci orders: domain, bus, devfn.
struct PciAddress {
  uint32_t domain = 0;
  uint8_t bus = 0;
  uint8_t devfn = 0;  ///< device << 3 | function

  uint8_t device() const { return devfn >> 3; }
  uint8_t function() const { return devfn & 7; }

  /// Domain, bus and devfn in one number that sorts like the address.
  uint64_t key() const {
    return uint64_t{domain} << 16 | uint64_t{bus} << 8 | devfn;
  }

  friend bool operator==(const PciAddress& a, const PciAddress& b) {
    return a.key() == b.key();
  }
  friend bool operator!=(const PciAddress& a, const PciAddress& b) {
    return !(a == b);
  }
  friend bool operator<(const PciAddress& a, const PciAddress& b) {
    return a.key() < b.key();
  }
};

/// "0000:01:00.0", as sysfs writes it: at least four digits of domain.
std::string ToString(const PciAddress& address);

/// Reads "0000:01:00.0" (1 to 8 digits of domain) whole; nothing else.
std::optional<PciAddress> ParsePciAddress(std::string_view text);

/// Reads "01:00.0", leaving the domain 0.
std::optional<PciAddress> ParseShortPciAddress(std::string_view text);

/// A root bus, which is what the kernel's host bridge object stands for.
struct RootBus {
  uint32_t domain = 0;
  uint8_t bus = 0;

  friend bool operator==(const RootBus& a, const RootBus& b) {
    return a.domain == b.domain && a.bus == b.bus;
  }
  friend bool operator<(const RootBus& a, const RootBus& b) {
    return a.domain != b.domain ? a.domain < b.domain : a.bus < b.bus;
  }
};

/// "pci0000:3a", the name of its directory in /sys/devices.
std::string ToString(const RootBus& bus);

/// Reads "pci0000:3a".
std::optional<RootBus> ParseRootBus(std::string_view text);

}  // namespace p2pcheck

template <>
struct std::hash<p2pcheck::PciAddress> {
  size_t operator()(const p2pcheck::PciAddress& address) const {
    return std::hash<uint64_t>()(address.key());
  }
};

#endif  // P2PCHECK_PCI_ADDRESS_H_
