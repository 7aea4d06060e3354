// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/policy_items.h"

#include <fmt/format.h>

#include "pci/acs.h"
#include "report/check_report.h"
#include "report/speed_words.h"

namespace p2pcheck {
namespace {

constexpr size_t kMaxAddresses = 8;

std::string TypesText(MapTypeSet types) {
  std::string text;
  for (MapType type : kMapTypes)
    if (types.Has(type))
      text += (text.empty() ? "" : " or ") + std::string(MapTypeName(type));
  return text;
}

std::string NamesOf(const std::vector<FindingId>& ids) {
  std::vector<std::string> names;
  for (FindingId id : ids) names.emplace_back(FindingName(id));
  return Joined(names);
}

// What is demanded.
struct DemandWords {
  std::string operator()(const KernelRequirement& kernel) const {
    return "the kernel is one of " + kernel.text;
  }
  std::string operator()(const P2pdmaRequirement& p2pdma) const {
    return p2pdma.wanted ? "the kernel has PCI_P2PDMA built in"
                         : "the kernel does not have PCI_P2PDMA";
  }
  std::string operator()(const ConfigRequirement& config) const {
    return fmt::format("the kernel is built with CONFIG_{}={}", config.option,
                       config.value);
  }
  std::string operator()(const ParameterRequirement& parameter) const {
    return fmt::format("the kernel command line {} {}",
                       parameter.wanted ? "has" : "does not have",
                       parameter.text);
  }
  std::string operator()(const DevicesRequirement& devices) const {
    const std::string& word = devices.choice.word;
    if (!devices.at_most)
      return fmt::format("there are at least {} {}", devices.at_least, word);
    if (*devices.at_most == devices.at_least)
      return fmt::format("there are {} {}", devices.at_least, word);
    if (devices.at_least == 0)
      return fmt::format("there are at most {} {}", *devices.at_most, word);
    return fmt::format("there are {} to {} {}", devices.at_least,
                       *devices.at_most, word);
  }
  std::string operator()(const PairsRequirement& pairs) const {
    return ScopeText(pairs) + TypesText(pairs.good) +
           (pairs.min_bandwidth
                ? fmt::format(" at {} or more", RateText(*pairs.min_bandwidth))
                : "");
  }
  std::string operator()(const FindingsRequirement& findings) const {
    return (findings.only ? "nothing is found but " : "none is found of ") +
           NamesOf(findings.ids);
  }
  std::string operator()(const AcsProfileRequirement& acs) const {
    return acs.profile == AcsProfile::kIsolation
               ? "every gpu, nic and nvme is isolated by ACS up to its root "
                 "bus"
               : "no port sends pairs of gpu, nic and nvme upstream";
  }
  std::string operator()(const AcsBitsRequirement& bits) const {
    std::string text = bits.word + " has ACS ";
    if (bits.on) text += AcsBitNames(bits.on) + " on";
    if (bits.on && bits.off) text += " and ";
    if (bits.off) text += AcsBitNames(bits.off) + " off";
    return text;
  }

  static std::string ScopeText(const PairsRequirement& pairs) {
    using Scope = PairsRequirement::Scope;
    const std::string& provider = pairs.provider.word;
    const std::string& client = pairs.client.word;
    switch (pairs.scope) {
      case Scope::kEvery:
        return fmt::format("every {} is open to every {} as ", provider,
                           client);
      case Scope::kEach:
        return fmt::format("each {} is open to at least {} {} as ", provider,
                           pairs.count, client);
      case Scope::kEachClient:
        return fmt::format("to each {} at least {} {} is open as ", client,
                           pairs.count, provider);
      case Scope::kInAll: break;
    }
    return fmt::format("at least {} pairs of a {} open to a {} are ",
                       pairs.count, provider, client);
  }
};

// "3", or "3 to 5".
std::string CountText(const PolicyOutcome& outcome) {
  if (outcome.surely == outcome.perhaps)
    return fmt::format("{}", outcome.surely);
  return fmt::format("{} to {}", outcome.surely, outcome.perhaps);
}

// What is, where that is not as demanded.
class StateWords {
 public:
  StateWords(const Judgement& judgement, const PolicyOutcome& outcome)
      : judgement_(judgement), outcome_(outcome) {}

  std::string operator()(const KernelRequirement&) const {
    return judgement_.kernel.known() ? "it is " + KernelPhrase(judgement_)
                                     : "which one it is, is not known";
  }
  std::string operator()(const P2pdmaRequirement& p2pdma) const {
    if (open()) return "whether it has is not known";
    return p2pdma.wanted ? "it has not" : "it has";
  }
  std::string operator()(const ConfigRequirement& config) const {
    if (open()) return "its configuration is not known in that";
    return fmt::format("it has CONFIG_{}={}", config.option,
                       Printable(outcome_.found));
  }
  std::string operator()(const ParameterRequirement& parameter) const {
    if (open()) return "the command line is not known";
    return parameter.wanted ? "it has not" : "it has";
  }
  std::string operator()(const DevicesRequirement&) const {
    if (open() && !judgement_.snapshot.complete)
      return fmt::format("{} are seen, and the source does not have all",
                         CountText(outcome_));
    return fmt::format("there are {}", CountText(outcome_));
  }
  std::string operator()(const PairsRequirement& pairs) const {
    return PairsState(pairs) + Example(pairs);
  }
  std::string operator()(const FindingsRequirement&) const {
    return fmt::format("unknown facts may hide {}", NamesOf(outcome_.hidden));
  }
  std::string operator()(const AcsProfileRequirement& acs) const {
    if (outcome_.functions.empty())
      return "not every function or its place or kind is known";
    std::string at = Addresses();
    std::string_view verb =
        acs.profile == AcsProfile::kIsolation ? "isolate" : "redirect";
    if (open())
      return fmt::format("whether {} {} is not known", at, OneOrMore(verb));
    return acs.profile == AcsProfile::kIsolation
               ? at + (one() ? " does not" : " do not")
               : at + (one() ? " does" : " do");
  }
  std::string operator()(const AcsBitsRequirement& bits) const {
    if (outcome_.functions.empty())
      return open() ? "the source does not have every function"
                    : "there is no " + bits.word;
    if (open()) return Addresses() + " could not be read";
    return Addresses() + (one() ? " has not" : " have not");
  }

 private:
  bool open() const { return outcome_.met == Ternary::kUnknown; }
  bool one() const { return outcome_.functions.size() == 1; }
  std::string OneOrMore(std::string_view verb) const {
    return std::string(verb) + (one() ? "s" : "");
  }

  std::string Addresses() const {
    return JoinedAddresses(judgement_, outcome_.functions, kMaxAddresses);
  }

  std::string PairsState(const PairsRequirement& pairs) const {
    using Scope = PairsRequirement::Scope;
    if (outcome_.functions.empty() && pairs.scope != Scope::kInAll)
      return "the source does not have every function";
    switch (pairs.scope) {
      case Scope::kEvery:
        if (open()) return Addresses() + " may not be";
        return Addresses() + (one() ? " is not" : " are not");
      case Scope::kEach:
        return fmt::format("{} {} to {}", Addresses(), one() ? "is" : "are",
                           CountText(outcome_));
      case Scope::kEachClient:
        return fmt::format("to {} it is {}", Addresses(), CountText(outcome_));
      case Scope::kInAll: break;
    }
    return fmt::format("there are {}", CountText(outcome_));
  }

  // "; 0000:9a:00.0 for 0000:9c:00.0: through the host bridge, because ..."
  std::string Example(const PairsRequirement& pairs) const {
    if (!outcome_.example) return "";
    const PolicyPair& pair = *outcome_.example;
    Verdict verdict = judgement_.Decide(pair.provider, pair.client);
    const Topology& topology = judgement_.topology;
    std::string text =
        fmt::format("; {} to {}: {}", ToString(topology[pair.provider].address),
                    ToString(topology[pair.client].address),
                    OutcomePhrase(verdict.possible));
    if (verdict.possible.Within(pairs.good)) return text + Speed(pair);
    for (const Reason& reason : verdict.reasons)
      text += "; " + ReasonSentence(judgement_, verdict, reason);
    for (const Fact& fact : verdict.missing)
      text += "; " + MissingSentence(judgement_, fact);
    return text;
  }

  std::string Speed(const PolicyPair& pair) const {
    const Topology& topology = judgement_.topology;
    if (!topology[pair.provider].placed() || !topology[pair.client].placed())
      return "";
    RouteScorer scorer(topology, judgement_.book, judgement_.cpu,
                       {pair.provider, pair.client});
    auto rate = scorer.Score(pair.provider, pair.client).line();
    return rate ? ", its narrowest link has " + RateText(*rate)
                : ", the rate of its links is not known";
  }

  const Judgement& judgement_;
  const PolicyOutcome& outcome_;
};

constexpr std::string_view kRemedies[] = {
    "boot one of these kernels, or change the policy",
    "boot a kernel that is built so",
    "boot a kernel that is built so",
    "change the kernel command line and boot; p2pcheck cmdline checks it",
    "look for devices that fell off the bus, or were moved: p2pcheck tree",
    "p2pcheck pair shows the way, p2pcheck advise PROVIDER CLIENT what would "
    "change it",
    "p2pcheck explain has the finding",
    "p2pcheck acs shows each bit, p2pcheck cmdline checks the parameters that "
    "set them",
    "p2pcheck acs shows each bit, p2pcheck cmdline checks the parameters that "
    "set them"};
static_assert(std::size(kRemedies) == std::size(kPolicyFindings));

Severity SeverityOf(Ternary met) {
  return met == Ternary::kNo ? Severity::kError : Severity::kUndecided;
}

// The pair's facts, or ACS of the ports.
std::vector<Fact> FactsOf(const Judgement& judgement,
                          const PolicyOutcome& outcome) {
  std::vector<Fact> facts;
  if (outcome.example) {
    Verdict verdict =
        judgement.Decide(outcome.example->provider, outcome.example->client);
    for (const Reason& reason : verdict.reasons)
      facts.insert(facts.end(), reason.facts.begin(), reason.facts.end());
    return facts;
  }
  const auto& content = outcome.requirement->content;
  if (!std::holds_alternative<AcsProfileRequirement>(content) &&
      !std::holds_alternative<AcsBitsRequirement>(content))
    return facts;
  for (FunctionIndex i : outcome.functions)
    if (judgement.topology[i].acs.known())
      facts.push_back({FactKind::kAcsControl, judgement.topology[i].address,
                       judgement.topology[i].acs.Map([](const auto& acs) {
                         return uint64_t{acs.control};
                       })});
  return facts;
}

CheckItem NewItem(const PolicyOutcome& outcome, Ternary met) {
  const Requirement& requirement = *outcome.requirement;
  CheckItem item;
  item.id = PolicyFindingName(requirement);
  item.severity = SeverityOf(met);
  item.remedy = kRemedies[requirement.content.index()];
  item.demand = RequirementSentence(requirement);
  item.policy_line = requirement.line;
  return item;
}

CheckItem OutcomeItem(const Judgement& judgement,
                      const PolicyOutcome& outcome) {
  CheckItem item = NewItem(outcome, outcome.met);
  item.text =
      "required: " + item.demand + "; " +
      std::visit(StateWords(judgement, outcome), outcome.requirement->content);
  item.functions = outcome.functions;
  item.facts = FactsOf(judgement, outcome);
  return item;
}

// A finding that the policy does not want, in the finding's own words.
CheckItem UnwantedItem(const Judgement& judgement, const PolicyOutcome& outcome,
                       const Finding& finding, bool only) {
  bool open = only && SeverityOf(finding.id) == Severity::kUndecided;
  CheckItem item = NewItem(outcome, open ? Ternary::kUnknown : Ternary::kNo);
  item.detail = FindingName(finding.id);
  std::string more = FindingDetail(finding);
  if (!more.empty()) item.detail += " " + more;
  item.text = fmt::format("{}: {}", only ? "not allowed" : "forbidden",
                          FindingSentence(judgement, finding));
  item.remedy = FindingRemedy(finding.id);
  item.functions = finding.functions;
  item.facts = finding.facts;
  item.pairs = finding.pairs;
  return item;
}

}  // namespace

std::string RequirementSentence(const Requirement& requirement) {
  return std::visit(DemandWords(), requirement.content);
}

PolicySummary SummarizePolicy(const Policy& policy,
                              const std::vector<PolicyOutcome>& outcomes) {
  PolicySummary summary;
  summary.file = policy.file;
  summary.name = policy.name;
  summary.met = Worst(outcomes);
  for (const PolicyOutcome& outcome : outcomes)
    summary.requirements.push_back({PolicyFindingName(*outcome.requirement),
                                    outcome.requirement->line, outcome.met,
                                    RequirementSentence(*outcome.requirement)});
  return summary;
}

std::vector<CheckItem> MakePolicyItems(
    const Judgement& judgement, const std::vector<PolicyOutcome>& outcomes) {
  std::vector<CheckItem> items;
  for (const PolicyOutcome& outcome : outcomes) {
    if (outcome.met == Ternary::kYes) continue;
    const auto* findings =
        std::get_if<FindingsRequirement>(&outcome.requirement->content);
    for (const Finding& finding : outcome.findings)
      items.push_back(
          UnwantedItem(judgement, outcome, finding, findings->only));
    bool hides =
        findings && outcome.met == Ternary::kUnknown && !outcome.hidden.empty();
    if (!findings || hides) items.push_back(OutcomeItem(judgement, outcome));
  }
  return items;
}

}  // namespace p2pcheck
