// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_FABRIC_STANDINGS_H_
#define P2PCHECK_FABRIC_STANDINGS_H_

#include <vector>

#include "base/ternary.h"
#include "fabric/outcome.h"
#include "rules/cpu.h"
#include "rules/map_type.h"
#include "rules/rule_set.h"
#include "topology/topology.h"

namespace p2pcheck {

/// How a host bridge fares in the table of every kernel in question, in their
/// order: for two functions below it, and for one below it with one below
/// another.  The CPU is not in it.
struct Standing {
  std::vector<Ternary> same, other;

  friend bool operator<(const Standing& a, const Standing& b) {
    return a.same != b.same ? a.same < b.same : a.other < b.other;
  }
  friend bool operator==(const Standing& a, const Standing& b) {
    return a.same == b.same && a.other == b.other;
  }
};

/// Which of the kernels in question count: those of the unmerged series ask
/// ACS another way.
enum class KernelChoice : uint8_t { kAll, kMerged, kUnmerged };

/// The standings of a host's bridges, and the outcomes that follow from them:
/// of several kernels the union.  Refers to what it is given.
class Standings {
 public:
  Standings(const Topology& topology, const std::vector<RuleSet>& kernels,
            const CpuIdentity& cpu);

  const std::vector<Standing>& of_bridges() const { return of_bridges_; }

  /// A pair below one host bridge.  Empty where no kernel is of that choice.
  MapTypeSet Below(const Standing& standing, PairAcs acs,
                   KernelChoice choice = KernelChoice::kAll) const;
  /// A pair below two host bridges.
  MapTypeSet Across(const Standing& a, const Standing& b) const;
  /// Two functions of which one is placed nowhere: any relation, any ACS.
  MapTypeSet Nowhere() const;
  /// A function that is placed nowhere with itself.
  MapTypeSet ItselfNowhere(PairAcs acs, KernelChoice choice) const;

 private:
  MapTypeSet Join(PairAcs acs, const std::vector<Ternary>& table,
                  KernelChoice choice) const;
  MapTypeSet NowhereIn(size_t kernel) const;

  const std::vector<RuleSet>& kernels_;
  Ternary iommu_active_;
  std::vector<Ternary> cpu_;  // by kernel
  std::vector<Standing> of_bridges_;
};

}  // namespace p2pcheck

#endif  // P2PCHECK_FABRIC_STANDINGS_H_
