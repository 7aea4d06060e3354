// SPDX-License-Identifier: GPL-2.0-or-later
//
// How many pairs of devices that do peer-to-peer a port has a say in, counted
// without visiting them: a pair's path passes a function when exactly one of
// the two is below it, or when the two meet at it.
#include "verdict/peer_census.h"

#include <algorithm>

namespace p2pcheck {
namespace {

PeerCount CountOf(DeviceKind kind) {
  PeerCount count;
  switch (kind) {
    case DeviceKind::kGpu:
    case DeviceKind::kAccelerator: count.gpu = 1; break;
    case DeviceKind::kNic: count.nic = 1; break;
    case DeviceKind::kNvme: count.nvme = 1; break;
    default: break;
  }
  return count;
}

}  // namespace

PeerCount& PeerCount::operator+=(const PeerCount& other) {
  gpu += other.gpu;
  nic += other.nic;
  nvme += other.nvme;
  return *this;
}

PeerCount& PeerCount::operator-=(const PeerCount& other) {
  gpu -= other.gpu;
  nic -= other.nic;
  nvme -= other.nvme;
  return *this;
}

uint64_t PairsAcross(const PeerCount& a, const PeerCount& b) {
  uint64_t one_way =
      a.gpu * b.all() + a.nic * (b.gpu + b.nvme) + a.nvme * (b.gpu + b.nic);
  return 2 * one_way;
}

uint64_t PairsWithin(const PeerCount& a) {
  uint64_t gpus = a.gpu > 0 ? a.gpu * (a.gpu - 1) : 0;
  return gpus + 2 * (a.gpu * a.nic + a.gpu * a.nvme + a.nic * a.nvme);
}

PeerCensus::PeerCensus(const Topology& topology,
                       const std::vector<DeviceKind>& kinds,
                       const std::vector<FunctionIndex>& asked)
    : topology_(topology),
      below_(topology.functions().size()),
      apart_(topology.functions().size()),
      root_of_(topology.functions().size(), kNoIndex),
      of_bridge_(topology.host_bridges().size()) {
  for (FunctionIndex i = 0; i < below_.size(); ++i)
    below_[i] = CountOf(kinds[i]);
  for (FunctionIndex i : asked)
    if (below_[i].all() == 0) below_[i].gpu = 1;
  std::vector<FunctionIndex> order;
  for (FunctionIndex i = 0; i < below_.size(); ++i)
    if (topology[i].placed()) order.push_back(i);
  std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) {
    return topology[a].depth > topology[b].depth;
  });
  for (FunctionIndex i : order) {
    FunctionIndex up = topology[i].upstream;
    if (up == kNoIndex) {
      of_bridge_[topology[i].host_bridge] += below_[i];
      continue;
    }
    below_[up] += below_[i];
    apart_[up] += PairsWithin(below_[i]);
  }
  for (auto i = order.rbegin(); i != order.rend(); ++i) {
    FunctionIndex up = topology[*i].upstream;
    root_of_[*i] = up == kNoIndex ? *i : root_of_[up];
  }
}

uint64_t PeerCensus::PairsThrough(FunctionIndex function) const {
  if (root_of_[function] == kNoIndex) return 0;
  PeerCount outside = below_[root_of_[function]];
  outside -= below_[function];
  uint64_t meeting = PairsWithin(below_[function]) - apart_[function];
  return PairsAcross(below_[function], outside) + meeting;
}

uint64_t PeerCensus::PairsOverRoot(HostBridgeIndex bridge) const {
  uint64_t pairs = PairsWithin(of_bridge_[bridge]);
  for (FunctionIndex root : topology_.host_bridges()[bridge].functions)
    pairs -= PairsWithin(below_[root]);
  return pairs;
}

uint64_t PeerCensus::PairsBetween(HostBridgeIndex a, HostBridgeIndex b) const {
  return PairsAcross(of_bridge_[a], of_bridge_[b]);
}

}  // namespace p2pcheck
