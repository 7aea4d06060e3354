// SPDX-License-Identifier: GPL-2.0-or-later
//
// All ordered pairs of a host, at the speed of memory.
//
// The kernel climbs from the provider until it meets the client's chain and
// asks each function on the way whether it redirects (see verdict/decide.cc).
// For all n^2 pairs that is n^2 climbs over pointers.  Here nothing climbs for
// a cell of the matrix.  Functions are numbered so that everything below a
// bridge follows it, and then the row of a provider is a few runs:
//
//    0 root port                 the row of provider 3, by client:
//    '-- 1 upstream port          0   1   2   3   4 5 6   7    8 9 ...
//        |-- 2 downstream port    |   |   |   |   '-.-'   |    other root
//        |   '-- 3 GPU            |   |   |   |     |     |    buses
//        '-- 4 downstream port    |   |   |  itself |   same root bus,
//            |-- 5 GPU            |   |   at 2      |   no common bridge
//            '-- 6 its audio      |   at 1 ---------'
//    7 integrated endpoint        at 0
//
// Each bridge above the provider adds two runs: what is below it, left and
// right of what was below the bridge before.
//
// What a run holds hangs on ACS.  Does anything on the provider's side, up to
// and including the bridge, redirect?  Then so does every path of the run: one
// value, a memset.  The same if nothing below the bridge redirects.  Else it
// hangs on the client's side, and for that each function keeps one number: the
// level of the lowest function on its way up, itself included, that redirects.
// That one is on the path if it is below the bridge, where levels are greater.
// So the run is a loop of one comparison a client, two where something is
// unknown, without a branch, and vectors do 16 clients at a time.
//
//    fits: 4 redirects.  It stands at level 3, so 4, 5 and 6 keep 3.  They meet
//    provider 3 at the upstream port, whose level is 2: redirected, all three.
//    5 meets 6 at 4 itself, level 3: not greater, but the bridge counts, and
//    it was asked with the provider's side: redirected, a memset.
//
//    does not fit: the unmerged series of the kernel ("next") asks the two
//    ports where the ways part, and whether this client sends translated
//    requests: that is no matter of levels.  Its rows are asked pair by pair.
//
// Above the roots ACS is not asked.  Host bridges that fare alike in the table
// of every kernel in question are numbered side by side, so that the rest of
// the row is as many runs as there are sorts of host bridges: two or three.
// What outcome a run has stands in tables by host bridge, joined over the
// kernels that may be; so do the unknowns.  Functions placed nowhere come last
// and are one more run.  A distance is level + level - 2 x level of the
// bridge: in a run all but one term is constant.
//
// One pair climbs after all, but on the index, and only the provider's side:
// positions tell whether a bridge has the client below it.
//
// Costs (one core of an EPYC at 2.6 GHz, cpu time, medians of tests/bench/run;
// the host is bench/synthetic_host.h, 16,384 functions, 268 million pairs):
//   index                17 ns a function, some 60 bytes a function
//   outcomes             11.2 ms, 1.7 x memset of the same bytes; 1.7 x also
//                        where every function has ACS on or off at random
//   and distances        41 ms, 1.9 x memset of the same bytes.  16 bits each:
//                        32 would write 5 bytes a pair instead of 3
//   into a block that    0.007 ns a pair: 65,536 functions, 4.3 billion pairs,
//   stays in cache       in 32 ms; two threads 1.9 times as fast
//   one pair             19 to 35 ns (Decide: 380 ns)
// As a matrix a pair costs 0.04 ns, 9,000 times less than by the plain walk,
// and what it waits for is memory: there two threads gain a quarter, as they
// gain nothing in memset.
#include "fabric/fabric.h"

#include <algorithm>

namespace p2pcheck {
namespace {

std::array<uint8_t, 3> ByTernary(const Standings& standings,
                                 const Standing& standing,
                                 KernelChoice choice) {
  std::array<uint8_t, 3> bits{};
  for (Ternary t : {Ternary::kNo, Ternary::kUnknown, Ternary::kYes})
    bits[static_cast<size_t>(t)] =
        standings.Below(standing, ToPairAcs(t), choice).bits();
  return bits;
}

bool AnyUnmerged(const std::vector<RuleSet>& kernels) {
  return std::any_of(kernels.begin(), kernels.end(), [](const RuleSet& rules) {
    return rules.algorithm.divergence_only;
  });
}

// Host bridges that fare alike stand together; else they keep their order.
std::vector<HostBridgeIndex> GroupedBridges(const Standings& standings) {
  const auto& of_bridges = standings.of_bridges();
  std::vector<HostBridgeIndex> order(of_bridges.size());
  for (HostBridgeIndex h = 0; h < order.size(); ++h) order[h] = h;
  std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) {
    return of_bridges[a] < of_bridges[b];
  });
  return order;
}

}  // namespace

Fabric::Fabric(const Topology& topology, const FabricQuestion& question) {
  Standings standings(topology, question.kernels, question.cpu);
  std::vector<HostBridgeIndex> bridges = GroupedBridges(standings);
  order_ = NumberInPreorder(topology, bridges);
  BuildNodes(topology);
  BuildBuses(standings);
  BuildGroups(standings, bridges);
  BuildNowhere(standings);
  if (AnyUnmerged(question.kernels))
    divergence_ = FindDivergenceLevels(topology, order_);
  const P2pdmaAlgorithm& newest = question.kernels.back().algorithm;
  has_distance_ = newest.exists;
  apart_distance_ = newest.no_common_distance_marker;
  if (question.p2pdma_built_in == Ternary::kNo) RefuseAll();
  BuildLevels();
}

void Fabric::BuildNodes(const Topology& topology) {
  nodes_.resize(order_.function.size());
  own_.resize(nodes_.size());
  below_.assign(nodes_.size(), Ternary::kNo);
  for (FabricIndex f = 0; f < nodes_.size(); ++f) {
    const Function& function = topology[order_.function[f]];
    Node& node = nodes_[f];
    node.end = order_.subtree_end[f];
    node.bus = function.host_bridge;
    node.level = function.placed() ? function.depth + 1 : 0;
    own_[f] = RedirectsP2p(function);
    if (function.upstream != kNoIndex) {
      node.upstream = order_.position[function.upstream];
      node.redirect = nodes_[node.upstream].redirect;
      node.unsure = nodes_[node.upstream].unsure;
    }
    if (own_[f] == Ternary::kYes) node.redirect = node.level;
    if (own_[f] == Ternary::kUnknown) node.unsure = node.level;
  }
  for (FabricIndex f = size(); f-- > 0;) {
    FabricIndex up = nodes_[f].upstream;
    if (up != kNoIndex) below_[up] = Or(below_[up], Or(below_[f], own_[f]));
  }
}

void Fabric::BuildBuses(const Standings& standings) {
  for (const Standing& standing : standings.of_bridges()) {
    Bus bus;
    bus.range = order_.root_buses[buses_.size()];
    bus.common = ByTernary(standings, standing, KernelChoice::kMerged);
    bus.common_unmerged =
        ByTernary(standings, standing, KernelChoice::kUnmerged);
    bus.apart = standings.Below(standing, PairAcs::kNotAsked).bits();
    buses_.push_back(bus);
  }
}

void Fabric::BuildGroups(const Standings& standings,
                         const std::vector<HostBridgeIndex>& bridges) {
  std::vector<const Standing*> seen;
  for (HostBridgeIndex h : bridges) {
    const Standing& standing = standings.of_bridges()[h];
    if (seen.empty() || !(*seen.back() == standing)) {
      seen.push_back(&standing);
      groups_.push_back(buses_[h].range);
    }
    groups_.back().end = buses_[h].range.end;
    buses_[h].group = static_cast<uint32_t>(groups_.size() - 1);
  }
  for (const Standing* a : seen)
    for (const Standing* b : seen)
      across_.push_back(standings.Across(*a, *b).bits());
}

void Fabric::BuildNowhere(const Standings& standings) {
  nowhere_ = standings.Nowhere().bits();
  for (Ternary t : {Ternary::kNo, Ternary::kUnknown, Ternary::kYes})
    itself_nowhere_[static_cast<size_t>(t)] =
        standings.ItselfNowhere(ToPairAcs(t), KernelChoice::kMerged).bits();
  itself_nowhere_unmerged_ =
      standings.ItselfNowhere(PairAcs::kNoRedirect, KernelChoice::kUnmerged)
          .bits();
}

// A kernel without p2pdma: one outcome, no distances.
void Fabric::RefuseAll() {
  constexpr uint8_t kRefused = MapTypeSet(MapType::kNotSupported).bits();
  for (Bus& bus : buses_) {
    bus.common.fill(kRefused);
    bus.apart = kRefused;
  }
  std::fill(across_.begin(), across_.end(), kRefused);
  nowhere_ = kRefused;
  itself_nowhere_.fill(kRefused);
  divergence_ = {};
  has_distance_ = false;
}

void Fabric::BuildLevels() {
  uint32_t deepest = 0;
  for (const Node& node : nodes_) deepest = std::max(deepest, node.level);
  if (has_distance_) farthest_ = 2 * deepest + apart_distance_;
  if (distances_fit())
    for (const Node& node : nodes_)
      level16_.push_back(static_cast<uint16_t>(node.level));
  bool narrow = deepest <= 0xff;
  for (const Node& node : nodes_) {
    if (narrow) {
      redirect8_.push_back(static_cast<uint8_t>(node.redirect));
      unsure8_.push_back(static_cast<uint8_t>(node.unsure));
    } else {
      redirect32_.push_back(node.redirect);
      unsure32_.push_back(node.unsure);
    }
  }
}

FabricIndex Fabric::CommonBridge(FabricIndex a, FabricIndex b) const {
  if (a >= placed() || b >= placed() || nodes_[a].bus != nodes_[b].bus)
    return kNoIndex;
  while (a != kNoIndex && (b < a || b >= nodes_[a].end)) a = nodes_[a].upstream;
  return a;
}

PairScore Fabric::Score(FabricIndex provider, FabricIndex client) const {
  FabricIndex common = CommonBridge(provider, client);
  return {MapTypeSet::FromBits(Outcome(common, provider, client)),
          Distance(common, provider, client)};
}

uint8_t Fabric::Outcome(FabricIndex common, FabricIndex provider,
                        FabricIndex client) const {
  if (common != kNoIndex) return OutcomeBelow(common, provider, client);
  if (provider == client) return OutcomeOfItselfNowhere(provider);
  if (provider >= placed() || client >= placed()) return nowhere_;
  const Node &from = nodes_[provider], &to = nodes_[client];
  if (from.bus == to.bus) return buses_[from.bus].apart;
  return across_[buses_[from.bus].group * groups_.size() +
                 buses_[to.bus].group];
}

uint8_t Fabric::OutcomeOfItselfNowhere(FabricIndex f) const {
  uint8_t bits = itself_nowhere_[static_cast<size_t>(own_[f])];
  return divergence_.empty()
             ? bits
             : static_cast<uint8_t>(bits | itself_nowhere_unmerged_);
}

// Something on the way redirects if the lowest function above either that
// does is not above the common bridge.
uint8_t Fabric::OutcomeBelow(FabricIndex common, FabricIndex provider,
                             FabricIndex client) const {
  const Node &from = nodes_[provider], &to = nodes_[client];
  uint32_t level = nodes_[common].level;
  Ternary acs = std::max(from.redirect, to.redirect) >= level ? Ternary::kYes
                : std::max(from.unsure, to.unsure) >= level ? Ternary::kUnknown
                                                            : Ternary::kNo;
  uint8_t bits = buses_[from.bus].common[static_cast<size_t>(acs)];
  if (divergence_.empty()) return bits;
  return bits | OutcomeUnmerged(common, provider, client);
}

// Where the way from a function reaches the common bridge; kNoIndex if the
// function is that bridge.
FabricIndex Fabric::PortTowards(FabricIndex common, FabricIndex f) const {
  if (f == common) return kNoIndex;
  while (nodes_[f].upstream != common) f = nodes_[f].upstream;
  return f;
}

uint8_t Fabric::OutcomeUnmerged(FabricIndex common, FabricIndex provider,
                                FabricIndex client) const {
  FabricIndex from = PortTowards(common, provider);
  FabricIndex to = PortTowards(common, client);
  Ternary acs = Ternary::kNo;
  if (from != kNoIndex) acs = divergence_[from].completion;
  if (to != kNoIndex) acs = Or(acs, divergence_.Redirects(to, client));
  Ternary blocked = divergence_.Blocked(client, nodes_[common].level);
  constexpr uint8_t kRefused = MapTypeSet(MapType::kNotSupported).bits();
  if (blocked == Ternary::kYes) return kRefused;
  uint8_t bits =
      buses_[nodes_[provider].bus].common_unmerged[static_cast<size_t>(acs)];
  return blocked == Ternary::kNo ? bits : bits | kRefused;
}

std::optional<uint32_t> Fabric::Distance(FabricIndex common,
                                         FabricIndex provider,
                                         FabricIndex client) const {
  if (!has_distance_) return std::nullopt;
  if (provider == client) return 0;
  if (provider >= placed() || client >= placed()) return std::nullopt;
  uint32_t levels = nodes_[provider].level + nodes_[client].level;
  return common == kNoIndex ? levels + apart_distance_
                            : levels - 2 * nodes_[common].level;
}

}  // namespace p2pcheck
