// SPDX-License-Identifier: GPL-2.0-or-later
#include "verdict/host_bridge.h"

#include "rules/host_bridge_table.h"

namespace p2pcheck {
namespace {

Fact CpuFact(const CpuIdentity& cpu) {
  auto family = cpu.family.Map([](uint32_t f) { return uint64_t{f}; });
  return {FactKind::kCpu, cpu.proved_by, family};
}

Fact FirstFact(const Topology& topology, const HostBridge& bridge,
               const Observed<FunctionIndex>& first) {
  PciAddress at{bridge.bus.domain, bridge.bus.bus, 0};
  if (first.known()) at = topology[first.value()].address;
  auto value = first.Map([](FunctionIndex i) { return uint64_t{i}; });
  if (value.known()) value = at.key();
  return {FactKind::kFirstFunction, at, value};
}

Fact TypeFact(const Function& f) {
  auto type = f.kernel_type.Map(
      [](PortType t) { return uint64_t{static_cast<uint8_t>(t)}; });
  return {FactKind::kPortType, f.address, type};
}

// The kernel's view of the IDs, as one number.
Observed<uint64_t> IdsOf(const FunctionRecord& record) {
  if (record.vendor.unknown()) return record.vendor.failure();
  if (record.device.unknown()) return record.device.failure();
  return uint64_t{record.vendor.value_or(0)} << 16 | record.device.value_or(0);
}

// The function at 00.0 of a root bus, wherever it stands in the list.
Observed<FunctionIndex> SlotZero(const Topology& topology,
                                 const HostBridge& bridge) {
  for (FunctionIndex i : bridge.functions)
    if (topology[i].address.devfn == 0 &&
        topology[i].address.bus == bridge.bus.bus)
      return i;
  return Absent{};
}

// One side of the whitelist question.
struct Side {
  Ternary passes;
  HostBridgeFinding finding;
  std::vector<Fact> missing;
};

Side NotEligible(const Topology& topology, const HostBridge& bridge,
                 const RootDevice& root) {
  Fact first = FirstFact(topology, bridge, root.function);
  return {Ternary::kNo, {RuleId::kHostBridgeNotEligible, {first}}, {}};
}

Side LookUp(const RuleSet& rules, const Function& device, bool same) {
  Observed<uint64_t> ids = IdsOf(*device.record);
  Fact fact{FactKind::kHostBridgeId, device.address, ids};
  if (!ids.known())
    return {Ternary::kUnknown, {RuleId::kHostBridgeUnknown, {fact}}, {fact}};
  TableLookup found =
      LookUpHostBridge(rules, static_cast<uint16_t>(ids.value() >> 16),
                       static_cast<uint16_t>(ids.value()));
  Ternary passes = same ? found.same_host_bridge : found.other_host_bridge;
  if (passes == Ternary::kUnknown) {
    Fact kernel{FactKind::kKernelVersion, std::nullopt, ReadFailure()};
    return {passes, {RuleId::kHostBridgeUnknown, {fact}}, {kernel}};
  }
  RuleId rule = passes == Ternary::kYes ? RuleId::kHostBridgeListed
                : found.entry           ? RuleId::kHostBridgeNeedsSame
                                        : RuleId::kHostBridgeNotListed;
  return {passes, {rule, {fact}}, {}};
}

Side AskOneSide(const Topology& topology, const RuleSet& rules,
                HostBridgeIndex index, bool same) {
  const HostBridge& bridge = topology.host_bridges()[index];
  RootDevice root =
      FindRootDevice(topology, bridge, rules.algorithm.root_device);
  if (root.function.unknown()) {
    Fact first = FirstFact(topology, bridge, root.function);
    return {Ternary::kUnknown, {RuleId::kHostBridgeUnknown, {first}}, {first}};
  }
  if (root.eligible == Ternary::kNo) return NotEligible(topology, bridge, root);
  const Function& device = topology[root.function.value()];
  Side side = LookUp(rules, device, same);
  if (root.eligible == Ternary::kYes || side.passes == Ternary::kNo)
    return side;
  // Whether it is a Root Port is all that is open.
  side.passes = Ternary::kUnknown;
  side.finding = {RuleId::kHostBridgeUnknown, {TypeFact(device)}};
  side.missing.push_back(TypeFact(device));
  return side;
}

void Append(HostBridgeTest* test, Side side) {
  test->findings.push_back(std::move(side.finding));
  for (Fact& fact : side.missing) test->missing.push_back(std::move(fact));
}

// Left to right; a definite miss on either side decides, and the kernel does
// not ask the second side after a miss on the first.
void AskTable(const Topology& topology, const RuleSet& rules,
              HostBridgeIndex provider, HostBridgeIndex client,
              HostBridgeTest* test) {
  bool same = provider == client;
  Side first = AskOneSide(topology, rules, provider, same);
  Ternary passes = first.passes;
  Append(test, std::move(first));
  if (!same && passes != Ternary::kNo) {
    Side second = AskOneSide(topology, rules, client, same);
    passes = And(passes, second.passes);
    if (second.passes == Ternary::kNo) test->missing.clear();
    Append(test, std::move(second));
  }
  test->passes = Or(test->passes, passes);
}

}  // namespace

RootDevice FindRootDevice(const Topology& topology, const HostBridge& bridge,
                          RootDeviceRule rule) {
  RootDevice root{bridge.first, Ternary::kNo};
  if (rule == RootDeviceRule::kSlotZero)
    root.function = SlotZero(topology, bridge);
  if (!root.function.known()) return root;
  const Function& first = topology[root.function.value()];
  root.eligible = ToTernary(first.address.devfn == 0);
  if (rule == RootDeviceRule::kFirstSlotZeroOrPort)
    root.eligible = Or(root.eligible, IsRootPort(first));
  return root;
}

HostBridgeTest TestCpu(const RuleSet& rules, const CpuIdentity& cpu) {
  HostBridgeTest test;
  if (rules.cpus.empty() && !rules.beyond_rules) return test;  // before 5.9
  test.passes = CpuSupportsP2p(cpu, rules);
  Fact fact = CpuFact(cpu);
  switch (test.passes) {
    case Ternary::kYes:
      test.findings.push_back({RuleId::kCpuSupported, {fact}});
      break;
    case Ternary::kNo:
      test.findings.push_back({RuleId::kCpuNotSupported, {fact}});
      break;
    case Ternary::kUnknown:
      test.findings.push_back({RuleId::kCpuUnknown, {fact}});
      test.missing.push_back(fact);
      break;
  }
  return test;
}

HostBridgeTest TestHostBridges(const Topology& topology, const RuleSet& rules,
                               const CpuIdentity& cpu, HostBridgeIndex provider,
                               HostBridgeIndex client) {
  HostBridgeTest test = TestCpu(rules, cpu);
  if (test.passes == Ternary::kYes) return test;
  Ternary cpu_passes = test.passes;
  std::vector<Fact> cpu_missing = test.missing;
  test.passes = Ternary::kNo;
  test.missing.clear();
  AskTable(topology, rules, provider, client, &test);
  test.passes = Or(test.passes, cpu_passes);
  if (test.passes == Ternary::kUnknown)
    test.missing.insert(test.missing.begin(), cpu_missing.begin(),
                        cpu_missing.end());
  else
    test.missing.clear();
  return test;
}

}  // namespace p2pcheck
