// SPDX-License-Identifier: GPL-2.0-or-later
#include "verdict/route_score.h"

#include <algorithm>

#include "topology/numa.h"

namespace p2pcheck {
namespace {

bool IsOne(RouteOutcomeSet set) { return (set & (set - 1)) == 0; }

// Whether two functions that follow each other on a way stand on root buses
// and neither is above the other: there the root complex passes it on.
bool CrossesBetween(const Topology& topology, FunctionIndex a,
                    FunctionIndex b) {
  return topology[a].on_root_bus() && topology[b].on_root_bus();
}

}  // namespace

std::optional<uint64_t> RouteScore::line() const {
  const auto& a = to_provider.now.line;
  const auto& b = to_client.now.line;
  if (!a || !b) return std::nullopt;
  return std::min(*a, *b);
}

std::optional<uint64_t> RouteScore::usable() const {
  if (!to_provider.usable || !to_client.usable) return std::nullopt;
  return std::min(*to_provider.usable, *to_client.usable);
}

RouteScorer::RouteScorer(const Topology& topology, const RuleBook& book,
                         const CpuIdentity& cpu,
                         const std::vector<FunctionIndex>& selected)
    : topology_(topology),
      book_(book),
      cpu_(cpu),
      links_(topology),
      devices_below_(DevicesBelow(topology, selected)) {}

RouteScore RouteScorer::Score(FunctionIndex provider,
                              FunctionIndex client) const {
  return {ScoreWay(provider, client, TlpKind::kUntranslatedRequest),
          ScoreWay(provider, client, TlpKind::kCompletion)};
}

WayScore RouteScorer::ScoreWay(FunctionIndex provider, FunctionIndex client,
                               TlpKind kind) const {
  WayScore way;
  way.route = FindRoute(topology_, provider, client, kind);
  RouteOutcomeSet possible = way.route.possible;
  way.blocked = possible == Only(RouteOutcome::kBlocked);
  if (way.blocked) return way;
  way.crossing = CrossingOf(way);
  // Of several outcomes one is the way over the top if any crosses it: then
  // another one does not.
  way.route_open = (possible & Only(RouteOutcome::kInsideDevice)) != 0 ||
                   (!IsOne(possible) && way.crossing.crosses);
  if (way.route_open) return way;
  const std::vector<FunctionIndex>& visits = way.route.visits;
  way.now = RateOf(links_, visits, Training::kNow, devices_below_);
  way.best = RateOf(links_, visits, Training::kBest, devices_below_);
  way.usable = UsableOf(way);
  if (way.now.narrowest != kNoIndex && topology_.snapshot().complete)
    way.shared_by = devices_below_[way.now.narrowest];
  return way;
}

Crossing RouteScorer::CrossingOf(const WayScore& way) const {
  const std::vector<FunctionIndex>& visits = way.route.visits;
  Crossing crossing;
  for (size_t i = 1; i < visits.size(); ++i)
    crossing.crosses |= CrossesBetween(topology_, visits[i - 1], visits[i]);
  if (!crossing.crosses) return crossing;
  const Function& a = topology_[way.route.sender];
  const Function& b = topology_[way.route.receiver];
  Ternary one_node =
      OneNumaNode(topology_, way.route.sender, way.route.receiver);
  if (a.host_bridge == b.host_bridge)
    crossing.kind = CrossingKind::kRootComplex;
  else if (one_node != Ternary::kUnknown)
    crossing.kind = one_node == Ternary::kYes ? CrossingKind::kHostBridges
                                              : CrossingKind::kNumaNodes;
  if (crossing.kind) crossing.rule = RuleFor(*crossing.kind);
  return crossing;
}

const CrossingRule* RouteScorer::RuleFor(CrossingKind kind) const {
  auto nodes = OnlineNumaNodes(topology_.snapshot());
  for (const CrossingRule& rule : book_.crossings())
    if (rule.between == kind && cpu_.vendor.Is(rule.cpu_vendor) &&
        cpu_.family.Is(rule.cpu_family) &&
        (!rule.numa_nodes || nodes == rule.numa_nodes))
      return &rule;
  return nullptr;
}

std::optional<uint64_t> RouteScorer::UsableOf(const WayScore& way) const {
  const auto& links = way.now.payload;
  if (!links || !way.crossing.crosses) return links;
  const CrossingRule* rule = way.crossing.rule;
  if (!rule) return std::nullopt;
  // What passed at least so much may pass more.
  if (rule->at_least && *links > rule->passes) return std::nullopt;
  return std::min(*links, rule->passes);
}

}  // namespace p2pcheck
