// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_DIFF_HOST_DIFF_H_
#define P2PCHECK_DIFF_HOST_DIFF_H_

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "diff/fact_changes.h"
#include "diff/host_match.h"
#include "diff/pair_changes.h"
#include "diff/route_changes.h"

namespace p2pcheck {

/// What two readings of a host come to.
enum class Difference : uint8_t {
  kNone,
  kOnlyKnowledge,  ///< one tells what the other does not, and nothing else
  kChanged,
};
/// "none", "only-knowledge", "changed".
std::string_view DifferenceName(Difference difference);

/// Everything that is not the same in two readings of a host.  Refers to the
/// two sides it was made from.
struct HostDiff {
  HostMatch match;
  std::vector<FactChange> facts;
  std::vector<GroupChange> groups;
  std::unique_ptr<PairComparison> pairs;
  RouteChanges routes;

  Difference difference() const;
};

/// Pairs of all functions that are no bridges; routes of those whose kinds do
/// peer-to-peer, of physical functions.
HostDiff CompareHosts(const DiffSide& before, const DiffSide& after,
                      const RuleBook& book);

}  // namespace p2pcheck

#endif  // P2PCHECK_DIFF_HOST_DIFF_H_
