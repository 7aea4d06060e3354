// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_FABRIC_FABRIC_H_
#define P2PCHECK_FABRIC_FABRIC_H_

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/ternary.h"
#include "fabric/divergence_levels.h"
#include "fabric/preorder.h"
#include "fabric/standings.h"
#include "rules/cpu.h"
#include "rules/map_type.h"
#include "rules/rule_set.h"
#include "topology/topology.h"

namespace p2pcheck {

/// What all pairs are asked: as KernelQuestion of src/verdict.
struct FabricQuestion {
  /// The kernel, or all that it may be: outcomes are joined.
  const std::vector<RuleSet>& kernels;
  const CpuIdentity& cpu;
  /// No: every pair is NOT_SUPPORTED.  Unknown widens nothing.
  Ternary p2pdma_built_in = Ternary::kUnknown;
};

/// What fabric says of one ordered pair; the same as Decide's Verdict.
struct PairScore {
  MapTypeSet possible;
  /// The kernel's.  None where a place is unknown, or there is no p2pdma.
  std::optional<uint32_t> distance;

  friend bool operator==(const PairScore& a, const PairScore& b) {
    return a.possible == b.possible && a.distance == b.distance;
  }
};

/// An index over the functions of a host, for the outcomes and distances of
/// all ordered pairs: equal to Decide, without its reasons, and without any
/// of its code.  How it works, and what it costs: see fabric.cc.
///
/// Functions have another number here: their position in preorder, so that
/// what is below a bridge is a range.  Keeps nothing of what it was made
/// from.  Any number of threads may ask at a time.
class Fabric {
 public:
  Fabric(const Topology& topology, const FabricQuestion& question);

  /// Functions, those placed nowhere included.
  uint32_t size() const { return static_cast<uint32_t>(nodes_.size()); }
  /// Positions before this one have a place in the tree.
  FabricIndex placed() const { return order_.placed; }

  FabricIndex PositionOf(FunctionIndex i) const { return order_.position[i]; }
  FunctionIndex FunctionAt(FabricIndex f) const { return order_.function[f]; }

  /// The function and everything below it.
  FabricRange Subtree(FabricIndex f) const { return {f, nodes_[f].end}; }
  /// The bridge above; kNoIndex on a root bus and for one placed nowhere.
  FabricIndex Upstream(FabricIndex f) const { return nodes_[f].upstream; }
  /// Everything below a host bridge.
  FabricRange RootBus(HostBridgeIndex h) const { return order_.root_buses[h]; }
  /// The lowest function on both chains, as in Verdict::common_bridge;
  /// kNoIndex: none, or a place is unknown.
  FabricIndex CommonBridge(FabricIndex a, FabricIndex b) const;

  /// One pair.  Costs the bridges between the provider and the common one.
  PairScore Score(FabricIndex provider, FabricIndex client) const;
  PairScore ScoreOf(FunctionIndex provider, FunctionIndex client) const {
    return Score(PositionOf(provider), PositionOf(client));
  }

  /// Stands for "none" in a row of distances.
  static constexpr uint16_t kNoDistance = 0xffff;
  /// Whether every distance of this host fits a row of distances: always, but
  /// for a forged recording that nests thousands of bridges.
  bool distances_fit() const { return farthest_ < kNoDistance; }

  /// A block of the matrix, row by row: for each provider of a range the bits
  /// of MapTypeSet for each client of a range.  `outcomes` has room for
  /// providers.size() * clients.size().
  void Outcomes(FabricRange providers, FabricRange clients,
                uint8_t* outcomes) const;
  /// The same with distances, in an array of the same shape.  Only where
  /// distances_fit(); throws std::logic_error elsewhere.
  void OutcomesAndDistances(FabricRange providers, FabricRange clients,
                            uint8_t* outcomes, uint16_t* distances) const;

  /// Everything, for the two above.
  FabricRange All() const { return {0, size()}; }

 private:
  friend class FabricRow;
  friend class FabricTestPeer;  // plants errors for the test of the test

  // Levels count from 1 on a root bus; 0: none, or placed nowhere.
  struct Node {
    FabricIndex end = 0;
    FabricIndex upstream = kNoIndex;
    uint32_t level = 0;
    // Of the lowest function on its way up, itself included, that redirects
    // peer requests, and of the lowest that may.
    uint32_t redirect = 0, unsure = 0;
    uint32_t bus = kNoIndex;  // its host bridge
  };

  // Outcomes by Ternary: what ACS on the path comes to.
  using ByAcs = std::array<uint8_t, 3>;

  struct Bus {
    FabricRange range;
    uint32_t group = 0;
    ByAcs common{};           // pairs with a common bridge
    ByAcs common_unmerged{};  // the same in kernels of the unmerged series
    uint8_t apart = 0;        // pairs of this bus without a common bridge
  };

  void BuildNodes(const Topology& topology);
  void BuildBuses(const Standings& standings);
  void BuildGroups(const Standings& standings,
                   const std::vector<HostBridgeIndex>& bridges);
  void BuildNowhere(const Standings& standings);
  void RefuseAll();
  void BuildLevels();

  // `common` is CommonBridge() of the two.
  uint8_t Outcome(FabricIndex common, FabricIndex provider,
                  FabricIndex client) const;
  uint8_t OutcomeBelow(FabricIndex common, FabricIndex provider,
                       FabricIndex client) const;
  uint8_t OutcomeUnmerged(FabricIndex common, FabricIndex provider,
                          FabricIndex client) const;
  uint8_t OutcomeOfItselfNowhere(FabricIndex f) const;
  FabricIndex PortTowards(FabricIndex common, FabricIndex f) const;
  std::optional<uint32_t> Distance(FabricIndex common, FabricIndex provider,
                                   FabricIndex client) const;

  Preorder order_;
  std::vector<Node> nodes_;  // by position
  std::vector<Bus> buses_;   // by host bridge
  // Host bridges that fare alike in every kernel are a group, and a range.
  std::vector<FabricRange> groups_;
  std::vector<uint8_t> across_;  // group x group
  uint8_t nowhere_ = 0;          // pairs of which one is placed nowhere
  ByAcs itself_nowhere_{};
  uint8_t itself_nowhere_unmerged_ = 0;
  std::vector<Ternary> own_;    // redirects, by position
  std::vector<Ternary> below_;  // the worst of all strictly below
  // The levels of nodes_ once more, as narrow as they can be.
  std::vector<uint8_t> redirect8_, unsure8_;
  std::vector<uint32_t> redirect32_, unsure32_;
  std::vector<uint16_t> level16_;
  DivergenceLevels divergence_;  // empty without kernels of that series
  bool has_distance_ = true;
  uint32_t apart_distance_ = 0;  // beside the two levels
  uint32_t farthest_ = 0;
};

}  // namespace p2pcheck

#endif  // P2PCHECK_FABRIC_FABRIC_H_
