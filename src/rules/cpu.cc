// SPDX-License-Identifier: GPL-2.0-or-later
#include "rules/cpu.h"

#include <algorithm>
#include <map>

namespace p2pcheck {
namespace {

using DieIndex = std::map<uint32_t, const DieFunction*>;

DieIndex IndexOf(const std::vector<DieFunction>& functions) {
  DieIndex index;
  for (const DieFunction& f : functions)
    index[uint32_t{f.vendor} << 16 | f.device] = &f;
  return index;
}

// The die function of a host that says most: one that tells the family wins.
void ProveCpu(const HostSnapshot& snapshot, const DieIndex& dies,
              CpuIdentity* cpu) {
  for (const FunctionRecord& record : snapshot.functions) {
    if (!record.vendor.known() || !record.device.known()) continue;
    auto found = dies.find(uint32_t{record.vendor.value()} << 16 |
                           record.device.value());
    if (found == dies.end()) continue;
    const DieFunction& die = *found->second;
    if (cpu->proved_by && !die.cpu_family) continue;
    cpu->proved_by = record.address;
    cpu->vendor = die.cpu_vendor;
    cpu->architecture = std::string("x86_64");
    if (!die.cpu_family) continue;
    cpu->family = *die.cpu_family;
    return;
  }
}

bool IsX86(const std::string& architecture) {
  return architecture == "x86_64" || architecture == "i686" ||
         architecture == "i586" || architecture == "i386" ||
         architecture == "amd64";
}

Ternary MatchesRule(const CpuIdentity& cpu, const CpuRule& rule) {
  Ternary vendor = cpu.vendor.known()
                       ? ToTernary(cpu.vendor.value() == rule.vendor)
                       : Ternary::kUnknown;
  Ternary family = cpu.family.known()
                       ? ToTernary(cpu.family.value() >= rule.family_at_least)
                       : Ternary::kUnknown;
  return And(And(vendor, family), rule.in_force);
}

}  // namespace

CpuIdentity IdentifyCpu(const HostSnapshot& snapshot, const RuleBook& rules) {
  CpuIdentity cpu{snapshot.host.architecture, snapshot.host.cpu_vendor,
                  snapshot.host.cpu_family, std::nullopt};
  bool not_x86 = cpu.architecture.known() && !IsX86(cpu.architecture.value());
  if (cpu.vendor.unknown() && !not_x86)
    ProveCpu(snapshot, IndexOf(rules.die_functions()), &cpu);
  return cpu;
}

Ternary CpuSupportsP2p(const CpuIdentity& cpu, const RuleSet& rules) {
  Ternary x86 = cpu.architecture.known()
                    ? ToTernary(IsX86(cpu.architecture.value()))
                    : Ternary::kUnknown;
  // Vendor strings like these exist on x86 only.
  if (cpu.architecture.unknown() && cpu.vendor.known()) x86 = Ternary::kYes;
  Ternary supported = rules.beyond_rules ? Ternary::kUnknown : Ternary::kNo;
  for (const CpuRule& rule : rules.cpus)
    supported = Or(supported, MatchesRule(cpu, rule));
  return And(x86, supported);
}

}  // namespace p2pcheck
