// SPDX-License-Identifier: GPL-2.0-or-later
#include "topology/topology.h"

#include <fmt/format.h>

#include <algorithm>

namespace p2pcheck {

FunctionIndex Topology::Find(const PciAddress& address) const {
  auto found = std::lower_bound(
      functions_.begin(), functions_.end(), address,
      [](const Function& f, const PciAddress& key) { return f.address < key; });
  if (found == functions_.end() || found->address != address) return kNoIndex;
  return static_cast<FunctionIndex>(found - functions_.begin());
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
      [](const AcsCapability& acs) { return ToTernary(acs.RedirectsP2p()); },
      [] { return Ternary::kNo; },
      [](ReadFailure) { return Ternary::kUnknown; });
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
  std::string name = ToString(f.address);
  if (!f.placed())
    return f.upstream == kNoIndex && f.host_bridge == kNoIndex
               ? ""
               : name + ": placed nowhere, yet has something above it";
  if (f.host_bridge >= topology.host_bridges().size())
    return name + ": placed, but below no host bridge";
  if (f.upstream == kNoIndex)
    return f.depth == 0 ? "" : name + ": on a root bus, but not at depth 0";
  const Function& above = topology[f.upstream];
  if (above.depth + 1 != f.depth) return name + ": depth does not follow";
  if (above.host_bridge != f.host_bridge)
    return name + ": another host bridge than the bridge above";
  return "";
}

}  // namespace

std::string CheckTopology(const Topology& topology) {
  size_t on_root_buses = 0;
  for (FunctionIndex i = 0; i < topology.functions().size(); ++i) {
    std::string wrong = CheckFunction(topology, i);
    if (!wrong.empty()) return wrong;
    if (topology[i].on_root_bus()) ++on_root_buses;
  }
  for (const HostBridge& bridge : topology.host_bridges()) {
    on_root_buses -= bridge.functions.size();
    for (FunctionIndex i : bridge.functions)
      if (&topology.host_bridges()[topology[i].host_bridge] != &bridge)
        return fmt::format("{}: lists a function of another root bus",
                           ToString(bridge.bus));
  }
  return on_root_buses == 0 ? "" : "a root bus misses one of its functions";
}

}  // namespace p2pcheck
