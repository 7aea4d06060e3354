// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_VERDICT_GROUP_ORDER_H_
#define P2PCHECK_VERDICT_GROUP_ORDER_H_

#include <cstdint>
#include <vector>

#include "rules/group_rules.h"
#include "topology/topology.h"

namespace p2pcheck {

/// How we know in which order functions joined groups.
enum class GroupOrderSource : uint8_t {
  kKernelLog,     ///< "Adding to iommu group" lines
  kRegistration,  ///< parents before children, bus by bus
  kUnknown,       ///< as drivers bound, and nobody wrote it down
};

struct GroupOrder {
  GroupOrderSource source = GroupOrderSource::kRegistration;
  /// All functions.
  std::vector<FunctionIndex> functions;
};

/// The order in which the kernel asked for the group of each function.
GroupOrder OrderOfGroups(const Topology& topology, const GroupRules& rules);

/// All functions as they are registered at boot: root buses ascending, those
/// of VMD domains last; on each, all functions of a bus, then the buses below.
/// VFs come after everything else.
std::vector<FunctionIndex> RegistrationOrder(const Topology& topology);

}  // namespace p2pcheck

#endif  // P2PCHECK_VERDICT_GROUP_ORDER_H_
