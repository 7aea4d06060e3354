// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_SOURCE_ATTRIBUTES_H_
#define P2PCHECK_SOURCE_ATTRIBUTES_H_

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/observed.h"
#include "snapshot/host_snapshot.h"

namespace p2pcheck {

// The text of sysfs attributes, already trimmed, turned into values.  Nothing
// where the text makes no sense.

/// A whole number in base 10, 16 or 0 (which takes "0x").
std::optional<uint64_t> ParseUnsigned(std::string_view text, int base);
std::optional<int64_t> ParseSigned(std::string_view text);

/// "8.0 GT/s PCIe" in tenths of GT/s; absent for "Unknown".
Observed<uint16_t> ParseLinkSpeed(std::string_view text);

/// Lanes; absent for 0 and for 255, with which the kernel says it does not
/// know; kUnreachable for 63, which is the field of a register of ones.
Observed<uint8_t> ParseLinkWidth(std::string_view text);

/// The lines of `resource`.
std::optional<ResourceList> ParseResource(std::string_view text);

/// What `uevent` says of a function.
struct Uevent {
  std::optional<uint16_t> vendor, device, subsystem_vendor, subsystem_device;
  std::optional<uint32_t> class_code;
  std::string_view driver;  ///< empty: none bound
};
Uevent ParseUevent(std::string_view text);

}  // namespace p2pcheck

#endif  // P2PCHECK_SOURCE_ATTRIBUTES_H_
