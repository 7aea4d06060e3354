// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_VERDICT_PATH_H_
#define P2PCHECK_VERDICT_PATH_H_

#include <vector>

#include "topology/topology.h"

namespace p2pcheck {

/// The way from a provider to a client in the tree of functions.
struct Path {
  /// From the provider up: itself, the bridges above it, and where there is
  /// one the common ancestor as the last; else up to the root bus.
  std::vector<FunctionIndex> provider_side;
  /// From the client up, without the common ancestor.
  std::vector<FunctionIndex> client_side;
  /// The lowest function on both chains; kNoIndex: none.
  FunctionIndex common = kNoIndex;
  /// False where a place is unknown: then nothing above is meant.
  bool known = true;

  /// Edges between the two; without a common ancestor the nodes on both
  /// chains.
  uint32_t distance() const {
    auto nodes = provider_side.size() + client_side.size();
    return static_cast<uint32_t>(common == kNoIndex ? nodes : nodes - 1);
  }
};

/// The walk of calc_map_type_and_dist (5.14 to 7.3; the older kernels climb
/// the same bridges).
Path FindPath(const Topology& topology, FunctionIndex provider,
              FunctionIndex client);

}  // namespace p2pcheck

#endif  // P2PCHECK_VERDICT_PATH_H_
