// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_VERDICT_ROUTE_SCORE_H_
#define P2PCHECK_VERDICT_ROUTE_SCORE_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "fabric/bandwidth.h"
#include "rules/cpu.h"
#include "rules/crossing.h"
#include "rules/rule_set.h"
#include "topology/topology.h"
#include "verdict/route.h"

namespace p2pcheck {

/// Where a way leaves the links and crosses the root complex.
struct Crossing {
  bool crosses = false;
  /// None: two host bridges, of which nobody told the NUMA nodes.
  std::optional<CrossingKind> kind;
  /// What was measured to pass there; null: not known.
  const CrossingRule* rule = nullptr;
};

/// How fast payload can go one way between the functions of a pair.
struct WayScore {
  Route route;
  PathRate now, best;
  Crossing crossing;
  /// The route is not known well enough for a rate: it may or may not go over
  /// the top, or it stays inside a device, which nothing specifies.
  bool route_open = false;
  bool blocked = false;  ///< nothing gets through: an ACS violation
  /// Bytes a second of payload: that of the links, or less where the crossing
  /// is the limit.  None: links, payload size, route or crossing leave it open.
  std::optional<uint64_t> usable;
  /// Devices of the selection behind the narrowest link; none: no link, or not
  /// every function of the host was read.
  std::optional<uint32_t> shared_by;

  /// The port of the narrowest link; kNoIndex: none known.
  FunctionIndex BottleneckPort(const Topology& topology) const {
    return now.narrowest == kNoIndex ? kNoIndex
                                     : topology[now.narrowest].upstream;
  }
};

struct RouteScore {
  WayScore to_provider;  ///< what the client writes
  WayScore to_client;    ///< what the client reads

  /// The line rate of the narrower way, bytes a second; none: not known.
  std::optional<uint64_t> line() const;
  std::optional<uint64_t> usable() const;
};

/// Scores pairs of one host.  Refers to everything it is given.
class RouteScorer {
 public:
  /// Sharing counts the devices of `selected`.
  RouteScorer(const Topology& topology, const RuleBook& book,
              const CpuIdentity& cpu,
              const std::vector<FunctionIndex>& selected);

  /// Both functions must be placed, and two.  Costs the length of the path.
  RouteScore Score(FunctionIndex provider, FunctionIndex client) const;

 private:
  WayScore ScoreWay(FunctionIndex provider, FunctionIndex client,
                    TlpKind kind) const;
  Crossing CrossingOf(const WayScore& way) const;
  const CrossingRule* RuleFor(CrossingKind kind) const;
  std::optional<uint64_t> UsableOf(const WayScore& way) const;

  const Topology& topology_;
  const RuleBook& book_;
  const CpuIdentity& cpu_;
  LinkTable links_;
  std::vector<uint32_t> devices_below_;
};

}  // namespace p2pcheck

#endif  // P2PCHECK_VERDICT_ROUTE_SCORE_H_
