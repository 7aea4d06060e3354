// SPDX-License-Identifier: GPL-2.0-or-later
#include "pci/ats.h"

namespace p2pcheck {

Observed<AtsCapability> DecodeAts(ConfigReader& config) {
  auto offset = FindExtendedCapability(config, kExtCapAts);
  if (offset.unknown()) return offset.failure();
  if (offset.absent()) return Absent{};
  auto words = config.Dword(offset.value() + 4);
  if (!words.known())
    return words.unknown() ? words.failure() : ReadFailure::kMalformed;
  return AtsCapability{offset.value(), static_cast<uint16_t>(words.value()),
                       static_cast<uint16_t>(words.value() >> 16)};
}

}  // namespace p2pcheck
