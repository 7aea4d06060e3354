// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_RULES_HOST_BRIDGE_TABLE_H_
#define P2PCHECK_RULES_HOST_BRIDGE_TABLE_H_

#include <cstdint>

#include "base/ternary.h"
#include "rules/rule_set.h"

namespace p2pcheck {

/// How a root device fares in the table of a kernel.
struct TableLookup {
  Ternary same_host_bridge;   ///< for two devices below this host bridge
  Ternary other_host_bridge;  ///< for devices below two host bridges
  const HostBridgeRule* entry = nullptr;  ///< the one that matched, if any
};

/// Looks a root device up as host_bridge_whitelist does (5.4 to 7.3): the
/// first entry of its vendor and device decides.  A kernel newer than the
/// rules may list what they do not: a miss is unknown there.
TableLookup LookUpHostBridge(const RuleSet& rules, uint16_t vendor,
                             uint16_t device);

}  // namespace p2pcheck

#endif  // P2PCHECK_RULES_HOST_BRIDGE_TABLE_H_
