// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_FABRIC_PREORDER_H_
#define P2PCHECK_FABRIC_PREORDER_H_

#include <cstdint>
#include <vector>

#include "topology/topology.h"

namespace p2pcheck {

/// Position of a function in preorder: everything below it follows it.
using FabricIndex = uint32_t;

/// Consecutive positions, the last one left out.
struct FabricRange {
  FabricIndex begin = 0, end = 0;
  uint32_t size() const { return end - begin; }
};

/// The functions of a topology in preorder.  Root buses stand in the order
/// they are given in, the trees of a root bus in the order of its functions,
/// siblings by address; functions that are placed nowhere come last.
struct Preorder {
  std::vector<FabricIndex> position;     ///< by function
  std::vector<FunctionIndex> function;   ///< by position
  std::vector<FabricIndex> subtree_end;  ///< by position
  std::vector<FabricRange> root_buses;   ///< by host bridge, not by position
  FabricIndex placed = 0;                ///< positions before it have a place
};

/// Linear in the number of functions.
Preorder NumberInPreorder(const Topology& topology,
                          const std::vector<HostBridgeIndex>& bridges);

}  // namespace p2pcheck

#endif  // P2PCHECK_FABRIC_PREORDER_H_
