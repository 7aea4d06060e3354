// SPDX-License-Identifier: GPL-2.0-or-later
//
// Is a function isolated from its peers, as IOMMU groups understand it?
// Mirrors pci_acs_enabled() and pci_dev_specific_acs_enabled(), the same text
// in 6.1, 6.12, 7.2 and 7.3.
//
// A table of functions known by their IDs is asked first; the first entry that
// has an answer decides, and a definite no is one.  Then the port type: bridges
// to conventional PCI are not isolated, root and downstream ports are if the
// bits that they implement are on, all others are unless multifunction.
//
//   downstream port, capability 0x11, control 0x11   isolated, though it
//                                                    cannot redirect at all
//   downstream port without the capability           not isolated
//   82599 without the capability                     isolated: in the table
//
// Every answer is a set of those still possible: an entry that only some of
// the kernels have, or that asks for a fact we lack, may pass the question on.
#include "verdict/isolation.h"

#include <algorithm>
#include <initializer_list>

namespace p2pcheck {
namespace {

// What an entry may answer.
constexpr uint8_t kYes = 1, kNo = 2, kNotMine = 4;

Ternary TernaryOf(uint8_t answers) {
  if (answers == kYes) return Ternary::kYes;
  return answers == kNo ? Ternary::kNo : Ternary::kUnknown;
}

// The answer where the entry is this function's; "not mine" where it is not.
uint8_t If(Ternary mine, uint8_t answer) {
  if (mine == Ternary::kYes) return answer;
  return mine == Ternary::kNo ? kNotMine : answer | kNotMine;
}

// Yes if all of `flags` are claimed, else no.
uint8_t Claims(uint16_t flags, uint16_t claimed) {
  return (flags & ~claimed) == 0 ? kYes : kNo;
}

// No port, as the header or the class says.
bool IsNoPort(const Function& f) {
  bool told =
      f.record->config.Byte(0x0e).known() || f.record->class_code.known();
  return told && !f.is_bridge;
}

Ternary IsType(const Function& f, std::initializer_list<PortType> types) {
  if (f.kernel_type.absent()) return Ternary::kNo;
  if (f.kernel_type.known())
    return ToTernary(std::find(types.begin(), types.end(),
                               f.kernel_type.value()) != types.end());
  bool ports = *types.begin() == PortType::kRootPort;
  return ports && IsNoPort(f) ? Ternary::kNo : Ternary::kUnknown;
}

Ternary IsRootPortType(const Function& f) {
  if (!f.kernel_type.unknown()) return IsType(f, {PortType::kRootPort});
  return IsNoPort(f) ? Ternary::kNo : IsRootPort(f);
}

Ternary IsOnRootBus(const Function& f) {
  return f.placed() ? ToTernary(f.on_root_bus()) : Ternary::kUnknown;
}

// A VF is an endpoint, and its config space reads ones where the IDs stand.
Ternary IsVirtual(const Function& f) {
  if (!f.physfn.unknown()) return ToTernary(f.physfn.known());
  bool endpoint = f.kernel_type.unknown() ||
                  f.kernel_type.Is(PortType::kEndpoint) ||
                  f.kernel_type.Is(PortType::kRootComplexEndpoint);
  if (!endpoint || f.is_bridge) return Ternary::kNo;
  auto ids = f.record->config.Dword(0);
  if (!ids.known() || f.record->config.ReadsAllOnes()) return Ternary::kUnknown;
  return ToTernary(ids.value() == 0xffffffff);
}

// Firmware's table that makes the AMD driver take a host: its own units prove
// it where the names of the tables were not recorded.
Ternary HasIvrs(const HostSnapshot& snapshot) {
  const auto& tables = snapshot.host.acpi_tables;
  if (tables.known()) {
    const StringList& names = tables.value();
    return ToTernary(std::find(names.begin(), names.end(), "IVRS") !=
                     names.end());
  }
  if (snapshot.host.iommu_units.known())
    for (const std::string& unit : snapshot.host.iommu_units.value())
      if (unit.rfind("ivhd", 0) == 0) return Ternary::kYes;
  return Ternary::kUnknown;
}

// The kernel says in its log whether it could switch the quirk on; nothing
// else shows it.
Ternary PchQuirkOn(const Function& f, const HostSnapshot& snapshot) {
  if (!snapshot.host.kernel_log.known()) return Ternary::kUnknown;
  std::string own = " " + ToString(f.address) + ": ";
  Ternary on = Ternary::kUnknown;
  for (const std::string& line : snapshot.host.kernel_log.value()) {
    if (line.find(own) == std::string::npos) continue;
    if (line.find("Intel PCH root port ACS workaround enabled") !=
        std::string::npos)
      on = Ternary::kYes;
    if (line.find("Failed to enable Intel PCH ACS quirk") != std::string::npos)
      on = Ternary::kNo;
  }
  return on;
}

// Judges the functions of one host.
class Judge {
 public:
  Judge(const Topology& topology, const GroupRules& rules, uint16_t flags,
        SupposedAcs supposed)
      : topology_(topology),
        rules_(rules),
        flags_(flags),
        supposed_(supposed),
        ivrs_(HasIvrs(topology.snapshot())) {}

  uint8_t Ask(FunctionIndex i, const AcsQuirk** asked) const {
    uint8_t answers = 0;
    for (const AcsQuirk& quirk : rules_.acs_quirks) {
      uint8_t answer = If(Fits(quirk, topology_[i]), Answer(quirk, i));
      if (answer == kNotMine) continue;
      if (!*asked) *asked = &quirk;
      answers |= answer & ~kNotMine;
      if (!(answer & kNotMine)) return answers;
    }
    return answers | Generic(i);
  }

 private:
  // An unknown vendor or device may be any.
  static Ternary Fits(const AcsQuirk& quirk, const Function& f) {
    auto same = [](const Observed<uint16_t>& id, uint16_t wanted) {
      return id.known() ? ToTernary(id.value() == wanted) : Ternary::kUnknown;
    };
    Ternary fits = same(f.record->vendor, quirk.vendor);
    if (quirk.device) fits = And(fits, same(f.record->device, *quirk.device));
    return And(fits, quirk.in_force);
  }

  static Ternary Lists(const AcsQuirk& quirk, const Function& f) {
    if (quirk.devices.empty()) return Ternary::kYes;
    if (!f.record->device.known()) return Ternary::kUnknown;
    return ToTernary(quirk.Lists(f.record->device.value()));
  }

  uint8_t Answer(const AcsQuirk& quirk, FunctionIndex i) const {
    const Function& f = topology_[i];
    uint8_t all = Claims(flags_, kAcsIsolationBits);
    switch (quirk.rule) {
      case AcsQuirkRule::kAmdSouthbridge: return AmdSouthbridge(i);
      case AcsQuirkRule::kMultifunction:
        return Claims(flags_, kAcsIsolationBits | kAcsTranslationBlocking |
                                  kAcsDirectTranslated);
      case AcsQuirkRule::kRootComplexEndpoint:
        return If(IsType(f, {PortType::kRootComplexEndpoint}), all);
      case AcsQuirkRule::kClaimsAll: return all;
      case AcsQuirkRule::kIntelPch:
        return If(And(IsRootPortType(f), Lists(quirk, f)), IntelPch(f));
      case AcsQuirkRule::kIntelSpt:
        return If(And(IsRootPortType(f), Lists(quirk, f)), IntelSpt(f));
      case AcsQuirkRule::kRootPort:
        return If(And(IsRootPortType(f), Lists(quirk, f)), all);
      case AcsQuirkRule::kListedPort:
        return If(IsType(f, {PortType::kRootPort, PortType::kDownstreamPort}),
                  Listed(quirk, f));
      case AcsQuirkRule::kListedFunction: return Listed(quirk, f);
    }
    return kYes | kNo | kNotMine;
  }

  // REQ for those listed, a definite no for all others.
  uint8_t Listed(const AcsQuirk& quirk, const Function& f) const {
    Ternary listed = Lists(quirk, f);
    uint8_t all = Claims(flags_, kAcsIsolationBits);
    if (listed == Ternary::kYes) return all;
    return listed == Ternary::kNo ? kNo : all | kNo;
  }

  uint8_t AmdSouthbridge(FunctionIndex i) const {
    Ternary mine = And(
        And(IsMultifunction(topology_, i), IsOnRootBus(topology_[i])), ivrs_);
    uint16_t asked = flags_ & (kAcsRedirectBits | kAcsDirectTranslated);
    return If(mine,
              Claims(asked, kAcsRequestRedirect | kAcsCompletionRedirect));
  }

  uint8_t IntelPch(const Function& f) const {
    switch (PchQuirkOn(f, topology_.snapshot())) {
      case Ternary::kYes: return Claims(flags_, kAcsIsolationBits);
      case Ternary::kNo: return Claims(flags_, 0);
      case Ternary::kUnknown: break;
    }
    return Claims(flags_, kAcsIsolationBits) | Claims(flags_, 0);
  }

  // Capability dword at +4, control dword at +8.
  uint8_t IntelSpt(const Function& f) const {
    if (f.acs.absent()) return kNotMine;
    if (f.acs.unknown()) return kYes | kNo | kNotMine;
    uint16_t offset = f.acs.value().offset;
    auto control = f.record->config.Dword(offset + 8);
    if (supposed_ == SupposedAcs::kAllOn) control = 0xffffffff;
    if (supposed_ == SupposedAcs::kAllOff) control = 0u;
    if (!control.known()) return kYes | kNo;
    uint32_t capability = f.acs.value().capability;
    auto asked =
        static_cast<uint16_t>(flags_ & (capability | kAcsEgressControl));
    return Claims(asked, static_cast<uint16_t>(control.value()));
  }

  uint8_t BitsOk(const Function& f) const {
    return f.acs.Match(
        [&](const AcsCapability& acs) { return ControlOk(f, acs); },
        [] { return kNo; },
        [](ReadFailure) { return static_cast<uint8_t>(kYes | kNo); });
  }

  // Newer kernels leave bits out of the capability that some switches show.
  uint8_t ControlOk(const Function& f, const AcsCapability& acs) const {
    uint8_t whole = Implemented(acs, 0);
    for (const AcsCapabilityRule& rule : rules_.acs_capabilities) {
      if (!f.record->vendor.Is(rule.vendor) ||
          (rule.device && !f.record->device.Is(*rule.device)))
        continue;
      uint8_t less = Implemented(acs, rule.without);
      return rule.in_force == Ternary::kYes ? less : whole | less;
    }
    return whole;
  }

  // Bits that are not implemented count as safe; egress control must be on
  // where it is asked for.
  uint8_t Implemented(const AcsCapability& acs, uint16_t without) const {
    auto asked = static_cast<uint16_t>(
        flags_ & ((acs.capability & ~without) | kAcsEgressControl));
    if (supposed_ == SupposedAcs::kAllOn) return kYes;
    if (supposed_ == SupposedAcs::kAllOff) return Claims(asked, 0);
    uint16_t off = asked & ~acs.control;
    if (off == 0) return kYes;
    return off & acs.control_known ? kNo : kYes | kNo;
  }

  // Isolated alone; with sibling functions only by its bits.
  uint8_t UnlessMultifunction(FunctionIndex i) const {
    switch (IsMultifunction(topology_, i)) {
      case Ternary::kNo: return kYes;
      case Ternary::kYes: return BitsOk(topology_[i]);
      case Ternary::kUnknown: break;
    }
    return kYes | BitsOk(topology_[i]);
  }

  uint8_t OfType(PortType type, FunctionIndex i) const {
    switch (type) {
      case PortType::kPcieToPciBridge:
      case PortType::kPciToPcieBridge:
      case PortType::kRootComplexEventCollector: return kNo;
      case PortType::kDownstreamPort:
      case PortType::kRootPort: return BitsOk(topology_[i]);
      case PortType::kEndpoint:
      case PortType::kLegacyEndpoint:
      case PortType::kUpstreamPort:
      case PortType::kRootComplexEndpoint: return UnlessMultifunction(i);
    }
    return kYes;
  }

  uint8_t Generic(FunctionIndex i) const {
    const Function& f = topology_[i];
    if (f.kernel_type.absent()) return kNo;  // conventional, even if alone
    if (f.kernel_type.known()) return OfType(f.kernel_type.value(), i);
    // Conventional, or of any type that its header leaves.
    uint8_t answers = kNo | UnlessMultifunction(i);
    return IsNoPort(f) ? answers : answers | BitsOk(f);
  }

  const Topology& topology_;
  const GroupRules& rules_;
  const uint16_t flags_;
  const SupposedAcs supposed_;
  const Ternary ivrs_;
};

// The kernel looks for functions above 0 only where function 0 says that there
// are any.
bool HasSiblings(const Topology& topology, const PciAddress& address) {
  for (uint8_t n = 1; n < 8; ++n) {
    PciAddress sibling = address;
    sibling.devfn |= n;
    FunctionIndex found = topology.Find(sibling);
    if (found != kNoIndex && IsVirtual(topology[found]) == Ternary::kNo)
      return true;
  }
  return false;
}

}  // namespace

Ternary IsMultifunction(const Topology& topology, FunctionIndex function) {
  const Function& f = topology[function];
  Ternary is_virtual = IsVirtual(f);
  if (is_virtual == Ternary::kYes) return Ternary::kNo;
  Ternary physical = Ternary::kUnknown;
  auto header = f.record->config.ReadsAllOnes()
                    ? Observed<uint8_t>(ReadFailure::kUnreachable)
                    : f.record->config.Byte(0x0e);
  if (f.address.function() > 0)
    physical = Ternary::kYes;
  else if (header.known())
    physical = ToTernary((header.value() & 0x80) != 0);
  else if (HasSiblings(topology, f.address))
    physical = Ternary::kYes;
  if (is_virtual == Ternary::kNo || physical == Ternary::kNo) return physical;
  return Ternary::kUnknown;
}

Isolation::Isolation(const Topology& topology, const GroupRules& rules,
                     SupposedAcs supposed, uint16_t flags)
    : topology_(topology) {
  Judge judge(topology, rules, flags, supposed);
  auto count = static_cast<FunctionIndex>(topology.functions().size());
  isolated_.reserve(count);
  quirks_.assign(count, nullptr);
  for (FunctionIndex i = 0; i < count; ++i)
    isolated_.push_back(TernaryOf(judge.Ask(i, &quirks_[i])));
}

Ternary Isolation::OfPath(FunctionIndex from) const {
  Ternary path = Ternary::kYes;
  for (; from != kNoIndex; from = topology_[from].upstream)
    path = And(path, Of(from));
  return path;
}

}  // namespace p2pcheck
