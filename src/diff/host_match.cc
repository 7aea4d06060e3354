// SPDX-License-Identifier: GPL-2.0-or-later
//
// A card that is added, or a hotplug port that reserves more, shifts the bus
// numbers behind it, and IDs do not tell eight equal GPUs apart.  What stays is
// the place: the root bus, and the device and function numbers on the way down
// from it.  So the two trees are laid over each other from the top.  A place
// that holds the same model in both is the same function; a VF's place is its
// physical function's and its number.
//
//      before                        after
//      00:01.0 port                  00:01.0 port              same
//        01:00.0 GPU                   01:00.0 switch          added
//      00:02.0 port                  00:02.0 port              same
//        02:00.0 GPU                   04:00.0 GPU             renumbered
//
// What is left over on both sides may have changed its place: a model of which
// exactly one is left on each side moved (it could be another card of that
// model, of which nothing recorded would tell), with whatever is below it.  Of
// several alike we say so and pair none.  Ports that belong to the board or to
// a switch do not move by themselves.
//
// Functions whose place is not known in one of the readings are found by their
// address.  Costs n log n.
#include "diff/host_match.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include "diff/bridge_match.h"
#include "diff/slots.h"

namespace p2pcheck {
namespace {

bool StaysWithBoard(const Function& f) {
  return f.on_root_bus() || f.kernel_type.Is(PortType::kDownstreamPort) ||
         f.kernel_type.Is(PortType::kRootPort) || f.physfn.known();
}

class Matcher {
 public:
  Matcher(const Topology& before, const Topology& after)
      : before_(before), after_(after), left_(before), right_(after) {
    match_.after_of.assign(before.functions().size(), kNoIndex);
    match_.before_of.assign(after.functions().size(), kNoIndex);
    kinds_.assign(before.functions().size(), MatchKind::kSame);
    seat_.assign(before.functions().size(), kNoIndex);
  }

  HostMatch Run() {
    match_.bridge_after = MatchHostBridges(left_, right_);
    for (HostBridgeIndex x = 0; x < match_.bridge_after.size(); ++x)
      if (match_.bridge_after[x] != kNoIndex)
        LayOver(left_.OnRootBus(x), right_.OnRootBus(match_.bridge_after[x]),
                false);
    MatchUnplaced();
    MatchMoved();
    Collect();
    return std::move(match_);
  }

 private:
  bool Free(FunctionIndex x, FunctionIndex y) const {
    return match_.after_of[x] == kNoIndex && match_.before_of[y] == kNoIndex;
  }
  bool MayBeSame(FunctionIndex x, FunctionIndex y) const {
    return MayBeSameDevice(*before_[x].record, *after_[y].record);
  }

  void Pair(FunctionIndex x, FunctionIndex y, MatchKind kind) {
    match_.after_of[x] = y;
    match_.before_of[y] = x;
    kinds_[x] = kind;
  }

  // Two functions at one place.
  void Meet(FunctionIndex x, FunctionIndex y, bool moved) {
    if (MayBeSame(x, y) && Free(x, y)) {
      bool same = before_[x].address == after_[y].address;
      Pair(x, y,
           moved  ? MatchKind::kMoved
           : same ? MatchKind::kSame
                  : MatchKind::kRenumbered);
    } else if (!moved) {
      seat_[x] = y;
    }
    open_.push_back({x, y});
  }

  // A list and not recursion: a forged recording nests bridges thousands deep.
  void LayOver(const SlotList& a, const SlotList& b, bool moved) {
    MatchSiblings(a, b, moved);
    while (!open_.empty()) {
      auto [x, y] = open_.back();
      open_.pop_back();
      MatchSiblings(left_.Below(x), right_.Below(y), moved);
    }
  }

  void MatchSiblings(const SlotList& a, const SlotList& b, bool moved) {
    for (size_t i = 0, j = 0; i < a.size() && j < b.size();) {
      if (a[i].first < b[j].first)
        ++i;
      else if (b[j].first < a[i].first)
        ++j;
      else
        Meet(a[i++].second, b[j++].second, moved);
    }
  }

  void MatchUnplaced() {
    for (FunctionIndex x = 0; x < match_.after_of.size(); ++x) {
      FunctionIndex y = after_.Find(before_[x].address);
      if (y == kNoIndex || !Free(x, y) || !MayBeSame(x, y)) continue;
      if (before_[x].host_bridge == kNoIndex ||
          after_[y].host_bridge == kNoIndex)
        Pair(x, y, MatchKind::kSame);
    }
  }

  struct Alike {
    std::vector<FunctionIndex> before, after;
  };
  std::map<std::string, Alike> Leftovers() const {
    std::map<std::string, Alike> models;
    for (FunctionIndex x = 0; x < match_.after_of.size(); ++x)
      if (match_.after_of[x] == kNoIndex && !StaysWithBoard(before_[x]))
        models[ModelOf(before_[x])].before.push_back(x);
    for (FunctionIndex y = 0; y < match_.before_of.size(); ++y)
      if (match_.before_of[y] == kNoIndex && !StaysWithBoard(after_[y]))
        models[ModelOf(after_[y])].after.push_back(y);
    models.erase("");
    return models;
  }

  void MatchMoved() {
    std::vector<std::pair<FunctionIndex, FunctionIndex>> pairs;
    for (const auto& [model, alike] : Leftovers())
      if (alike.before.size() == 1 && alike.after.size() == 1)
        pairs.push_back({alike.before.front(), alike.after.front()});
    // Switches before what is below them, which then moved along.
    std::sort(pairs.begin(), pairs.end(), [&](auto a, auto b) {
      return std::pair(before_[a.first].depth, a) <
             std::pair(before_[b.first].depth, b);
    });
    for (auto [x, y] : pairs) {
      if (!Free(x, y)) continue;
      Meet(x, y, true);
      LayOver({}, {}, true);
      MatchVirtual(x, y);
    }
    for (auto& [model, alike] : Leftovers())
      if (!alike.before.empty() && !alike.after.empty())
        match_.twins.push_back({alike.before, alike.after});
  }

  static std::vector<FunctionIndex> VirtualOf(const Topology& topology,
                                              FunctionIndex pf) {
    std::vector<FunctionIndex> found;
    for (FunctionIndex i = 0; i < topology.functions().size(); ++i)
      if (topology[i].physfn.Is(topology[pf].address)) found.push_back(i);
    return found;
  }

  void MatchVirtual(FunctionIndex x, FunctionIndex y) {
    auto a = VirtualOf(before_, x), b = VirtualOf(after_, y);
    for (size_t i = 0; i < std::min(a.size(), b.size()); ++i)
      if (Free(a[i], b[i]) && MayBeSame(a[i], b[i]))
        Pair(a[i], b[i], MatchKind::kMoved);
  }

  void Collect() {
    std::vector<bool> replaces(match_.before_of.size(), false);
    for (FunctionIndex x = 0; x < match_.after_of.size(); ++x) {
      FunctionIndex y = match_.after_of[x], seat = seat_[x];
      if (y != kNoIndex) {
        match_.matched.push_back({x, y, kinds_[x]});
      } else if (seat != kNoIndex && match_.before_of[seat] == kNoIndex) {
        match_.replaced.push_back({x, seat});
        replaces[seat] = true;
      } else {
        match_.removed.push_back(x);
      }
    }
    for (FunctionIndex y = 0; y < replaces.size(); ++y)
      if (match_.before_of[y] == kNoIndex && !replaces[y])
        match_.added.push_back(y);
  }

  const Topology& before_;
  const Topology& after_;
  SlotTree left_, right_;
  HostMatch match_;
  std::vector<MatchKind> kinds_;     // by function before
  std::vector<FunctionIndex> seat_;  // who stands there now, another model
  std::vector<std::pair<FunctionIndex, FunctionIndex>> open_;  // see LayOver
};

}  // namespace

std::string_view MatchKindName(MatchKind kind) {
  switch (kind) {
    case MatchKind::kSame: return "same";
    case MatchKind::kRenumbered: return "renumbered";
    case MatchKind::kMoved: return "moved";
  }
  return "";
}

HostMatch MatchHosts(const Topology& before, const Topology& after) {
  return Matcher(before, after).Run();
}

}  // namespace p2pcheck
