// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_DIFF_ROUTE_CHANGES_H_
#define P2PCHECK_DIFF_ROUTE_CHANGES_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "diff/fact_changes.h"
#include "diff/host_match.h"
#include "diff/pair_changes.h"
#include "verdict/route_score.h"

namespace p2pcheck {

/// How a pair's TLPs go and how fast: what the hardware does, which may change
/// where the kernel's verdict does not.
struct RouteState {
  RouteOutcomeSet to_provider = 0, to_client = 0;
  /// Bytes a second of the narrower way; none: no link, or not known.
  std::optional<uint64_t> line, payload;
  FunctionIndex bottleneck = kNoIndex;  ///< its port

  friend bool operator==(const RouteState& a, const RouteState& b) {
    return a.to_provider == b.to_provider && a.to_client == b.to_client &&
           a.line == b.line && a.payload == b.payload;
  }
};

struct RouteChange {
  FunctionIndex provider = kNoIndex, client = kNoIndex;  ///< before
  RouteState before, after;
};

struct RouteChanges {
  std::vector<RouteChange> changes;  ///< by address before
  /// Ordered pairs below functions whose link, ACS, payload size or place is
  /// not the same: only these can change.
  uint64_t candidates = 0;
  bool compared = true;  ///< false: more than kMostRoutes, none was looked at
};

/// A route costs the length of its path, some microseconds.
constexpr uint64_t kMostRoutes = 40'000;

/// Routes and bottlenecks of ordered pairs of `selected` (functions before, by
/// address) that are in both readings.  Changes to or from what is not known
/// are left out: the facts tell what is known now.
RouteChanges CompareRoutes(const DiffSide& before, const DiffSide& after,
                           const RuleBook& book, const HostMatch& match,
                           const std::vector<FactChange>& facts,
                           const std::vector<FunctionIndex>& selected);

}  // namespace p2pcheck

#endif  // P2PCHECK_DIFF_ROUTE_CHANGES_H_
