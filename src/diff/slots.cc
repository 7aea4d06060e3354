// SPDX-License-Identifier: GPL-2.0-or-later
#include "diff/slots.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <map>
#include <numeric>

namespace p2pcheck {
namespace {

template <class T>
bool MayEqual(const Observed<T>& a, const Observed<T>& b) {
  return a.unknown() || b.unknown() || a == b;
}

template <class T>
std::string Hex(const Observed<T>& value) {
  return value.Match([](T v) { return fmt::format("{:04x}", v); },
                     [] { return std::string("-"); },
                     [](ReadFailure) { return std::string("?"); });
}

std::string Model(const FunctionRecord& record) {
  return fmt::format("{}:{} {}:{}", Hex(record.vendor), Hex(record.device),
                     Hex(record.subsystem_vendor),
                     Hex(record.subsystem_device));
}

uint64_t Mixed(uint64_t a, uint64_t b) {
  return (a ^ (b + 0x9e3779b97f4a7c15 + (a << 6) + (a >> 2))) * 0x100000001b3;
}

// Children before the bridges above them.
std::vector<FunctionIndex> DeepestFirst(const Topology& topology) {
  std::vector<FunctionIndex> order(topology.functions().size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(),
                   [&](FunctionIndex a, FunctionIndex b) {
                     return topology[a].depth > topology[b].depth;
                   });
  return order;
}

}  // namespace

bool MayBeSameDevice(const FunctionRecord& a, const FunctionRecord& b) {
  return MayEqual(a.vendor, b.vendor) && MayEqual(a.device, b.device) &&
         MayEqual(a.subsystem_vendor, b.subsystem_vendor) &&
         MayEqual(a.subsystem_device, b.subsystem_device);
}

std::string ModelOf(const Function& function) {
  const FunctionRecord& record = *function.record;
  if (!record.vendor.known() || !record.device.known()) return "";
  return fmt::format("{} .{}", Model(record), function.address.function());
}

SlotTree::SlotTree(const Topology& topology) : topology_(&topology) {
  for (const auto& siblings : topology.Children())
    below_.push_back(Sorted(siblings));
  std::vector<uint64_t> prints(topology.functions().size());
  auto print = [&](const SlotList& list) {
    uint64_t sum = list.size();
    for (const auto& [slot, i] : list) {
      sum = Mixed(sum, slot.vf << 8 | slot.devfn);
      sum = Mixed(sum, slot.rank);
      sum = Mixed(sum, prints[i]);
    }
    return sum;
  };
  for (FunctionIndex i : DeepestFirst(topology))
    prints[i] = Mixed(std::hash<std::string>()(Model(*topology[i].record)),
                      print(below_[i]));
  for (const HostBridge& bridge : topology.host_bridges()) {
    roots_.push_back(Sorted(bridge.functions));
    fingerprints_.push_back(print(roots_.back()));
  }
}

SlotList SlotTree::Sorted(const std::vector<FunctionIndex>& siblings) const {
  std::vector<FunctionIndex> by_address = siblings;
  std::sort(by_address.begin(), by_address.end());
  SlotList list;
  std::map<std::pair<bool, uint64_t>, uint32_t> seen;
  for (FunctionIndex i : by_address) {
    const Function& f = (*topology_)[i];
    Slot slot;
    slot.vf = f.physfn.known();
    slot.devfn = slot.vf ? f.physfn.value().devfn : f.address.devfn;
    slot.rank = seen[{slot.vf, slot.devfn}]++;
    list.push_back({slot, i});
  }
  std::sort(list.begin(), list.end());
  return list;
}

}  // namespace p2pcheck
