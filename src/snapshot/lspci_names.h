// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_SNAPSHOT_LSPCI_NAMES_H_
#define P2PCHECK_SNAPSHOT_LSPCI_NAMES_H_

#include <cstdint>
#include <optional>
#include <string_view>

namespace p2pcheck {

/// The class, without its interface, of a name as pci.ids spells it: "PCI
/// bridge" is 0604.  lspci prints a class of which pci.ids has no name with
/// its number ("Bridge [06fe]"), so a name alone is that class and no other.
std::optional<uint16_t> ClassOfName(std::string_view name);

/// The ID of the capability that lspci describes by `text`, what follows
/// "Capabilities: [40] ": "Power Management version 3" is 1.  Nothing for a
/// text that we do not know.
std::optional<uint16_t> CapabilityOfText(std::string_view text);

/// The same for an extended capability, after "Capabilities: [100 v1] ".
std::optional<uint16_t> ExtendedCapabilityOfText(std::string_view text);

}  // namespace p2pcheck

#endif  // P2PCHECK_SNAPSHOT_LSPCI_NAMES_H_
