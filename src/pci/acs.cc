// SPDX-License-Identifier: GPL-2.0-or-later
#include "pci/acs.h"

namespace p2pcheck {

Observed<AcsCapability> DecodeAcs(ConfigReader& config) {
  auto offset = FindExtendedCapability(config, kExtCapAcs);
  if (offset.unknown()) return offset.failure();
  if (offset.absent()) return Absent{};
  auto words = config.Dword(offset.value() + 4);
  return words.Match(
      [&](uint32_t both) {
        return Observed<AcsCapability>(
            AcsCapability{offset.value(), static_cast<uint16_t>(both),
                          static_cast<uint16_t>(both >> 16)});
      },
      // A capability whose registers lie beyond config space: not one the
      // specification allows, so nothing is concluded from it.
      [] { return Observed<AcsCapability>(ReadFailure::kMalformed); },
      [](ReadFailure why) { return Observed<AcsCapability>(why); });
}

std::string AcsBitNames(uint16_t bits) {
  static constexpr const char* kNames[] = {
      "SrcValid",    "TransBlk",   "ReqRedir",   "CmpltRedir",
      "UpstreamFwd", "EgressCtrl", "DirectTrans"};
  std::string names;
  for (size_t bit = 0; bit < std::size(kNames); ++bit) {
    if (!(bits >> bit & 1)) continue;
    if (!names.empty()) names += ' ';
    names += kNames[bit];
  }
  return names.empty() ? "none" : names;
}

}  // namespace p2pcheck
