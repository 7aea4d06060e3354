// SPDX-License-Identifier: GPL-2.0-or-later
#include "rules/host_bridge_table.h"

namespace p2pcheck {

TableLookup LookUpHostBridge(const RuleSet& rules, uint16_t vendor,
                             uint16_t device) {
  for (const HostBridgeRule& entry : rules.host_bridges) {
    if (entry.vendor != vendor) continue;
    if (entry.device && *entry.device != device) continue;
    Ternary other =
        entry.needs_same_host_bridge ? Ternary::kNo : entry.in_force;
    if (rules.beyond_rules && other == Ternary::kNo) other = Ternary::kUnknown;
    return {entry.in_force, other, &entry};
  }
  Ternary miss = rules.beyond_rules ? Ternary::kUnknown : Ternary::kNo;
  return {miss, miss, nullptr};
}

}  // namespace p2pcheck
