// SPDX-License-Identifier: GPL-2.0-or-later
#include <array>

#include "verdict/verdict.h"

namespace p2pcheck {
namespace {

// In the order of RuleId.
constexpr std::array<std::string_view, kRuleIds> kNames = {
    "p2pdma-not-built-in",
    "no-p2pdma-yet",
    "place-unknown",
    "no-common-bridge",
    "no-acs-redirect",
    "acs-redirect",
    "acs-unknown",
    "acs-redirect-refused",
    "no-common-bridge-refused",
    "iommu-active-refused",
    "iommu-unknown",
    "cpu-supported",
    "cpu-not-supported",
    "cpu-unknown",
    "host-bridge-listed",
    "host-bridge-not-listed",
    "host-bridge-needs-same",
    "host-bridge-not-eligible",
    "host-bridge-unknown",
    "kernel-unknown",
    "translation-blocked",
};

}  // namespace

std::string_view RuleName(RuleId rule) {
  return kNames[static_cast<size_t>(rule)];
}

std::optional<RuleId> RuleFromName(std::string_view name) {
  for (size_t i = 0; i < kNames.size(); ++i)
    if (kNames[i] == name) return static_cast<RuleId>(i);
  return std::nullopt;
}

}  // namespace p2pcheck
