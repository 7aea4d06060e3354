// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_FABRIC_PAIR_CLASSES_H_
#define P2PCHECK_FABRIC_PAIR_CLASSES_H_

#include <cstdint>
#include <string_view>
#include <vector>

#include "fabric/outcome.h"
#include "rules/cpu.h"
#include "rules/device_kind.h"
#include "rules/map_type.h"
#include "rules/rule_set.h"
#include "topology/topology.h"

namespace p2pcheck {

/// How the two functions of a pair stand to each other.
enum class PairRelation : uint8_t {
  kItself,
  kCommonBridge,    ///< some function is on both chains
  kSameHostBridge,  ///< none is, but the root bus is the same
  kOtherHostBridge,
  kPlaceUnknown,
};
std::string_view PairRelationName(PairRelation relation);

struct PairsAtDistance {
  uint32_t distance;
  uint64_t pairs;
  friend bool operator==(const PairsAtDistance& a, const PairsAtDistance& b) {
    return a.distance == b.distance && a.pairs == b.pairs;
  }
};

/// All ordered pairs that are alike in kinds, relation, ACS and outcome.
struct PairClass {
  DeviceKind provider_kind, client_kind;
  PairRelation relation;
  PairAcs acs;
  MapTypeSet possible;
  uint64_t pairs = 0;
  /// How many of them have which distance, by distance; none where a place is
  /// unknown.
  std::vector<PairsAtDistance> distances;
  FunctionIndex provider = kNoIndex, client = kNoIndex;  ///< one of them

  /// Only where there are distances.
  uint32_t min_distance() const { return distances.front().distance; }
  uint32_t max_distance() const { return distances.back().distance; }

  /// Whether two classes are of the same kind of pair.
  bool Alike(const PairClass& other) const;
};

/// What the classes are computed from, beside the tree.
struct PairClassInput {
  const Topology& topology;
  /// The kernel, or all that it may be: outcomes are joined.
  const std::vector<RuleSet>& kernels;
  const CpuIdentity& cpu;
  /// Kind of every function of the topology.
  const std::vector<DeviceKind>& kinds;
  /// Which functions count, one entry for each.
  const std::vector<bool>& selected;
};

/// Every ordered pair of selected functions, counted by class without being
/// visited.  Equal, class by class, to asking Decide about each pair; shares
/// no code with it.  Time and memory grow with the number of functions (times
/// the kinds and depths that meet at a bridge: a few).
std::vector<PairClass> ClassifyPairs(const PairClassInput& input);

}  // namespace p2pcheck

#endif  // P2PCHECK_FABRIC_PAIR_CLASSES_H_
