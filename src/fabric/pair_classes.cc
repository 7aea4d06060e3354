// SPDX-License-Identifier: GPL-2.0-or-later
//
// Counts all n^2 ordered pairs of a host by class, without visiting them.
//
// The verdict of a pair hangs on little: where the two chains meet, whether
// anything on them redirects, and how the host bridges fare.  So it is enough
// to know, for every function u of the tree, how many functions below it have
// which kind and which state of redirect on the way up to u.  Two subtrees
// that meet at u form (count in one) x (count in the other) pairs, and the
// redirect on the path is the worst of the two states and of u's own.
//
//          u              below u's first child:  2 gpu clean, 1 nic redirected
//        /   \            below u's second child: 3 nvme clean
//       .     .           -> 6 pairs gpu-nvme clean, 3 pairs nic-nvme
//       redirected
//
// Subtrees are merged into their parent one after the other, deepest first, so
// each function is merged once.  Depths are counted apart, so that two of them
// make a distance; a merge costs the (kinds x depths x states) of one side
// times those of the other, which is a few, since only what is there counts.
// Above the roots the same goes on with whole root buses, and then with groups
// of host bridges that fare alike in every kernel's table.
//
// Where it does not fit: a forged recording in which bridges nest thousands
// deep has as many depths; n bridges in one chain cost n^2 / 2 steps.
#include "fabric/pair_classes.h"

#include <algorithm>
#include <map>
#include <optional>

#include "fabric/census.h"
#include "fabric/standings.h"

namespace p2pcheck {
namespace {

// The classes as they fill.
class Tally {
 public:
  // Pairs that are alike down to their distance.
  struct Pairs {
    DeviceKind provider_kind, client_kind;
    PairRelation relation;
    PairAcs acs;
    MapTypeSet possible;
    uint64_t count;
    FunctionIndex provider, client;
  };

  void Count(const Pairs& pairs, std::optional<uint32_t> distance) {
    Open& open = OpenClass(pairs);
    open.known.pairs += pairs.count;
    auto& known = open.known;
    if (std::pair(pairs.provider, pairs.client) <
        std::pair(known.provider, known.client)) {
      known.provider = pairs.provider;
      known.client = pairs.client;
    }
    if (!distance) return;
    if (open.at_distance.size() <= *distance)
      open.at_distance.resize(*distance + 1);
    open.at_distance[*distance] += pairs.count;
  }

  // Ordered by kinds, relation, ACS and outcome.
  std::vector<PairClass> Take() {
    std::vector<PairClass> classes;
    for (uint16_t number : number_)
      if (number != 0) classes.push_back(Close(&open_[number - 1u]));
    return classes;
  }

 private:
  struct Open {
    PairClass known;
    std::vector<uint64_t> at_distance;
  };

  static constexpr size_t kRelations = 5, kAcs = 4, kSets = 8;

  static size_t KeyOf(const Pairs& pairs) {
    size_t key = static_cast<size_t>(pairs.provider_kind);
    key = key * kDeviceKinds + static_cast<size_t>(pairs.client_kind);
    key = key * kRelations + static_cast<size_t>(pairs.relation);
    key = key * kAcs + static_cast<size_t>(pairs.acs);
    return key * kSets + pairs.possible.bits();
  }

  Open& OpenClass(const Pairs& pairs) {
    uint16_t& number = number_[KeyOf(pairs)];
    if (number == 0) {
      open_.push_back({{pairs.provider_kind,
                        pairs.client_kind,
                        pairs.relation,
                        pairs.acs,
                        pairs.possible,
                        0,
                        {},
                        pairs.provider,
                        pairs.client},
                       {}});
      number = static_cast<uint16_t>(open_.size());
    }
    return open_[number - 1u];
  }

  static PairClass Close(Open* open) {
    for (uint32_t d = 0; d < open->at_distance.size(); ++d)
      if (open->at_distance[d] != 0)
        open->known.distances.push_back({d, open->at_distance[d]});
    return std::move(open->known);
  }

  std::vector<Open> open_;
  // By key: number of the class, 0 for none.
  std::vector<uint16_t> number_ = std::vector<uint16_t>(
      kDeviceKinds * kDeviceKinds * kRelations * kAcs * kSets);
};

class Classifier {
 public:
  explicit Classifier(const PairClassInput& input)
      : input_(input),
        topology_(input.topology),
        standings_(input.topology, input.kernels, input.cpu) {
    for (const Standing& standing : standings_.of_bridges())
      for (size_t acs = 0; acs < 4; ++acs)
        outcomes_.push_back(
            standings_.Below(standing, static_cast<PairAcs>(acs)));
  }

  std::vector<PairClass> Run() {
    CountThemselves();
    MergeTrees();
    MergeRootBuses();
    MergeHostBridges();
    CountPlaceless();
    return tally_.Take();
  }

 private:
  using Entry = Census::Entry;

  Entry EntryOf(FunctionIndex i) const {
    return {input_.kinds[i], topology_[i].depth, Ternary::kNo, 1, i};
  }

  const Standing& StandingOf(HostBridgeIndex h) const {
    return standings_.of_bridges()[h];
  }
  MapTypeSet Below(HostBridgeIndex h, PairAcs acs) const {
    return outcomes_[4 * h + static_cast<size_t>(acs)];
  }

  // Pairs of one function with another, in both orders.
  void CountBoth(const Entry& a, const Entry& b, PairRelation relation,
                 PairAcs acs, MapTypeSet possible,
                 std::optional<uint32_t> distance) {
    uint64_t pairs = a.count * b.count;
    tally_.Count(
        {a.kind, b.kind, relation, acs, possible, pairs, a.example, b.example},
        distance);
    tally_.Count(
        {b.kind, a.kind, relation, acs, possible, pairs, b.example, a.example},
        distance);
  }

  void CountThemselves() {
    for (FunctionIndex i = 0; i < topology_.functions().size(); ++i) {
      if (!input_.selected[i]) continue;
      const Function& f = topology_[i];
      PairAcs acs = ToPairAcs(RedirectsP2p(f));
      MapTypeSet possible =
          f.placed() ? Below(f.host_bridge, acs)
                     : standings_.ItselfNowhere(acs, KernelChoice::kAll);
      tally_.Count({input_.kinds[i], input_.kinds[i], PairRelation::kItself,
                    acs, possible, 1, i, i},
                   0);
    }
  }

  // Pairs whose chains meet at `u`: one function from each census.
  void Meet(FunctionIndex u, const Census& a, const Census& b) {
    const Function& at = topology_[u];
    Ternary own = RedirectsP2p(at);
    for (const Entry& x : a) {
      for (const Entry& y : b) {
        PairAcs acs = ToPairAcs(Or(own, Or(x.state, y.state)));
        CountBoth(x, y, PairRelation::kCommonBridge, acs,
                  Below(at.host_bridge, acs), x.depth + y.depth - 2 * at.depth);
      }
    }
  }

  // Whole subtrees into their bridges, deepest first.
  void MergeTrees() {
    below_.resize(topology_.functions().size());
    std::vector<FunctionIndex> order;
    for (FunctionIndex i = 0; i < topology_.functions().size(); ++i)
      if (topology_[i].placed()) order.push_back(i);
    std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) {
      return topology_[a].depth > topology_[b].depth;
    });
    for (FunctionIndex i : order) {
      Census subtree = Close(i);
      FunctionIndex u = topology_[i].upstream;
      if (u == kNoIndex) {
        subtree.ForgetStates();
        below_[i].swap(subtree);
        continue;
      }
      Meet(u, subtree, below_[u]);
      below_[u].Add(subtree);
    }
  }

  // The census of a subtree with its top included, the states taken up to
  // and including the top.
  Census Close(FunctionIndex top) {
    Census closed;
    closed.swap(below_[top]);
    if (input_.selected[top]) {
      Census itself;
      itself.Add(EntryOf(top));
      Meet(top, itself, closed);
      closed.Add(itself);
    }
    closed.Pass(RedirectsP2p(topology_[top]));
    return closed;
  }

  // Added to the distance between two functions whose chains never meet, in
  // the newest kernel asked about.
  uint32_t Marker() const {
    return input_.kernels.back().algorithm.no_common_distance_marker;
  }

  void Apart(const Census& a, const Census& b, PairRelation relation,
             MapTypeSet possible) {
    for (const Entry& x : a)
      for (const Entry& y : b)
        CountBoth(x, y, relation, PairAcs::kNotAsked, possible,
                  x.depth + y.depth + 2 + Marker());
  }

  // The trees of one root bus with each other.
  void MergeRootBuses() {
    for (HostBridgeIndex h = 0; h < topology_.host_bridges().size(); ++h) {
      Census all;
      for (FunctionIndex root : topology_.host_bridges()[h].functions) {
        Apart(below_[root], all, PairRelation::kSameHostBridge,
              Below(h, PairAcs::kNotAsked));
        all.Add(below_[root]);
      }
      root_buses_.push_back(std::move(all));
    }
  }

  // Root buses with each other, those that fare alike taken together.
  void MergeHostBridges() {
    std::map<Standing, Census> groups;
    for (HostBridgeIndex h = 0; h < root_buses_.size(); ++h) {
      const Standing& own = StandingOf(h);
      for (const auto& [standing, census] : groups)
        Apart(root_buses_[h], census, PairRelation::kOtherHostBridge,
              standings_.Across(own, standing));
      groups[own].Add(root_buses_[h]);
    }
  }

  // Functions placed nowhere: any relation to anything.
  void CountPlaceless() {
    MapTypeSet possible = standings_.Nowhere();
    Census placed, placeless;
    for (const Census& bus : root_buses_) placed.Add(bus);
    for (FunctionIndex i = 0; i < topology_.functions().size(); ++i) {
      if (topology_[i].placed() || !input_.selected[i]) continue;
      Entry own = EntryOf(i);
      for (const Census* others : {&placed, &placeless})
        for (const Entry& entry : *others)
          CountBoth(own, entry, PairRelation::kPlaceUnknown, PairAcs::kUnknown,
                    possible, std::nullopt);
      placeless.Add(own);
    }
  }

  const PairClassInput& input_;
  const Topology& topology_;
  Standings standings_;
  std::vector<MapTypeSet> outcomes_;  // by host bridge and PairAcs
  std::vector<Census> below_;         // by function
  std::vector<Census> root_buses_;    // by host bridge
  Tally tally_;
};

}  // namespace

bool PairClass::Alike(const PairClass& other) const {
  return provider_kind == other.provider_kind &&
         client_kind == other.client_kind && relation == other.relation &&
         acs == other.acs && possible == other.possible;
}

std::string_view PairRelationName(PairRelation relation) {
  switch (relation) {
    case PairRelation::kItself: return "itself";
    case PairRelation::kCommonBridge: return "common-bridge";
    case PairRelation::kSameHostBridge: return "same-host-bridge";
    case PairRelation::kOtherHostBridge: return "other-host-bridge";
    case PairRelation::kPlaceUnknown: return "place-unknown";
  }
  return "?";
}

std::vector<PairClass> ClassifyPairs(const PairClassInput& input) {
  return Classifier(input).Run();
}

}  // namespace p2pcheck
