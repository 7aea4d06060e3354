// SPDX-License-Identifier: GPL-2.0-or-later
#include "pci/acs.h"

#include <utility>

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

Observed<std::vector<bool>> DecodeEgressVector(ConfigReader& config,
                                               const AcsCapability& acs) {
  if (acs.EgressVectorSize() == 0) return Absent{};
  std::vector<bool> entries;
  for (uint16_t i = 0; i < acs.EgressVectorSize(); i += 32) {
    auto dword =
        config.Dword(static_cast<uint16_t>(acs.offset + 8 + i / 32 * 4));
    if (dword.absent()) return ReadFailure::kMalformed;
    if (dword.unknown()) return dword.failure();
    for (uint16_t bit = 0; bit < 32 && i + bit < acs.EgressVectorSize(); ++bit)
      entries.push_back(dword.value() >> bit & 1);
  }
  return entries;
}

Observed<AcsDwords> DecodeAcsDwords(ConfigReader& config, uint16_t offset) {
  auto capability = config.Dword(offset + 4);
  auto control = config.Dword(offset + 8);
  if (capability.unknown()) return capability.failure();
  if (control.unknown()) return control.failure();
  if (!capability.known() || !control.known()) return ReadFailure::kMalformed;
  return AcsDwords{capability.value(), control.value()};
}

std::string AcsBitNames(uint16_t bits) {
  // lspci 3.9 knows the first seven.
  static constexpr std::pair<uint16_t, const char*> kNames[] = {
      {kAcsSourceValidation, "SrcValid"},
      {kAcsTranslationBlocking, "TransBlk"},
      {kAcsRequestRedirect, "ReqRedir"},
      {kAcsCompletionRedirect, "CmpltRedir"},
      {kAcsUpstreamForwarding, "UpstreamFwd"},
      {kAcsEgressControl, "EgressCtrl"},
      {kAcsDirectTranslated, "DirectTrans"},
      {kAcsIoRequestBlocking, "IoReqBlk"},
      {kAcsDspMemoryTarget, "DspMemTarget"},
      {kAcsUspMemoryTarget, "UspMemTarget"},
      {kAcsUnclaimedRedirect, "UnclaimedRedir"}};
  std::string names;
  for (auto [bit, name] : kNames) {
    if (!(bits & bit)) continue;
    if (!names.empty()) names += ' ';
    names += name;
  }
  return names.empty() ? "none" : names;
}

}  // namespace p2pcheck
