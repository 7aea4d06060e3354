// SPDX-License-Identifier: GPL-2.0-or-later
//
// The hosts that a host we only half know may be, as far as groups go.
//
// Every fact counts the same way: less isolation, more aliases, one more
// bridge with a group can only join functions, as long as bridges come before
// what is below them.  So two worlds will do: in the finest every open fact
// keeps functions apart, in the coarsest it joins them.  Where the order is
// open too, each comes in two orders.
#include <algorithm>

#include "verdict/groups.h"
#include "verdict/isolation.h"

namespace p2pcheck {
namespace {

Ternary Same(const Observed<uint16_t>& id, uint16_t wanted) {
  return id.known() ? ToTernary(id.value() == wanted) : Ternary::kUnknown;
}

// Whether an entry by IDs is about a function.
template <class Rule>
Ternary IsAbout(const Rule& rule, const FunctionRecord& record) {
  Ternary fits = Same(record.vendor, rule.vendor);
  if (rule.device) fits = And(fits, Same(record.device, *rule.device));
  return And(fits, rule.in_force);
}

Ternary IsAbout(const DmaAliasRule& rule, const FunctionRecord& record) {
  Ternary fits = IsAbout<DmaAliasRule>(rule, record);
  if (rule.subsystem) {
    fits = And(fits, Same(record.subsystem_vendor,
                          static_cast<uint16_t>(*rule.subsystem >> 16)));
    fits = And(fits, Same(record.subsystem_device,
                          static_cast<uint16_t>(*rule.subsystem)));
  }
  if (rule.class_mask == 0) return fits;
  if (!record.class_code.known()) return And(fits, Ternary::kUnknown);
  return And(fits, ToTernary((record.class_code.value() & rule.class_mask) ==
                             rule.class_value));
}

std::bitset<256> DevfnsOf(const DmaAliasRule& rule, const PciAddress& own) {
  std::bitset<256> devfns;
  switch (rule.alias) {
    case DmaAliasKind::kFunction0: devfns.set(own.devfn & ~7); break;
    case DmaAliasKind::kFunction1: devfns.set((own.devfn & ~7) | 1); break;
    case DmaAliasKind::kDevfns:
      for (uint8_t devfn : rule.devfns) devfns.set(devfn);
      break;
    case DmaAliasKind::kFunctions0To4:
      for (size_t devfn = 0; devfn < 256; ++devfn)
        if ((devfn & 7) <= 4) devfns.set(devfn);
      break;
    case DmaAliasKind::kAll:
    case DmaAliasKind::kUnknown: devfns.set(); break;
  }
  return devfns;
}

// Whether an IOMMU serves a function.  What is published tells; the IOMMU's
// own function is the one that none serves.
Ternary IsServed(const FunctionRecord& record) {
  if (!record.iommu_group.unknown())
    return ToTernary(record.iommu_group.known());
  if (!record.iommu.unknown()) return ToTernary(record.iommu.known());
  return Ternary::kUnknown;
}

bool IsIommu(const FunctionRecord& record) {
  return record.class_code.known() && record.class_code.value() >> 8 == 0x0806;
}

class WorldBuilder {
 public:
  WorldBuilder(const Topology& topology, const GroupRules& rules)
      : topology_(topology), rules_(rules), isolation_(topology, rules) {
    for (const Function& f : topology.functions())
      served_.push_back(IsServed(*f.record));
    if (std::all_of(served_.begin(), served_.end(),
                    [](Ternary served) { return served == Ternary::kUnknown; }))
      AssumeServed();
  }

  // `joins` tells which way open facts go.
  GroupWorld Build(bool joins, const std::vector<FunctionIndex>& order) {
    GroupWorld world;
    world.order = order;
    auto pick = [&](Ternary fact, bool if_open) {
      if (fact != Ternary::kUnknown) return fact == Ternary::kYes;
      open_ = true;
      return if_open;
    };
    auto count = static_cast<FunctionIndex>(topology_.functions().size());
    for (FunctionIndex i = 0; i < count; ++i) {
      world.served.push_back(pick(served_[i], joins));
      world.isolated.push_back(pick(isolation_.Of(i), !joins));
      world.multifunction.push_back(pick(IsMultifunction(topology_, i), joins));
      world.bridges.push_back(AliasOf(i, joins));
      AddClaims(i, joins, &world);
    }
    return world;
  }

  bool open() const { return open_; }

 private:
  void AssumeServed() {
    for (FunctionIndex i = 0; i < served_.size(); ++i)
      served_[i] = ToTernary(!IsIommu(*topology_[i].record));
  }

  bool Counts(Ternary fact, bool if_open) {
    if (fact == Ternary::kUnknown) open_ = true;
    return fact == Ternary::kYes || (fact == Ternary::kUnknown && if_open);
  }

  bool HasFlag(FunctionIndex i, BridgeFlag flag, bool if_open) {
    for (const BridgeFlagRule& rule : rules_.bridge_flags)
      if (rule.flag == flag &&
          Counts(IsAbout(rule, *topology_[i].record), if_open))
        return true;
    return false;
  }

  // A bridge without a PCIe capability puts its own ID on requests, or that of
  // its secondary bus; for groups both are the bridge.
  BridgeAlias AliasOf(FunctionIndex i, bool joins) {
    const Function& f = topology_[i];
    if (!f.is_bridge) return BridgeAlias::kPasses;
    if (HasFlag(i, BridgeFlag::kTranslationRoot, !joins))
      return BridgeAlias::kStops;
    if (f.kernel_type.absent()) return BridgeAlias::kAliases;
    if (f.kernel_type.unknown()) {
      open_ = true;
      return joins ? BridgeAlias::kAliases : BridgeAlias::kPasses;
    }
    switch (f.kernel_type.value()) {
      case PortType::kPciToPcieBridge: return BridgeAlias::kAliases;
      case PortType::kPcieToPciBridge:
        return HasFlag(i, BridgeFlag::kNoAlias, !joins) ? BridgeAlias::kPasses
                                                        : BridgeAlias::kAliases;
      default: return BridgeAlias::kPasses;
    }
  }

  void AddClaims(FunctionIndex i, bool joins, GroupWorld* world) {
    for (const DmaAliasRule& rule : rules_.dma_aliases) {
      Ternary claims = IsAbout(rule, *topology_[i].record);
      if (rule.alias == DmaAliasKind::kUnknown)
        claims = And(claims, Ternary::kUnknown);
      if (Counts(claims, joins))
        world->claims[i] |= DevfnsOf(rule, topology_[i].address);
    }
  }

  const Topology& topology_;
  const GroupRules& rules_;
  Isolation isolation_;
  std::vector<Ternary> served_;
  bool open_ = false;
};

}  // namespace

std::vector<GroupWorld> WorldsOf(const Topology& topology,
                                 const GroupRules& rules) {
  GroupOrder order = OrderOfGroups(topology, rules);
  WorldBuilder builder(topology, rules);
  std::vector<GroupWorld> worlds;
  worlds.push_back(builder.Build(true, order.functions));
  if (builder.open()) worlds.push_back(builder.Build(false, order.functions));
  if (order.source != GroupOrderSource::kUnknown) return worlds;
  size_t count = worlds.size();
  for (size_t n = 0; n < count; ++n) {
    worlds.push_back(worlds[n]);
    std::reverse(worlds.back().order.begin(), worlds.back().order.end());
  }
  return worlds;
}

}  // namespace p2pcheck
