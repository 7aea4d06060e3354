// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_TESTS_SUPPORT_RANDOM_FABRIC_H_
#define P2PCHECK_TESTS_SUPPORT_RANDOM_FABRIC_H_

#include <cstdint>
#include <memory>

#include "snapshot/host_snapshot.h"
#include "topology/topology.h"

namespace p2pcheck {

/// How the tree of a random fabric grows.
struct FabricShape {
  uint32_t functions = 0;
  /// A function hangs below one of so many before it: 1 is one long chain,
  /// many make a bush.
  uint32_t reach = 64;
  /// One in so many is on a root bus.
  uint32_t rootless = 50;
  /// One in so many is placed nowhere; 0: none.
  uint32_t nowhere = 0;
  /// One in so many functions redirects, one in so many may.
  uint32_t redirecting = 4, unsure = 40;
};

/// A host of any size, without config space: ACS is assumed.  Three host
/// bridges a thousand functions; the functions at their 00.0 have IDs that
/// the kernel lists, lists for themselves only, or does not.
class RandomFabric {
 public:
  RandomFabric(uint32_t seed, const FabricShape& shape);
  const Topology& topology() const { return topology_; }

 private:
  std::unique_ptr<const HostSnapshot> snapshot_;
  Topology topology_;
};

}  // namespace p2pcheck

#endif  // P2PCHECK_TESTS_SUPPORT_RANDOM_FABRIC_H_
