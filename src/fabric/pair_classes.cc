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
// each function is merged once; a merge costs (kinds x states)^2 at most, and
// far less in practice, since empty cells are skipped.  Above the roots the
// same goes on with whole root buses, and then with groups of host bridges
// that fare alike in every kernel's table.
#include "fabric/pair_classes.h"

#include <algorithm>
#include <map>
#include <numeric>

#include "fabric/standings.h"

namespace p2pcheck {
namespace {

// Functions that are alike, and how deep they stand.
struct Cell {
  uint64_t count = 0;
  uint32_t min_depth = 0, max_depth = 0;
  FunctionIndex example = kNoIndex;

  void Add(const Cell& other) {
    if (other.count == 0) return;
    if (count == 0) {
      *this = other;
      return;
    }
    count += other.count;
    min_depth = std::min(min_depth, other.min_depth);
    max_depth = std::max(max_depth, other.max_depth);
    example = std::min(example, other.example);
  }
};

// Kind x state of redirect.  Sparse: a subtree has two or three kinds.
struct CensusEntry {
  DeviceKind kind;
  Ternary state;
  Cell cell;
};
using Census = std::vector<CensusEntry>;

void Add(Census* census, DeviceKind kind, Ternary state, const Cell& cell) {
  for (CensusEntry& entry : *census) {
    if (entry.kind != kind || entry.state != state) continue;
    entry.cell.Add(cell);
    return;
  }
  census->push_back({kind, state, cell});
}

// What ACS counts for above the roots: nothing.
Census WithoutStates(const Census& census) {
  Census plain;
  for (const CensusEntry& entry : census)
    Add(&plain, entry.kind, Ternary::kNo, entry.cell);
  return plain;
}

class Classifier {
 public:
  explicit Classifier(const PairClassInput& input)
      : input_(input),
        topology_(input.topology),
        standings_(input.topology, input.kernels, input.cpu) {}

  std::vector<PairClass> Run() {
    CountThemselves();
    MergeTrees();
    MergeRootBuses();
    MergeHostBridges();
    CountPlaceless();
    return Sorted();
  }

 private:
  Cell CellOf(FunctionIndex i) const {
    return {1, topology_[i].depth, topology_[i].depth, i};
  }

  const Standing& StandingOf(HostBridgeIndex h) const {
    return standings_.of_bridges()[h];
  }

  void Count(PairClass key, uint64_t pairs) {
    if (pairs == 0) return;
    for (PairClass& known : classes_) {
      if (!known.Alike(key)) continue;
      known.pairs += pairs;
      known.min_distance = std::min(known.min_distance, key.min_distance);
      known.max_distance = std::max(known.max_distance, key.max_distance);
      if (std::pair(key.provider, key.client) <
          std::pair(known.provider, known.client)) {
        known.provider = key.provider;
        known.client = key.client;
      }
      return;
    }
    key.pairs = pairs;
    classes_.push_back(key);
  }

  // Pairs of one function with another, in both orders.
  void CountBoth(const CensusEntry& a, const CensusEntry& b,
                 PairRelation relation, PairAcs acs, MapTypeSet possible,
                 uint32_t distance_min, uint32_t distance_max) {
    uint64_t pairs = a.cell.count * b.cell.count;
    Count({a.kind, b.kind, relation, acs, possible, 0, distance_min,
           distance_max, a.cell.example, b.cell.example},
          pairs);
    Count({b.kind, a.kind, relation, acs, possible, 0, distance_min,
           distance_max, b.cell.example, a.cell.example},
          pairs);
  }

  void CountThemselves() {
    for (FunctionIndex i = 0; i < topology_.functions().size(); ++i) {
      if (!input_.selected[i]) continue;
      const Function& f = topology_[i];
      PairAcs acs = ToPairAcs(RedirectsP2p(f));
      MapTypeSet possible =
          f.placed() ? standings_.Below(StandingOf(f.host_bridge), acs)
                     : standings_.ItselfNowhere(acs, KernelChoice::kAll);
      Count({input_.kinds[i], input_.kinds[i], PairRelation::kItself, acs,
             possible, 0, 0, 0, i, i},
            1);
    }
  }

  // Pairs whose chains meet at `u`: one function from each census.
  void Meet(FunctionIndex u, const Census& a, const Census& b) {
    const Function& at = topology_[u];
    Ternary own = RedirectsP2p(at);
    for (const CensusEntry& x : a) {
      for (const CensusEntry& y : b) {
        PairAcs acs = ToPairAcs(Or(own, Or(x.state, y.state)));
        uint32_t twice = 2u * at.depth;
        CountBoth(x, y, PairRelation::kCommonBridge, acs,
                  standings_.Below(StandingOf(at.host_bridge), acs),
                  x.cell.min_depth + y.cell.min_depth - twice,
                  x.cell.max_depth + y.cell.max_depth - twice);
      }
    }
  }

  // Whole subtrees into their bridges, deepest first.
  void MergeTrees() {
    below_.assign(topology_.functions().size(), {});
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
        below_[i] = WithoutStates(subtree);
        continue;
      }
      Meet(u, subtree, below_[u]);
      for (const CensusEntry& entry : subtree)
        Add(&below_[u], entry.kind, entry.state, entry.cell);
    }
  }

  // The census of a subtree with its top included, the states taken up to
  // and including the top.
  Census Close(FunctionIndex top) {
    Ternary own = RedirectsP2p(topology_[top]);
    if (input_.selected[top]) {
      Census itself{{input_.kinds[top], Ternary::kNo, CellOf(top)}};
      Meet(top, itself, below_[top]);
      Add(&below_[top], input_.kinds[top], Ternary::kNo, CellOf(top));
    }
    Census closed;
    for (const CensusEntry& entry : below_[top])
      Add(&closed, entry.kind, Or(entry.state, own), entry.cell);
    Census().swap(below_[top]);
    return closed;
  }

  // Distance between two functions whose chains never meet, in the oldest
  // kernel asked about.
  uint32_t Marker() const {
    return input_.kernels.back().algorithm.no_common_distance_marker;
  }

  void Apart(const Census& a, const Census& b, PairRelation relation,
             MapTypeSet possible) {
    for (const CensusEntry& x : a)
      for (const CensusEntry& y : b)
        CountBoth(x, y, relation, PairAcs::kNotAsked, possible,
                  x.cell.min_depth + y.cell.min_depth + 2 + Marker(),
                  x.cell.max_depth + y.cell.max_depth + 2 + Marker());
  }

  // The trees of one root bus with each other.
  void MergeRootBuses() {
    for (HostBridgeIndex h = 0; h < topology_.host_bridges().size(); ++h) {
      Census all;
      MapTypeSet possible = standings_.Below(StandingOf(h), PairAcs::kNotAsked);
      for (FunctionIndex root : topology_.host_bridges()[h].functions) {
        Apart(below_[root], all, PairRelation::kSameHostBridge, possible);
        for (const CensusEntry& entry : below_[root])
          Add(&all, entry.kind, entry.state, entry.cell);
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
      for (const CensusEntry& entry : root_buses_[h])
        Add(&groups[own], entry.kind, entry.state, entry.cell);
    }
  }

  // Functions placed nowhere: any relation to anything.
  void CountPlaceless() {
    MapTypeSet possible = standings_.Nowhere();
    Census placed, placeless;
    for (const Census& bus : root_buses_)
      for (const CensusEntry& entry : bus)
        Add(&placed, entry.kind, Ternary::kNo, entry.cell);
    for (FunctionIndex i = 0; i < topology_.functions().size(); ++i) {
      if (topology_[i].placed() || !input_.selected[i]) continue;
      CensusEntry own{input_.kinds[i], Ternary::kNo, CellOf(i)};
      for (const Census* others : {&placed, &placeless})
        for (const CensusEntry& entry : *others)
          CountBoth(own, entry, PairRelation::kPlaceUnknown, PairAcs::kUnknown,
                    possible, 0, 0);
      Add(&placeless, own.kind, own.state, own.cell);
    }
  }

  std::vector<PairClass> Sorted() {
    std::sort(classes_.begin(), classes_.end(),
              [](const PairClass& a, const PairClass& b) {
                auto key = [](const PairClass& c) {
                  return std::tuple(c.provider_kind, c.client_kind, c.relation,
                                    c.acs, c.possible.bits());
                };
                return key(a) < key(b);
              });
    return std::move(classes_);
  }

  const PairClassInput& input_;
  const Topology& topology_;
  Standings standings_;
  std::vector<Census> below_;       // by function
  std::vector<Census> root_buses_;  // by host bridge
  std::vector<PairClass> classes_;
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
