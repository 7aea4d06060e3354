// SPDX-License-Identifier: GPL-2.0-or-later
#include "topology/topology.h"

#include <algorithm>

namespace p2pcheck {

FunctionIndex Topology::Find(const PciAddress& address) const {
  auto found = std::lower_bound(
      functions_.begin(), functions_.end(), address,
      [](const Function& f, const PciAddress& key) { return f.address < key; });
  if (found == functions_.end() || found->address != address) return kNoIndex;
  return static_cast<FunctionIndex>(found - functions_.begin());
}

Topology Topology::WithAcs(const std::vector<AssumedAcs>& assumed) const {
  Topology other = *this;
  for (const AssumedAcs& one : assumed)
    other.functions_[one.function].acs = one.acs;
  return other;
}

std::vector<std::vector<FunctionIndex>> Topology::Children() const {
  std::vector<std::vector<FunctionIndex>> children(functions_.size());
  for (FunctionIndex i = 0; i < functions_.size(); ++i)
    if (functions_[i].upstream != kNoIndex)
      children[functions_[i].upstream].push_back(i);
  return children;
}

namespace {

// "pcie0XX": a service of a port whose type is 4 + 0.
bool HasRootPortService(const FunctionRecord& record) {
  if (!record.port_services.known()) return false;
  for (const std::string& service : record.port_services.value())
    if (service.rfind("pcie0", 0) == 0) return true;
  return false;
}

}  // namespace

Ternary IsRootPort(const Function& function) {
  if (!function.kernel_type.unknown())
    return ToTernary(function.kernel_type.Is(PortType::kRootPort));
  return HasRootPortService(*function.record) ? Ternary::kYes
                                              : Ternary::kUnknown;
}

Ternary RedirectsP2p(const Function& function) {
  return function.acs.Match(
      [](const AcsCapability& acs) { return acs.RedirectsP2p(); },
      [] { return Ternary::kNo; },
      [](ReadFailure) { return Ternary::kUnknown; });
}

Observed<AtsCapability> AtsOf(const Function& function) {
  // Where there can be no extended space, ACS was judged absent too.
  if (function.acs.absent() && function.express.absent()) return Absent{};
  HeldConfig held(function.record->config);
  return DecodeAts(held);
}

Ternary IommuActive(const HostSnapshot& snapshot) {
  Ternary active = Ternary::kNo;
  for (const FunctionRecord& record : snapshot.functions) {
    if (record.iommu_group.known()) return Ternary::kYes;
    if (record.iommu_group.unknown()) active = Ternary::kUnknown;
  }
  return active;
}

namespace {

std::string CheckFunction(const Topology& topology, FunctionIndex i) {
  const Function& f = topology[i];
  if (!f.placed())
    return f.upstream == kNoIndex && f.host_bridge == kNoIndex
               ? ""
               : "placed nowhere, yet has something above it";
  if (f.host_bridge >= topology.host_bridges().size())
    return "placed, but below no host bridge";
  if (f.upstream == kNoIndex)
    return f.depth == 0 ? "" : "on a root bus, but not at depth 0";
  if (f.upstream >= topology.functions().size())
    return "below a function that is not there";
  const Function& above = topology[f.upstream];
  if (!above.placed()) return "below a function that is placed nowhere";
  if (above.depth + 1 != f.depth) return "depth does not follow";
  if (above.host_bridge != f.host_bridge)
    return "another host bridge than the bridge above";
  return "";
}

// `listed` marks the functions that some host bridge has listed so far.
std::string CheckHostBridge(const Topology& topology, HostBridgeIndex index,
                            std::vector<bool>* listed) {
  const HostBridge& bridge = topology.host_bridges()[index];
  bool first_found = !bridge.first.known();
  for (FunctionIndex i : bridge.functions) {
    if (i >= listed->size()) return "lists a function that is not there";
    if ((*listed)[i]) return "lists a function twice";
    (*listed)[i] = true;
    if (!topology[i].on_root_bus() || topology[i].host_bridge != index)
      return "lists a function that is not on this root bus";
    if (bridge.first.Is(i)) first_found = true;
  }
  return first_found ? "" : "its first function is not on its list";
}

}  // namespace

std::string CheckTopology(const Topology& topology) {
  FunctionIndex count = static_cast<FunctionIndex>(topology.functions().size());
  for (FunctionIndex i = 0; i < count; ++i) {
    std::string wrong = CheckFunction(topology, i);
    if (!wrong.empty()) return ToString(topology[i].address) + ": " + wrong;
  }
  std::vector<bool> listed(count);
  for (HostBridgeIndex i = 0; i < topology.host_bridges().size(); ++i) {
    std::string wrong = CheckHostBridge(topology, i, &listed);
    if (!wrong.empty())
      return ToString(topology.host_bridges()[i].bus) + ": " + wrong;
  }
  for (FunctionIndex i = 0; i < count; ++i)
    if (topology[i].on_root_bus() && !listed[i])
      return ToString(topology[i].address) + ": no root bus lists it";
  return "";
}

}  // namespace p2pcheck
