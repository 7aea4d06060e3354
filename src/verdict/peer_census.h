// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_VERDICT_PEER_CENSUS_H_
#define P2PCHECK_VERDICT_PEER_CENSUS_H_

#include <array>
#include <cstdint>
#include <vector>

#include "rules/device_kind.h"
#include "topology/topology.h"

namespace p2pcheck {

/// How many devices of the kinds that pair are somewhere.
struct PeerCount {
  uint64_t gpu = 0;  ///< accelerators too, and whatever was asked about
  uint64_t nic = 0;
  uint64_t nvme = 0;

  uint64_t all() const { return gpu + nic + nvme; }
  PeerCount& operator+=(const PeerCount& other);
  PeerCount& operator-=(const PeerCount& other);
};

/// Ordered pairs of kinds that pair, one device from each side.
uint64_t PairsAcross(const PeerCount& a, const PeerCount& b);
/// Ordered pairs of kinds that pair, of two devices of one place.
uint64_t PairsWithin(const PeerCount& a);

/// Peers in the subtree of every function, itself included, and the pairs
/// whose path each function is counted on for ACS.
class PeerCensus {
 public:
  PeerCensus(const Topology& topology, const std::vector<DeviceKind>& kinds,
             const std::vector<FunctionIndex>& asked);

  const PeerCount& Below(FunctionIndex function) const {
    return below_[function];
  }
  /// Ordered pairs with a common ancestor on whose path the kernel counts the
  /// function.
  uint64_t PairsThrough(FunctionIndex function) const;
  /// Ordered pairs of a root bus without a common ancestor.
  uint64_t PairsOverRoot(HostBridgeIndex bridge) const;
  /// Ordered pairs of two root buses.
  uint64_t PairsBetween(HostBridgeIndex a, HostBridgeIndex b) const;

 private:
  const Topology& topology_;
  std::vector<PeerCount> below_;
  std::vector<uint64_t> apart_;  ///< pairs within each child, summed
  std::vector<FunctionIndex> root_of_;
  std::vector<PeerCount> of_bridge_;
};

}  // namespace p2pcheck

#endif  // P2PCHECK_VERDICT_PEER_CENSUS_H_
