// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_RULES_DEVICE_KIND_H_
#define P2PCHECK_RULES_DEVICE_KIND_H_

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "rules/rule_set.h"
#include "snapshot/host_snapshot.h"

namespace p2pcheck {

/// What a person calls a function.
enum class DeviceKind : uint8_t {
  kGpu,
  kNic,
  kNvme,
  kAccelerator,
  kBridge,
  kOther,
  kUnknown,  ///< no class is known, and the IDs do not tell
};
constexpr size_t kDeviceKinds = 7;

/// "gpu", "nic", "nvme", "accelerator", "bridge", "other", "unknown".
std::string_view DeviceKindName(DeviceKind kind);
std::optional<DeviceKind> DeviceKindFromName(std::string_view name);

/// The kind the rules give a function: by IDs first, then by class.
DeviceKind KindOf(const std::vector<KindRule>& rules,
                  const FunctionRecord& function);

}  // namespace p2pcheck

#endif  // P2PCHECK_RULES_DEVICE_KIND_H_
