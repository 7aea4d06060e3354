// SPDX-License-Identifier: GPL-2.0-or-later
#include "diff/route_changes.h"

#include <algorithm>

namespace p2pcheck {
namespace {

// What routes and rates are computed from.
bool ConcernsRoutes(DiffFact fact) {
  switch (fact) {
    case DiffFact::kPlace:
    case DiffFact::kPortType:
    case DiffFact::kCurrentSpeed:
    case DiffFact::kCurrentWidth:
    case DiffFact::kAcsCapability:
    case DiffFact::kAcsControl:
    case DiffFact::kMaxPayload:
    case DiffFact::kAtsEnabled: return true;
    default: return false;
  }
}

// Functions that are, or hang below, one whose facts changed or which moved.
std::vector<bool> Concerned(const Topology& topology, const HostMatch& match,
                            const std::vector<FactChange>& facts) {
  std::vector<bool> own(topology.functions().size(), false);
  for (const FactChange& change : facts)
    if (change.before != kNoIndex && ConcernsRoutes(change.fact))
      own[change.before] = true;
  for (const PairedFunction& m : match.matched)
    if (m.kind == MatchKind::kMoved) own[m.before] = true;
  std::vector<bool> concerned(own.size(), false);
  for (FunctionIndex i = 0; i < own.size(); ++i)
    for (FunctionIndex at = i; at != kNoIndex && !concerned[i];
         at = topology[at].upstream)
      concerned[i] = own[at];
  return concerned;
}

std::optional<uint64_t> Narrower(const std::optional<uint64_t>& a,
                                 const std::optional<uint64_t>& b) {
  if (!a || !b) return std::nullopt;
  return std::min(*a, *b);
}

// One reading's answers.
class Router {
 public:
  Router(const DiffSide& side, const RuleBook& book,
         const std::vector<FunctionIndex>& selected)
      : topology_(side.topology),
        scorer_(side.topology, book, side.cpu, selected) {}

  std::optional<RouteState> Ask(FunctionIndex provider,
                                FunctionIndex client) const {
    if (!topology_[provider].placed() || !topology_[client].placed())
      return std::nullopt;
    RouteScore score = scorer_.Score(provider, client);
    bool back = score.to_client.now.line < score.to_provider.now.line;
    RouteState state;
    state.to_provider = score.to_provider.route.possible;
    state.to_client = score.to_client.route.possible;
    state.line = score.line();
    state.payload =
        Narrower(score.to_provider.now.payload, score.to_client.now.payload);
    state.bottleneck =
        (back ? score.to_client : score.to_provider).BottleneckPort(topology_);
    return state;
  }

 private:
  const Topology& topology_;
  RouteScorer scorer_;
};

bool OnlyKnowledge(RouteOutcomeSet a, RouteOutcomeSet b) {
  return (a & ~b) == 0 || (b & ~a) == 0;
}
bool OnlyKnowledge(const std::optional<uint64_t>& a,
                   const std::optional<uint64_t>& b) {
  return a == b || !a || !b;
}

bool IsChange(const RouteState& a, const RouteState& b) {
  return !OnlyKnowledge(a.to_provider, b.to_provider) ||
         !OnlyKnowledge(a.to_client, b.to_client) ||
         !OnlyKnowledge(a.line, b.line) || !OnlyKnowledge(a.payload, b.payload);
}

uint64_t Candidates(const std::vector<FunctionIndex>& selected,
                    const std::vector<bool>& concerned) {
  uint64_t all = selected.size();
  uint64_t quiet = static_cast<uint64_t>(
      std::count_if(selected.begin(), selected.end(),
                    [&](FunctionIndex i) { return !concerned[i]; }));
  return all * all - quiet * quiet;
}

}  // namespace

RouteChanges CompareRoutes(const DiffSide& before, const DiffSide& after,
                           const RuleBook& book, const HostMatch& match,
                           const std::vector<FactChange>& facts,
                           const std::vector<FunctionIndex>& selected) {
  std::vector<FunctionIndex> both, now;
  for (FunctionIndex i : selected)
    if (match.after_of[i] != kNoIndex) both.push_back(i);
  for (FunctionIndex i : both) now.push_back(match.after_of[i]);
  auto concerned = Concerned(before.topology, match, facts);
  RouteChanges result;
  result.candidates = Candidates(both, concerned);
  result.compared = result.candidates <= kMostRoutes;
  if (!result.compared || result.candidates == 0) return result;
  Router old_router(before, book, both), new_router(after, book, now);
  for (FunctionIndex p : both) {
    for (FunctionIndex c : both) {
      if (p == c || (!concerned[p] && !concerned[c])) continue;
      auto was = old_router.Ask(p, c);
      auto is = new_router.Ask(match.after_of[p], match.after_of[c]);
      if (was && is && IsChange(*was, *is))
        result.changes.push_back({p, c, *was, *is});
    }
  }
  return result;
}

}  // namespace p2pcheck
