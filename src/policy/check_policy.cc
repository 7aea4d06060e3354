// SPDX-License-Identifier: GPL-2.0-or-later
#include "policy/check_policy.h"

#include <algorithm>

#include "policy/blind_spots.h"
#include "policy/check_pairs.h"
#include "policy/device_members.h"
#include "verdict/isolation.h"
#include "verdict/peer_census.h"

namespace p2pcheck {
namespace {

// Fills in what breaks a requirement, or else what leaves it open.
void Blame(FunctionIndex function, Ternary met, PolicyOutcome* outcome) {
  if (met == Ternary::kYes) return;
  if (met < outcome->met) outcome->functions.clear();
  outcome->met = And(outcome->met, met);
  if (met == outcome->met &&
      std::count(outcome->functions.begin(), outcome->functions.end(),
                 function) == 0)
    outcome->functions.push_back(function);
}

class PolicyCheck {
 public:
  explicit PolicyCheck(const PolicyInput& input)
      : in_(input), host_(input.host), topology_(input.host.topology) {}

  PolicyOutcome Of(const Requirement& requirement) {
    PolicyOutcome outcome =
        std::visit([&](const auto& content) { return Hold(content); },
                   requirement.content);
    outcome.requirement = &requirement;
    return outcome;
  }

 private:
  bool complete() const { return topology_.snapshot().complete; }

  PolicyOutcome Hold(const KernelRequirement& kernel) const {
    PolicyOutcome outcome;
    outcome.met = host_.kernel.known()
                      ? Contains(kernel.ranges, host_.kernel.value())
                      : Ternary::kUnknown;
    return outcome;
  }

  PolicyOutcome Hold(const P2pdmaRequirement& p2pdma) const {
    Ternary is = host_.question.p2pdma_built_in;
    PolicyOutcome outcome;
    outcome.met = is == Ternary::kUnknown
                      ? is
                      : ToTernary((is == Ternary::kYes) == p2pdma.wanted);
    return outcome;
  }

  PolicyOutcome Hold(const ConfigRequirement& config) const {
    PolicyOutcome outcome;
    outcome.met = Ternary::kUnknown;
    if (!in_.config) return outcome;
    auto option = in_.config->find(config.option);
    if (option == in_.config->end()) return outcome;
    outcome.found = option->second;
    outcome.met = ToTernary(option->second == config.value);
    return outcome;
  }

  // "name", "name=value", or "name=part" of a list with commas; of pci= each
  // part is an option with a name and perhaps a value of its own.
  static bool HasParameter(const CommandLine& line, std::string_view text) {
    size_t equals = std::min(text.find('='), text.size());
    std::string_view name = text.substr(0, equals);
    if (equals == text.size()) return line.Find(name) != nullptr;
    std::string_view value = text.substr(equals + 1);
    if (name == "pci") return HasPciOption(line, value);
    const KernelParameter* last = line.Find(name);
    return line.Has(name, value) || (last && line.Value(*last) == value);
  }

  static bool HasPciOption(const CommandLine& line, std::string_view text) {
    return std::any_of(line.pci_options().begin(), line.pci_options().end(),
                       [&](const PciOption& option) {
                         return line.Text(option.whole) == text ||
                                (text.find('=') == text.npos &&
                                 line.Text(option.name) == text);
                       });
  }

  PolicyOutcome Hold(const ParameterRequirement& parameter) const {
    PolicyOutcome outcome;
    if (in_.command_line.unknown()) {
      outcome.met = Ternary::kUnknown;
      return outcome;
    }
    bool has = in_.command_line.known() &&
               HasParameter(in_.command_line.value(), parameter.text);
    outcome.met = ToTernary(has == parameter.wanted);
    if (in_.command_line.known())
      outcome.found = in_.command_line.value().text();
    return outcome;
  }

  PolicyOutcome Hold(const DevicesRequirement& devices) const {
    PolicyOutcome outcome;
    for (const Member& m : MembersOf(topology_, host_.kinds, devices.choice)) {
      ++outcome.perhaps;
      if (m.certain == Ternary::kYes) ++outcome.surely;
      outcome.functions.push_back(m.function);
    }
    uint64_t most = complete() ? outcome.perhaps : ~uint64_t{0};
    if (most < devices.at_least) outcome.met = Ternary::kNo;
    if (outcome.surely < devices.at_least)
      outcome.met = And(outcome.met, Ternary::kUnknown);
    if (!devices.at_most) return outcome;
    if (most > *devices.at_most)
      outcome.met = And(outcome.met, Ternary::kUnknown);
    if (outcome.surely > *devices.at_most) outcome.met = Ternary::kNo;
    return outcome;
  }

  PolicyOutcome Hold(const PairsRequirement& pairs) const {
    return CheckPairs(pairs, in_);
  }

  PolicyOutcome Hold(const FindingsRequirement& requirement) {
    PolicyOutcome outcome;
    auto breaks = [&](FindingId id) {
      bool listed =
          std::count(requirement.ids.begin(), requirement.ids.end(), id) > 0;
      return listed != requirement.only;
    };
    for (const Finding& finding : in_.findings)
      if (breaks(finding.id)) outcome.findings.push_back(finding);
    if (!blind_) blind_.emplace(host_);
    for (size_t i = 0; i < kFindingIds; ++i) {
      auto id = static_cast<FindingId>(i);
      if (breaks(id) && blind_->MayHide(id)) outcome.hidden.push_back(id);
    }
    if (!outcome.hidden.empty()) outcome.met = Ternary::kUnknown;
    for (const Finding& finding : outcome.findings)
      outcome.met =
          And(outcome.met, MetWith(requirement, SeverityOf(finding.id)));
    return outcome;
  }

  // What could not be judged is no finding of the sort that is not allowed,
  // unless the policy names it.
  static Ternary MetWith(const FindingsRequirement& requirement,
                         Severity severity) {
    return requirement.only && severity == Severity::kUndecided
               ? Ternary::kUnknown
               : Ternary::kNo;
  }

  PolicyOutcome Hold(const AcsProfileRequirement& acs) const {
    return acs.profile == AcsProfile::kIsolation ? HoldIsolation()
                                                 : HoldPerformance();
  }

  // As the kernel sees it when it forms groups (pci_acs_enabled).
  PolicyOutcome HoldIsolation() const {
    PolicyOutcome outcome;
    const auto& rules = host_.question.kernels.back().groups;
    if (!rules || MayLackPeers(host_)) outcome.met = Ternary::kUnknown;
    if (!rules) return outcome;
    Isolation isolation(topology_, *rules);
    for (FunctionIndex i = 0; i < topology_.functions().size(); ++i)
      if (KindsPair(host_.kinds[i], DeviceKind::kGpu))
        BlamePath(isolation, i, &outcome);
    return outcome;
  }

  // The lowest function on the way up that does not isolate; or else those
  // that may not.
  void BlamePath(const Isolation& isolation, FunctionIndex device,
                 PolicyOutcome* outcome) const {
    Ternary met = isolation.OfPath(device);
    for (FunctionIndex i = device; i != kNoIndex; i = topology_[i].upstream) {
      if (isolation.Of(i) != met) continue;
      Blame(i, met, outcome);
      if (met == Ternary::kNo) return;
    }
  }

  PolicyOutcome HoldPerformance() const {
    PolicyOutcome outcome;
    if (MayLackPeers(host_)) outcome.met = Ternary::kUnknown;
    PeerCensus census(topology_, host_.kinds, host_.asked);
    for (FunctionIndex i = 0; i < topology_.functions().size(); ++i) {
      if (census.PairsThrough(i) == 0) continue;
      Ternary redirects = RedirectsP2p(topology_[i]);
      Blame(i,
            redirects == Ternary::kUnknown
                ? redirects
                : ToTernary(redirects == Ternary::kNo),
            &outcome);
    }
    return outcome;
  }

  PolicyOutcome Hold(const AcsBitsRequirement& bits) const {
    PolicyOutcome outcome;
    bool any = false;
    for (FunctionIndex i = 0; i < topology_.functions().size(); ++i) {
      Ternary meant = IsMeant(bits, topology_[i]);
      if (meant == Ternary::kNo) continue;
      any = true;
      Ternary met = HasBits(bits, topology_[i].acs);
      Blame(i, meant == Ternary::kYes ? met : Or(met, Ternary::kUnknown),
            &outcome);
    }
    if (any && bits.address) return outcome;
    if (!any && bits.address) outcome.met = Ternary::kNo;
    if (!complete())
      outcome.met =
          any ? And(outcome.met, Ternary::kUnknown) : Ternary::kUnknown;
    return outcome;
  }

  static Ternary IsMeant(const AcsBitsRequirement& bits, const Function& f) {
    if (bits.address) return ToTernary(f.address == *bits.address);
    if (bits.id) return HasId(f, *bits.id);
    if (!f.kernel_type.unknown())
      return ToTernary(f.kernel_type.Is(*bits.type));
    // A port has a bridge's header.
    bool no_bridge = !f.is_bridge && f.record->config.Byte(0x0e).known();
    return no_bridge ? Ternary::kNo : Ternary::kUnknown;
  }

  static Ternary HasBits(const AcsBitsRequirement& bits,
                         const Observed<AcsCapability>& acs) {
    if (acs.unknown()) return Ternary::kUnknown;
    if (acs.absent()) return ToTernary(bits.on == 0);
    Ternary met = Ternary::kYes;
    for (uint16_t bit = 1; bit & kAcsKernelBits;
         bit = static_cast<uint16_t>(bit << 1)) {
      Ternary on = acs.value().AnyOn(bit);
      if (bits.on & bit) met = And(met, on);
      if (bits.off & bit)
        met = And(met,
                  on == Ternary::kUnknown ? on : ToTernary(on == Ternary::kNo));
    }
    return met;
  }

  const PolicyInput& in_;
  const CheckInput& host_;
  const Topology& topology_;
  std::optional<BlindSpots> blind_;  // made when first asked
};

}  // namespace

std::vector<PolicyOutcome> CheckPolicy(const Policy& policy,
                                       const PolicyInput& input) {
  PolicyCheck check(input);
  std::vector<PolicyOutcome> outcomes;
  for (const Requirement& requirement : policy.requirements)
    outcomes.push_back(check.Of(requirement));
  return outcomes;
}

Ternary Worst(const std::vector<PolicyOutcome>& outcomes) {
  Ternary worst = Ternary::kYes;
  for (const PolicyOutcome& outcome : outcomes) worst = And(worst, outcome.met);
  return worst;
}

}  // namespace p2pcheck
