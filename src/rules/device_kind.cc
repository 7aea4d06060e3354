// SPDX-License-Identifier: GPL-2.0-or-later
#include "rules/device_kind.h"

#include <array>

namespace p2pcheck {
namespace {

// In the order of DeviceKind.
constexpr std::array<std::string_view, kDeviceKinds> kNames = {
    "gpu", "nic", "nvme", "accelerator", "bridge", "other", "unknown"};

bool IdsFit(const KindRule& rule, const FunctionRecord& function) {
  return function.vendor.Is(*rule.vendor) &&
         (!rule.device || function.device.Is(*rule.device));
}

bool ClassFits(const KindRule& rule, const FunctionRecord& function) {
  if (!rule.class_value) return true;
  return function.class_code.known() &&
         (function.class_code.value() & rule.class_mask) == *rule.class_value;
}

DeviceKind KindNamed(const KindRule& rule) {
  return DeviceKindFromName(rule.kind).value_or(DeviceKind::kOther);
}

}  // namespace

std::string_view DeviceKindName(DeviceKind kind) {
  return kNames[static_cast<size_t>(kind)];
}

std::optional<DeviceKind> DeviceKindFromName(std::string_view name) {
  for (size_t i = 0; i < kNames.size(); ++i)
    if (kNames[i] == name) return static_cast<DeviceKind>(i);
  return std::nullopt;
}

DeviceKind KindOf(const std::vector<KindRule>& rules,
                  const FunctionRecord& function) {
  for (const KindRule& rule : rules)
    if (rule.vendor && IdsFit(rule, function) && ClassFits(rule, function))
      return KindNamed(rule);
  for (const KindRule& rule : rules)
    if (!rule.vendor && ClassFits(rule, function)) return KindNamed(rule);
  return function.class_code.known() ? DeviceKind::kOther
                                     : DeviceKind::kUnknown;
}

}  // namespace p2pcheck
