// SPDX-License-Identifier: GPL-2.0-or-later
#include <algorithm>
#include <map>
#include <numeric>
#include <set>

#include "diff/fact_changes.h"

namespace p2pcheck {
namespace {

using Members = std::map<uint32_t, std::vector<FunctionIndex>>;

// Union-find over functions: who is in one group before or after.
class Clusters {
 public:
  explicit Clusters(size_t size) : parent_(size) {
    std::iota(parent_.begin(), parent_.end(), 0);
  }
  FunctionIndex Root(FunctionIndex i) {
    while (parent_[i] != i) i = parent_[i] = parent_[parent_[i]];
    return i;
  }
  void Join(const Members& groups) {
    for (const auto& [number, members] : groups)
      for (FunctionIndex i : members) {
        FunctionIndex a = Root(members.front()), b = Root(i);
        parent_[std::max(a, b)] = std::min(a, b);
      }
  }

 private:
  std::vector<FunctionIndex> parent_;
};

// Groups as lists of functions before, by their first one.
std::vector<std::vector<FunctionIndex>> Sorted(const Members& groups) {
  std::vector<std::vector<FunctionIndex>> lists;
  for (const auto& [number, members] : groups) lists.push_back(members);
  std::sort(lists.begin(), lists.end());
  return lists;
}

}  // namespace

std::vector<GroupChange> CompareGroups(const Topology& before,
                                       const Topology& after,
                                       const HostMatch& match) {
  Members old_groups, new_groups;
  for (const PairedFunction& m : match.matched) {
    const auto& a = before[m.before].record->iommu_group;
    const auto& b = after[m.after].record->iommu_group;
    if (!a.known() || !b.known()) continue;
    old_groups[a.value()].push_back(m.before);
    new_groups[b.value()].push_back(m.before);
  }
  Clusters clusters(before.functions().size());
  clusters.Join(old_groups);
  clusters.Join(new_groups);
  std::map<FunctionIndex, GroupChange> by_cluster;
  for (auto& members : Sorted(old_groups))
    by_cluster[clusters.Root(members.front())].before.push_back(members);
  for (auto& members : Sorted(new_groups))
    by_cluster[clusters.Root(members.front())].after.push_back(members);
  std::vector<GroupChange> changes;
  for (auto& [root, change] : by_cluster)
    if (change.before != change.after) changes.push_back(std::move(change));
  return changes;
}

}  // namespace p2pcheck
