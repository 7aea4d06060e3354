// SPDX-License-Identifier: GPL-2.0-or-later
//
// The IOMMU groups that should be, as far as what is known tells.
//
// Groups are formed in every world at the edge of what is known (one where
// nothing is open).  Functions that share a group in all of them surely do;
// those that share one in none, nor by way of others, surely do not.  Anything
// between is open.  A function without a place in the tree, and one that may
// have been taken before a bridge of which we don't know whether it is
// isolated, is open against all others: there the worlds between the edges may
// join what both edges keep apart.
#include "verdict/groups.h"

#include <algorithm>
#include <map>
#include <numeric>

#include "verdict/isolation.h"

namespace p2pcheck {
namespace {

// Groups functions that are connected.
class Unions {
 public:
  explicit Unions(size_t count) : parents_(count) {
    std::iota(parents_.begin(), parents_.end(), 0);
  }
  FunctionIndex Find(FunctionIndex i) {
    while (parents_[i] != i) i = parents_[i] = parents_[parents_[i]];
    return i;
  }
  void Join(FunctionIndex a, FunctionIndex b) { parents_[Find(b)] = Find(a); }

 private:
  std::vector<FunctionIndex> parents_;
};

// Numbers sets in the order in which `order` meets them.
template <class Key>
std::vector<uint32_t> NumberSets(const std::vector<Key>& keys,
                                 const std::vector<bool>& in_none,
                                 const std::vector<FunctionIndex>& order) {
  std::map<Key, uint32_t> numbers;
  std::vector<uint32_t> out(keys.size(), kNoIndex);
  for (FunctionIndex i : order)
    if (!in_none[i])
      out[i] = numbers.try_emplace(keys[i], numbers.size()).first->second;
  return out;
}

// In which world a function is in which group, as one key.
std::vector<std::vector<uint32_t>> Transposed(
    const std::vector<std::vector<uint32_t>>& partitions) {
  std::vector<std::vector<uint32_t>> keys(partitions.front().size());
  for (const auto& partition : partitions)
    for (size_t i = 0; i < keys.size(); ++i) keys[i].push_back(partition[i]);
  return keys;
}

std::vector<FunctionIndex> Connected(
    const std::vector<std::vector<uint32_t>>& partitions) {
  size_t count = partitions.front().size();
  Unions unions(count);
  for (const auto& partition : partitions) {
    std::vector<FunctionIndex> first(count, kNoIndex);
    for (FunctionIndex i = 0; i < count; ++i) {
      if (partition[i] == kNoIndex) continue;
      FunctionIndex& other = first[partition[i]];
      if (other == kNoIndex) other = i;
      unions.Join(other, i);
    }
  }
  std::vector<FunctionIndex> roots(count);
  for (FunctionIndex i = 0; i < count; ++i) roots[i] = unions.Find(i);
  return roots;
}

// Whether a domain was made by a VMD endpoint that we did not see.
bool HasUnseenOwner(const Topology& topology, const Function& f) {
  return f.address.domain > 0xffff &&
         topology.host_bridges()[f.host_bridge].owner == kNoIndex;
}

// Whether a bridge above may have had no group when the function was taken,
// and may be isolated or not.
bool MayClimbPastUnknown(const Topology& topology, const Isolation& isolation,
                         const std::vector<GroupWorld>& worlds,
                         const std::vector<uint32_t>& places, FunctionIndex i) {
  bool late = false, open = false;
  for (FunctionIndex above = topology[i].upstream; above != kNoIndex;
       above = topology[above].upstream) {
    bool served = std::all_of(
        worlds.begin(), worlds.end(),
        [above](const GroupWorld& world) { return world.served[above]; });
    late |= !served || places[above] > places[i];
    open |= isolation.Of(above) == Ternary::kUnknown;
  }
  return late && open;
}

std::vector<bool> OpenFunctions(const Topology& topology,
                                const GroupRules& rules,
                                const std::vector<GroupWorld>& worlds) {
  auto count = static_cast<FunctionIndex>(topology.functions().size());
  std::vector<bool> open(count);
  std::vector<uint32_t> places(count);
  const auto& order = worlds.back().order;
  for (uint32_t place = 0; place < count; ++place) places[order[place]] = place;
  Isolation isolation(topology, rules);
  for (FunctionIndex i = 0; i < count; ++i) {
    const Function& f = topology[i];
    bool served = worlds.front().served[i];
    for (const GroupWorld& world : worlds)
      open[i] = open[i] || world.served[i] != served;
    if (served && (!f.placed() || HasUnseenOwner(topology, f) ||
                   MayClimbPastUnknown(topology, isolation, worlds, places, i)))
      open[i] = true;
  }
  return open;
}

bool IsOfOtherDriver(const HostFacts& host) {
  if (!host.architecture.known()) return false;
  const std::string& name = host.architecture.value();
  return name == "s390x" || name == "s390" || name.rfind("ppc", 0) == 0;
}

// VFIO's no-IOMMU mode makes groups that no unit stands behind.
bool IsNoIommuMode(const HostSnapshot& snapshot) {
  const auto& units = snapshot.host.iommu_units;
  if (!units.known() || !units.value().empty()) return false;
  bool grouped = false;
  for (const FunctionRecord& record : snapshot.functions) {
    if (!record.iommu.absent()) return false;
    grouped |= record.iommu_group.known();
  }
  return grouped;
}

bool NothingServed(const GroupWorld& coarsest) {
  return std::none_of(coarsest.served.begin(), coarsest.served.end(),
                      [](bool served) { return served; });
}

GroupStatus StatusOf(const Topology& topology, const GroupRules& rules,
                     const GroupWorld& coarsest) {
  const HostSnapshot& snapshot = topology.snapshot();
  if (IsNoIommuMode(snapshot)) return GroupStatus::kNoIommuMode;
  if (NothingServed(coarsest)) return GroupStatus::kNoIommu;
  if (IsOfOtherDriver(snapshot.host)) return GroupStatus::kOtherDriver;
  if (rules.acs_quirks.empty()) return GroupStatus::kNoRules;
  if (rules.Does(GroupTiming::kAcsAfterGroups) == Ternary::kYes)
    return GroupStatus::kAcsAfterGroups;
  return GroupStatus::kPredicted;
}

bool AssumesServed(const HostSnapshot& snapshot) {
  return std::all_of(snapshot.functions.begin(), snapshot.functions.end(),
                     [](const FunctionRecord& record) {
                       return record.iommu_group.unknown() &&
                              record.iommu.unknown();
                     });
}

// Fills in what is not predicted: nobody is in a group, or all is open.
void FillUnpredicted(size_t count, GroupPrediction* prediction) {
  bool none = prediction->status == GroupStatus::kNoIommu;
  prediction->surely.assign(count, kNoIndex);
  prediction->maybe.assign(count, kNoIndex);
  prediction->open.assign(count, !none);
  prediction->certain.assign(count, none);
}

std::vector<uint32_t> SizesOf(const std::vector<uint32_t>& sets,
                              const std::vector<bool>& open) {
  std::vector<uint32_t> sizes(sets.size());
  for (size_t i = 0; i < sets.size(); ++i)
    if (sets[i] != kNoIndex && !open[i]) ++sizes[sets[i]];
  return sizes;
}

void FillCertain(GroupPrediction* prediction) {
  auto surely = SizesOf(prediction->surely, prediction->open);
  auto maybe = SizesOf(prediction->maybe, prediction->open);
  for (size_t i = 0; i < prediction->open.size(); ++i)
    prediction->certain.push_back(
        !prediction->open[i] &&
        (prediction->surely[i] == kNoIndex ||
         surely[prediction->surely[i]] == maybe[prediction->maybe[i]]));
}

}  // namespace

Ternary GroupPrediction::Together(FunctionIndex a, FunctionIndex b) const {
  if (open[a] || open[b]) return a == b ? Ternary::kYes : Ternary::kUnknown;
  if (surely[a] == kNoIndex || surely[b] == kNoIndex) return Ternary::kNo;
  if (surely[a] == surely[b]) return Ternary::kYes;
  return maybe[a] == maybe[b] ? Ternary::kUnknown : Ternary::kNo;
}

GroupPrediction PredictGroups(const Topology& topology,
                              const GroupRules& rules) {
  GroupPrediction prediction;
  std::vector<GroupWorld> worlds = WorldsOf(topology, rules);
  prediction.order = OrderOfGroups(topology, rules).source;
  prediction.status = StatusOf(topology, rules, worlds.front());
  prediction.assumes_served = AssumesServed(topology.snapshot());
  if (prediction.status != GroupStatus::kPredicted) {
    FillUnpredicted(topology.functions().size(), &prediction);
    return prediction;
  }
  std::vector<std::vector<uint32_t>> partitions;
  for (const GroupWorld& world : worlds)
    partitions.push_back(FormGroups(topology, world));
  prediction.open = OpenFunctions(topology, rules, worlds);
  std::vector<bool> in_none;
  for (uint32_t group : partitions.front())
    in_none.push_back(group == kNoIndex);
  const auto& order = worlds.front().order;
  prediction.surely = NumberSets(Transposed(partitions), in_none, order);
  prediction.maybe = NumberSets(Connected(partitions), in_none, order);
  FillCertain(&prediction);
  return prediction;
}

}  // namespace p2pcheck
