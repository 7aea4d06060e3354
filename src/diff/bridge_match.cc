// SPDX-License-Identifier: GPL-2.0-or-later
#include "diff/bridge_match.h"

#include <algorithm>
#include <map>
#include <numeric>

namespace p2pcheck {
namespace {

using BridgeList = std::vector<HostBridgeIndex>;

BridgeList ByNumber(const Topology& topology) {
  BridgeList list(topology.host_bridges().size());
  std::iota(list.begin(), list.end(), 0);
  std::sort(list.begin(), list.end(), [&](auto a, auto b) {
    return topology.host_bridges()[a].bus < topology.host_bridges()[b].bus;
  });
  return list;
}

// How many places of two buses hold what may be one device.
size_t Fitting(const SlotTree& before, HostBridgeIndex x, const SlotTree& after,
               HostBridgeIndex y) {
  const SlotList& a = before.OnRootBus(x);
  const SlotList& b = after.OnRootBus(y);
  size_t fitting = 0;
  for (size_t i = 0, j = 0; i < a.size() && j < b.size();) {
    if (a[i].first < b[j].first) {
      ++i;
    } else if (b[j].first < a[i].first) {
      ++j;
    } else {
      fitting += MayBeSameDevice(*before.topology()[a[i].second].record,
                                 *after.topology()[b[j].second].record);
      ++i, ++j;
    }
  }
  return fitting;
}

class BridgeMatcher {
 public:
  BridgeMatcher(const SlotTree& before, const SlotTree& after)
      : before_(before),
        after_(after),
        left_(ByNumber(before.topology())),
        right_(ByNumber(after.topology())),
        after_of_(left_.size(), kNoIndex),
        taken_(right_.size(), false) {}

  BridgeList Run() {
    if (!AllInOrder()) {
      ByNumberAlone();
      AlikeInOrder();
      MostAlike();
    }
    return after_of_;
  }

 private:
  void Pair(HostBridgeIndex x, HostBridgeIndex y) {
    after_of_[x] = y;
    taken_[y] = true;
  }
  bool Resemble(HostBridgeIndex x, HostBridgeIndex y) const {
    size_t fewer =
        std::min(before_.OnRootBus(x).size(), after_.OnRootBus(y).size());
    return 2 * Fitting(before_, x, after_, y) >= fewer;
  }
  BridgeList Left() const {
    BridgeList list;
    for (HostBridgeIndex x : left_)
      if (after_of_[x] == kNoIndex) list.push_back(x);
    return list;
  }
  BridgeList Right() const {
    BridgeList list;
    for (HostBridgeIndex y : right_)
      if (!taken_[y]) list.push_back(y);
    return list;
  }

  bool AllInOrder() {
    if (left_.size() != right_.size()) return false;
    for (size_t i = 0; i < left_.size(); ++i)
      if (before_.FingerprintOf(left_[i]) != after_.FingerprintOf(right_[i]))
        return false;
    for (size_t i = 0; i < left_.size(); ++i) Pair(left_[i], right_[i]);
    return true;
  }

  void ByNumberAlone() {
    std::map<RootBus, HostBridgeIndex> numbers;
    for (HostBridgeIndex y : right_)
      numbers[after_.topology().host_bridges()[y].bus] = y;
    for (HostBridgeIndex x : left_) {
      auto found = numbers.find(before_.topology().host_bridges()[x].bus);
      if (found != numbers.end() && Resemble(x, found->second))
        Pair(x, found->second);
    }
  }

  void AlikeInOrder() {
    std::map<uint64_t, std::pair<BridgeList, BridgeList>> alike;
    for (HostBridgeIndex x : Left())
      alike[before_.FingerprintOf(x)].first.push_back(x);
    for (HostBridgeIndex y : Right())
      alike[after_.FingerprintOf(y)].second.push_back(y);
    for (const auto& [print, both] : alike)
      if (both.first.size() == both.second.size())
        for (size_t i = 0; i < both.first.size(); ++i)
          Pair(both.first[i], both.second[i]);
  }

  // The one of `among` that fits best; kNoIndex: none, or several.
  template <class Fits>
  static HostBridgeIndex Best(const BridgeList& among, Fits fits) {
    HostBridgeIndex best = kNoIndex;
    size_t most = 0;
    for (HostBridgeIndex i : among) {
      size_t now = fits(i);
      if (now == most) best = kNoIndex;
      if (now > most) best = i, most = now;
    }
    return best;
  }

  void MostAlike() {
    BridgeList left = Left(), right = Right();
    auto fitting = [&](HostBridgeIndex x, HostBridgeIndex y) {
      return Resemble(x, y) ? Fitting(before_, x, after_, y) : 0;
    };
    for (HostBridgeIndex x : left) {
      HostBridgeIndex y = Best(right, [&](auto i) { return fitting(x, i); });
      if (y == kNoIndex) continue;
      if (Best(left, [&](auto i) { return fitting(i, y); }) == x) Pair(x, y);
    }
  }

  const SlotTree& before_;
  const SlotTree& after_;
  BridgeList left_, right_, after_of_;
  std::vector<bool> taken_;
};

}  // namespace

std::vector<HostBridgeIndex> MatchHostBridges(const SlotTree& before,
                                              const SlotTree& after) {
  return BridgeMatcher(before, after).Run();
}

}  // namespace p2pcheck
