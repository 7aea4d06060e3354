// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_VERDICT_HOST_BRIDGE_H_
#define P2PCHECK_VERDICT_HOST_BRIDGE_H_

#include <vector>

#include "base/ternary.h"
#include "rules/cpu.h"
#include "rules/rule_set.h"
#include "topology/topology.h"
#include "verdict/verdict.h"

namespace p2pcheck {

/// The function of a root bus that the kernel would look up in its table
/// (pci_host_bridge_dev): the first of the bus, if it is eligible.
struct RootDevice {
  Observed<FunctionIndex> function;
  Ternary eligible = Ternary::kNo;
};

RootDevice FindRootDevice(const Topology& topology, const HostBridge& bridge,
                          RootDeviceRule rule);

/// What one question of the host bridge test came to.
struct HostBridgeFinding {
  RuleId rule;
  std::vector<Fact> facts;
};

/// Would the kernel take the way through the host bridge (or two)?
struct HostBridgeTest {
  Ternary passes = Ternary::kNo;
  /// In the kernel's order; it stops at the first answer that decides.
  std::vector<HostBridgeFinding> findings;
  /// What would settle it, where it is unknown.
  std::vector<Fact> missing;
};

/// cpu_supports_p2pdma, then host_bridge_whitelist of both sides (5.4 to 7.3).
HostBridgeTest TestHostBridges(const Topology& topology, const RuleSet& rules,
                               const CpuIdentity& cpu, HostBridgeIndex provider,
                               HostBridgeIndex client);

/// The CPU's part alone, for pairs whose place is not known.
HostBridgeTest TestCpu(const RuleSet& rules, const CpuIdentity& cpu);

}  // namespace p2pcheck

#endif  // P2PCHECK_VERDICT_HOST_BRIDGE_H_
