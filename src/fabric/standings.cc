// SPDX-License-Identifier: GPL-2.0-or-later
//
// The host bridge test (cpu_supports_p2pdma and host_bridge_whitelist, 5.4 to
// 7.3) asked once a host bridge instead of once a pair.
#include "fabric/standings.h"

#include "rules/host_bridge_table.h"

namespace p2pcheck {
namespace {

// The function that a kernel would look up, and whether it may.
struct Candidate {
  FunctionIndex function = kNoIndex;
  Ternary eligible = Ternary::kNo;
};

Candidate SlotZero(const Topology& topology, const HostBridge& bridge) {
  for (FunctionIndex i : bridge.functions) {
    const PciAddress& address = topology[i].address;
    if (address.devfn == 0 && address.bus == bridge.bus.bus)
      return {i, Ternary::kYes};
  }
  return {};
}

Candidate FirstOf(const Topology& topology, const HostBridge& bridge,
                  bool ports) {
  if (!bridge.first.known())
    return {kNoIndex, bridge.first.absent() ? Ternary::kNo : Ternary::kUnknown};
  const Function& first = topology[bridge.first.value()];
  Ternary eligible = ToTernary(first.address.devfn == 0);
  if (ports) eligible = Or(eligible, IsRootPort(first));
  return {bridge.first.value(), eligible};
}

Candidate FindCandidate(const Topology& topology, const HostBridge& bridge,
                        RootDeviceRule rule) {
  if (rule == RootDeviceRule::kSlotZero) return SlotZero(topology, bridge);
  return FirstOf(topology, bridge,
                 rule == RootDeviceRule::kFirstSlotZeroOrPort);
}

TableLookup LookUp(const Topology& topology, const HostBridge& bridge,
                   const RuleSet& rules) {
  Candidate root = FindCandidate(topology, bridge, rules.algorithm.root_device);
  if (root.function == kNoIndex) return {root.eligible, root.eligible};
  const FunctionRecord& record = *topology[root.function].record;
  TableLookup found{Ternary::kUnknown, Ternary::kUnknown};
  if (record.vendor.known() && record.device.known())
    found =
        LookUpHostBridge(rules, record.vendor.value(), record.device.value());
  found.same_host_bridge = And(found.same_host_bridge, root.eligible);
  found.other_host_bridge = And(found.other_host_bridge, root.eligible);
  return found;
}

bool Chosen(const RuleSet& rules, KernelChoice choice) {
  switch (choice) {
    case KernelChoice::kAll: return true;
    case KernelChoice::kMerged: return !rules.algorithm.divergence_only;
    case KernelChoice::kUnmerged: return rules.algorithm.divergence_only;
  }
  return true;
}

}  // namespace

Standings::Standings(const Topology& topology,
                     const std::vector<RuleSet>& kernels,
                     const CpuIdentity& cpu)
    : kernels_(kernels), iommu_active_(IommuActive(topology.snapshot())) {
  for (const RuleSet& rules : kernels)
    cpu_.push_back(CpuSupportsP2p(cpu, rules));
  for (const HostBridge& bridge : topology.host_bridges()) {
    Standing standing;
    for (const RuleSet& rules : kernels) {
      TableLookup found = LookUp(topology, bridge, rules);
      standing.same.push_back(found.same_host_bridge);
      standing.other.push_back(found.other_host_bridge);
    }
    of_bridges_.push_back(std::move(standing));
  }
}

MapTypeSet Standings::Join(PairAcs acs, const std::vector<Ternary>& table,
                           KernelChoice choice) const {
  MapTypeSet joined;
  for (size_t k = 0; k < kernels_.size(); ++k)
    if (Chosen(kernels_[k], choice))
      joined = joined | PairOutcome(kernels_[k].algorithm, iommu_active_, acs,
                                    Or(cpu_[k], table[k]));
  return joined;
}

MapTypeSet Standings::Below(const Standing& standing, PairAcs acs,
                            KernelChoice choice) const {
  return Join(acs, standing.same, choice);
}

MapTypeSet Standings::Across(const Standing& a, const Standing& b) const {
  std::vector<Ternary> both(kernels_.size());
  for (size_t k = 0; k < both.size(); ++k)
    both[k] = And(a.other[k], b.other[k]);
  return Join(PairAcs::kNotAsked, both, KernelChoice::kAll);
}

MapTypeSet Standings::Nowhere() const {
  MapTypeSet joined;
  for (size_t k = 0; k < kernels_.size(); ++k) joined = joined | NowhereIn(k);
  return joined;
}

MapTypeSet Standings::NowhereIn(size_t kernel) const {
  const P2pdmaAlgorithm& algorithm = kernels_[kernel].algorithm;
  if (!algorithm.exists) return MapType::kNotSupported;
  if (algorithm.no_common_bridge == NoCommonBridge::kRefuse)
    return MapType::kNotSupported | MapType::kBusAddr;
  bool vouched =
      algorithm.no_common_bridge == NoCommonBridge::kHostBridgeTest &&
      cpu_[kernel] == Ternary::kYes;
  return vouched ? MapType::kBusAddr | MapType::kThruHostBridge
                 : MapTypeSet::All();
}

MapTypeSet Standings::ItselfNowhere(PairAcs acs, KernelChoice choice) const {
  return Join(acs, std::vector<Ternary>(kernels_.size(), Ternary::kUnknown),
              choice);
}

}  // namespace p2pcheck
