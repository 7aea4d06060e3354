// SPDX-License-Identifier: GPL-2.0-or-later
//
// Holds the published groups against the predicted ones.
//
// Two partitions of the same functions are compared as partitions: numbers
// mean nothing.  A function disagrees if something surely shares its group and
// is published in another, or is published in its group and surely shares none
// with it.  It agrees if neither is so and all members are known; else nobody
// can say.  Functions that are linked by a predicted or by a published group
// are one difference.
#include "verdict/group_comparison.h"

#include <algorithm>
#include <numeric>
#include <unordered_map>

#include "verdict/isolation.h"

namespace p2pcheck {
namespace {

const Observed<uint32_t>& PublishedOf(const Topology& topology,
                                      FunctionIndex i) {
  return topology[i].record->iommu_group;
}

// What the members of a set have to say about something else.
struct Tally {
  bool seen = false, differ = false, unknown = false;
  uint64_t first = 0;

  void Add(uint64_t value) {
    differ |= seen && value != first;
    first = value;
    seen = true;
  }
};

class Comparer {
 public:
  Comparer(const Topology& topology, const GroupPrediction& prediction)
      : topology_(topology),
        prediction_(prediction),
        count_(static_cast<FunctionIndex>(topology.functions().size())) {}

  GroupComparison Compare() {
    FillTallies();
    for (FunctionIndex i = 0; i < count_; ++i) out_.agree.push_back(Agree(i));
    FillNumbers();
    FillDifferences();
    return std::move(out_);
  }

 private:
  static constexpr uint64_t kInNone = uint64_t{1} << 32;

  void FillTallies() {
    for (FunctionIndex i = 0; i < count_; ++i) {
      const auto& published = PublishedOf(topology_, i);
      if (prediction_.open[i]) continue;
      if (prediction_.surely[i] != kNoIndex) {
        Tally& set = sets_[prediction_.surely[i]];
        if (published.unknown())
          set.unknown = true;
        else
          set.Add(published.known() ? published.value() : kInNone);
      }
      if (published.known()) groups_[published.value()].Add(MaybeOf(i));
    }
  }

  uint64_t MaybeOf(FunctionIndex i) const {
    return prediction_.maybe[i] == kNoIndex ? kInNone : prediction_.maybe[i];
  }

  Ternary Agree(FunctionIndex i) {
    const auto& published = PublishedOf(topology_, i);
    if (published.unknown() || prediction_.open[i]) return Ternary::kUnknown;
    if (prediction_.surely[i] == kNoIndex) return ToTernary(published.absent());
    if (published.absent()) return Ternary::kNo;
    const Tally& set = sets_[prediction_.surely[i]];
    if (set.differ || groups_[published.value()].differ) return Ternary::kNo;
    return prediction_.certain[i] && !set.unknown ? Ternary::kYes
                                                  : Ternary::kUnknown;
  }

  uint32_t FirstFreeNumber() const {
    uint32_t next = 0;
    for (FunctionIndex i = 0; i < count_; ++i)
      if (PublishedOf(topology_, i).known())
        next = std::max(next, PublishedOf(topology_, i).value() + 1);
    return next;
  }

  void FillNumbers() {
    uint32_t next = FirstFreeNumber();
    out_.number.resize(count_);
    std::vector<FunctionIndex> order(count_);
    std::iota(order.begin(), order.end(), 0);
    std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) {
      return prediction_.surely[a] < prediction_.surely[b];
    });
    std::unordered_map<uint32_t, uint32_t> fresh;
    for (FunctionIndex i : order) {
      if (!prediction_.certain[i] || prediction_.surely[i] == kNoIndex)
        continue;
      if (out_.agree[i] == Ternary::kYes) {
        out_.number[i] = PublishedOf(topology_, i).value();
        continue;
      }
      auto [slot, is_new] = fresh.try_emplace(prediction_.surely[i], next);
      if (is_new) ++next;
      out_.number[i] = slot->second;
    }
  }

  FunctionIndex Root(FunctionIndex i) {
    while (links_[i] != i) i = links_[i] = links_[links_[i]];
    return i;
  }

  // Links functions that share a set, or a published group.
  void Link() {
    links_.resize(count_);
    std::iota(links_.begin(), links_.end(), 0);
    std::unordered_map<uint64_t, FunctionIndex> first;
    auto link = [&](uint64_t key, FunctionIndex i) {
      links_[Root(i)] = Root(first.try_emplace(key, i).first->second);
    };
    for (FunctionIndex i = 0; i < count_; ++i) {
      if (prediction_.open[i]) continue;
      if (prediction_.surely[i] != kNoIndex) link(prediction_.surely[i], i);
      if (PublishedOf(topology_, i).known())
        link(kInNone + PublishedOf(topology_, i).value(), i);
    }
  }

  void FillDifferences() {
    Link();
    std::unordered_map<FunctionIndex, size_t> places;
    for (FunctionIndex i = 0; i < count_; ++i) {
      if (out_.agree[i] != Ternary::kNo) continue;
      auto [place, is_new] =
          places.try_emplace(Root(i), out_.differences.size());
      if (is_new) out_.differences.emplace_back();
      out_.differences[place->second].functions.push_back(i);
    }
    for (GroupDifference& difference : out_.differences)
      difference.kind = KindOf(difference.functions);
  }

  GroupDifferenceKind KindOf(const std::vector<FunctionIndex>& functions) {
    bool finer = false, coarser = false;
    for (FunctionIndex i : functions) {
      const auto& published = PublishedOf(topology_, i);
      if (prediction_.surely[i] != kNoIndex)
        finer |= sets_[prediction_.surely[i]].differ;
      if (published.known()) coarser |= groups_[published.value()].differ;
    }
    if (finer && !coarser) return GroupDifferenceKind::kKernelFiner;
    return coarser && !finer ? GroupDifferenceKind::kKernelCoarser
                             : GroupDifferenceKind::kDifferent;
  }

  const Topology& topology_;
  const GroupPrediction& prediction_;
  const FunctionIndex count_;
  GroupComparison out_;
  std::unordered_map<uint32_t, Tally> sets_;    // by surely
  std::unordered_map<uint32_t, Tally> groups_;  // by published number
  std::vector<FunctionIndex> links_;
};

// Facts that could decide what is open: isolation of functions that stand
// above one that is open, or beside it.
std::vector<OpenIsolation> MissingFor(const Topology& topology,
                                      const GroupRules& rules,
                                      const GroupPrediction& prediction) {
  std::vector<OpenIsolation> missing;
  if (prediction.status != GroupStatus::kPredicted) return missing;
  std::vector<bool> wanted(topology.functions().size());
  for (FunctionIndex i = 0; i < wanted.size(); ++i)
    if (!prediction.certain[i])
      for (FunctionIndex at = i; at != kNoIndex && !wanted[at];
           at = topology[at].upstream)
        wanted[at] = true;
  Isolation isolation(topology, rules);
  for (FunctionIndex i = 0; i < wanted.size(); ++i)
    if (wanted[i] && isolation.Of(i) == Ternary::kUnknown)
      missing.push_back(
          {i, topology[i].acs.unknown() || topology[i].kernel_type.unknown()});
  return missing;
}

}  // namespace

size_t GroupComparison::Count(Ternary answer) const {
  return static_cast<size_t>(std::count(agree.begin(), agree.end(), answer));
}

GroupComparison CompareGroups(const Topology& topology, const GroupRules& rules,
                              const GroupPrediction& prediction) {
  GroupComparison comparison = Comparer(topology, prediction).Compare();
  comparison.missing = MissingFor(topology, rules, prediction);
  ExplainDifferences(topology, rules, &comparison.differences);
  return comparison;
}

}  // namespace p2pcheck
