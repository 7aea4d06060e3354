// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_TOPOLOGY_NUMA_H_
#define P2PCHECK_TOPOLOGY_NUMA_H_

#include <cstdint>
#include <optional>

#include "base/ternary.h"
#include "topology/topology.h"

namespace p2pcheck {

/// How many NUMA nodes are online; none: not known.
std::optional<uint32_t> OnlineNumaNodes(const HostSnapshot& snapshot);

/// Whether two functions are of one NUMA node.  -1, which the kernel says
/// where firmware told it nothing, is unknown unless one node only is online.
Ternary OneNumaNode(const Topology& topology, FunctionIndex a, FunctionIndex b);

}  // namespace p2pcheck

#endif  // P2PCHECK_TOPOLOGY_NUMA_H_
