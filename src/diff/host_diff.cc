// SPDX-License-Identifier: GPL-2.0-or-later
#include "diff/host_diff.h"

#include <algorithm>

namespace p2pcheck {
namespace {

bool IsPeerKind(DeviceKind kind) {
  return kind != DeviceKind::kBridge && kind != DeviceKind::kOther;
}

std::vector<FunctionIndex> Endpoints(const DiffSide& side) {
  std::vector<FunctionIndex> found;
  for (FunctionIndex i = 0; i < side.kinds.size(); ++i)
    if (side.kinds[i] != DeviceKind::kBridge) found.push_back(i);
  return found;
}

// A VF goes the way of its physical function.
std::vector<FunctionIndex> Peers(const DiffSide& side) {
  std::vector<FunctionIndex> found;
  for (FunctionIndex i = 0; i < side.kinds.size(); ++i)
    if (IsPeerKind(side.kinds[i]) && !side.topology[i].physfn.known())
      found.push_back(i);
  return found;
}

bool AnyDeviceChange(const HostMatch& match) {
  bool in_place =
      std::all_of(match.matched.begin(), match.matched.end(),
                  [](auto& m) { return m.kind == MatchKind::kSame; });
  return !in_place || !match.replaced.empty() || !match.removed.empty() ||
         !match.added.empty();
}

}  // namespace

std::string_view DifferenceName(Difference difference) {
  switch (difference) {
    case Difference::kNone: return "none";
    case Difference::kOnlyKnowledge: return "only-knowledge";
    case Difference::kChanged: return "changed";
  }
  return "";
}

Difference HostDiff::difference() const {
  bool changed =
      AnyDeviceChange(match) || !groups.empty() || !routes.changes.empty() ||
      std::any_of(facts.begin(), facts.end(),
                  [](auto& f) { return f.kind() == ChangeKind::kChanged; }) ||
      std::any_of(pairs->classes().begin(), pairs->classes().end(),
                  [](auto& c) { return !c.only_knowledge(); });
  if (changed) return Difference::kChanged;
  return facts.empty() && pairs->changed() == 0 ? Difference::kNone
                                                : Difference::kOnlyKnowledge;
}

HostDiff CompareHosts(const DiffSide& before, const DiffSide& after,
                      const RuleBook& book) {
  HostDiff diff;
  diff.match = MatchHosts(before.topology, after.topology);
  diff.facts = CompareFacts(before.topology, after.topology, diff.match);
  diff.groups = CompareGroups(before.topology, after.topology, diff.match);
  diff.pairs = std::make_unique<PairComparison>(before, after, diff.match,
                                                Endpoints(before));
  diff.routes =
      CompareRoutes(before, after, book, diff.match, diff.facts, Peers(before));
  return diff;
}

}  // namespace p2pcheck
