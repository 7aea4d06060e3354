// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/check_report.h"

#include <fmt/format.h>

#include <algorithm>

#include "report/command_line_words.h"
#include "report/json_writer.h"
#include "report/links.h"
#include "report/route_words.h"
#include "report/sentences.h"
#include "report/verdict_json.h"

namespace p2pcheck {
namespace {

constexpr size_t kMaxAddresses = 8;

std::string PairsText(uint64_t pairs) {
  return fmt::format("{} ordered pair{} of gpu, nic and nvme", pairs,
                     pairs == 1 ? "" : "s");
}

std::string LinkSentence(const Judgement& judgement, const Finding& finding) {
  const Function& port = judgement.topology[finding.functions.front()];
  return fmt::format(
      "the uplink of the switch at {} runs at {} and could run "
      "at {}; {} pass it",
      ToString(port.address), CurrentLink(port), BestLink(port),
      PairsText(finding.pairs));
}

}  // namespace

std::string FindingSentence(const Judgement& judgement,
                            const Finding& finding) {
  std::string at = JoinedAddresses(judgement, finding.functions, kMaxAddresses);
  switch (finding.id) {
    case FindingId::kNoP2pdma:
      return "this kernel has no PCI_P2PDMA: it refuses every pair";
    case FindingId::kAcsRedirectOnPath:
      return fmt::format("{} sends peer requests upstream ({}); {} pass it", at,
                         AcsBitNames(static_cast<uint16_t>(
                                         finding.facts.front().value.value()) &
                                     kAcsRedirectBits),
                         PairsText(finding.pairs));
    case FindingId::kHostBridgeNotListed:
      return fmt::format(
          "{} would have to go through a host bridge that this "
          "kernel does not trust ({})",
          PairsText(finding.pairs), at);
    case FindingId::kGroupsDiffer:
      return fmt::format(
          "the published IOMMU groups of {} do not follow from "
          "ACS as it is now",
          at);
    case FindingId::kCommandLineProblem:
      return "the kernel command line: " +
             FindingSentence(
                 judgement,
                 CommandLine(judgement.snapshot.host.command_line.value()),
                 *finding.command_line);
    case FindingId::kLinkBelowMaximum: return LinkSentence(judgement, finding);
    case FindingId::kRouteAcrossSockets:
      return fmt::format(
          "pairs are allowed through the host bridges of NUMA "
          "nodes {} and {}, as {}: slower, and on some "
          "platforms much",
          finding.node_a, finding.node_b, at);
    case FindingId::kGatesDisagree:
      return GateSentence(judgement, {*finding.row, finding.functions});
    case FindingId::kDeviceAsleep:
      return fmt::format("{} sleep{} and {} not judged, so as not to be woken",
                         at, finding.functions.size() == 1 ? "s" : "",
                         finding.functions.size() == 1 ? "was" : "were");
    case FindingId::kUnknownForPrivileges:
      return fmt::format(
          "ACS of {} function{} could not be read by this "
          "user; root can",
          finding.functions.size(), finding.functions.size() == 1 ? "" : "s");
  }
  return "";
}

std::string_view FindingRemedy(FindingId id) {
  switch (id) {
    case FindingId::kNoP2pdma: return "boot a kernel with CONFIG_PCI_P2PDMA=y";
    case FindingId::kAcsRedirectOnPath:
      return "p2pcheck advise PROVIDER CLIENT names the parameter and its "
             "cost";
    case FindingId::kHostBridgeNotListed:
      return "put both devices below one switch or root port, or use a kernel "
             "that lists the host bridge: p2pcheck advise";
    case FindingId::kGroupsDiffer:
      return "groups are made at boot and never again: boot with the ACS "
             "settings you want; p2pcheck groups has the details";
    case FindingId::kCommandLineProblem:
      return "p2pcheck cmdline shows the place and what it means";
    case FindingId::kLinkBelowMaximum:
      return "reseat the card or riser, look for link errors (AER) in the "
             "kernel log, check the slot's bifurcation";
    case FindingId::kRouteAcrossSockets: return "pair devices of one NUMA node";
    case FindingId::kGatesDisagree:
      return "p2pcheck pair shows the physical route beside the verdict";
    case FindingId::kDeviceAsleep: return "ask again while it is in use";
    case FindingId::kUnknownForPrivileges:
      return "run as root (CAP_SYS_ADMIN in the initial user namespace)";
  }
  return "";
}

namespace {

std::string EvidenceOf(const Judgement& judgement, const Fact& fact) {
  std::string at = fact.function ? ToString(*fact.function) + " " : "";
  return fmt::format("{}{} {} ({})", at, FactName(fact.kind),
                     FactValue(judgement, fact), WhereOf(judgement, fact));
}

Paint PaintOf(Ternary met) {
  return met == Ternary::kYes  ? Paint::kGood
         : met == Ternary::kNo ? Paint::kBad
                               : Paint::kUnsure;
}

Paint PaintOf(Severity severity) {
  return severity == Severity::kUndecided ? Paint::kUnsure : Paint::kBad;
}

void WriteItem(const Judgement& judgement, const CheckItem& item,
               const TextStyle& style, std::ostream& out) {
  out << Painted(SeverityName(item.severity), PaintOf(item.severity), style)
      << " " << Painted(item.id, Paint::kHead, style);
  // The name of a finding of the command line stands in its sentence.
  if (item.command_line.empty() && !item.detail.empty())
    out << " " << item.detail;
  out << "\n";
  WriteLabelled("", item.text, style, out);
  if (!item.command_line.empty())
    WriteLabelled("where", item.command_line, style, out);
  std::string_view label = "evidence";
  for (size_t i = 0; i < item.facts.size() && i < kMaxAddresses; ++i) {
    WriteLabelled(label, EvidenceOf(judgement, item.facts[i]), style, out);
    label = "";
  }
  WriteLabelled("remedy", item.remedy, style, out);
}

}  // namespace

namespace {

void WritePolicyText(const CheckResults& results, const TextStyle& style,
                     std::ostream& out) {
  const PolicySummary& policy = *results.policy;
  std::string name = policy.name.empty() ? policy.file : policy.name;
  out << fmt::format(
      "policy {} is {}: {} requirement{}, {} met, {} broken, {} undecided\n",
      Printable(name),
      Painted(PolicyWord(policy.met), PaintOf(policy.met), style),
      policy.requirements.size(), policy.requirements.size() == 1 ? "" : "s",
      policy.Count(Ternary::kYes), policy.Count(Ternary::kNo),
      policy.Count(Ternary::kUnknown));
  std::vector<std::string> words;
  for (const IdCount& c : CountIds(results.found))
    words.push_back(fmt::format("{} {}", c.count, c.id));
  if (!words.empty())
    WriteLabelled("besides",
                  Joined(words) + ", as p2pcheck check without a policy says",
                  style, out);
}

}  // namespace

void WriteCheckText(const Judgement& judgement, const CheckResults& results,
                    const TextStyle& style, std::ostream& out) {
  const auto& items = results.items;
  for (const CheckItem& item : items) WriteItem(judgement, item, style, out);
  if (results.policy) WritePolicyText(results, style, out);
  out << fmt::format("{} finding{}, kernel {}\n", items.size(),
                     items.size() == 1 ? "" : "s", KernelPhrase(judgement));
}

namespace {

void WriteOrNull(std::string_view key, const std::string& text,
                 JsonWriter& json) {
  json.Key(key);
  text.empty() ? json.Null() : json.String(text);
}

void WriteEvidence(const Judgement& judgement, const CheckItem& item,
                   JsonWriter& json) {
  json.Key("evidence").BeginArray();
  for (const Fact& fact : item.facts) {
    json.BeginObject().Field("fact", FactName(fact.kind)).Key("function");
    fact.function ? json.String(ToString(*fact.function)) : json.Null();
    WriteOrNull("value", FactValue(judgement, fact), json);
    json.Field("where", WhereOf(judgement, fact)).EndObject();
  }
  json.EndArray();
}

void WriteItemJson(const Judgement& judgement, const CheckItem& item,
                   JsonWriter& json) {
  json.BeginObject().Field("id", item.id);
  json.Field("severity", SeverityName(item.severity));
  WriteOrNull("detail", item.detail, json);
  json.Field("text", item.text);
  WriteAddresses("functions", judgement, item.functions, json);
  json.Key("pairs");
  item.pairs > 0 ? json.Number(static_cast<int64_t>(item.pairs)) : json.Null();
  WriteOrNull("command_line", item.command_line, json);
  WriteEvidence(judgement, item, json);
  json.Field("remedy", item.remedy).Key("policy_line");
  item.policy_line > 0 ? json.Number(static_cast<int64_t>(item.policy_line))
                       : json.Null();
  json.EndObject();
}

void WriteItemsJson(std::string_view key, const Judgement& judgement,
                    const std::vector<CheckItem>& items, JsonWriter& json) {
  json.Key(key).BeginArray();
  for (const CheckItem& item : items) WriteItemJson(judgement, item, json);
  json.EndArray();
}

void WritePolicyJson(const Judgement& judgement, const CheckResults& results,
                     JsonWriter& json) {
  json.Key("policy");
  if (!results.policy) {
    json.Null();
    return;
  }
  const PolicySummary& policy = *results.policy;
  json.BeginObject().Field("file", policy.file);
  WriteOrNull("name", policy.name, json);
  json.Field("met", policy.met).Key("requirements").BeginArray();
  for (const PolicySummary::Line& line : policy.requirements) {
    json.BeginObject().Field("id", line.id);
    json.Field("line", static_cast<uint64_t>(line.line));
    json.Field("met", line.met).Field("text", line.text).EndObject();
  }
  json.EndArray();
  WriteItemsJson("other_findings", judgement, results.found, json);
  json.EndObject();
}

}  // namespace

void WriteCheckJson(const Judgement& judgement, const CheckResults& results,
                    std::ostream& out) {
  JsonWriter json(out);
  BeginDocument(judgement, "p2pcheck.check/1", json);
  WriteItemsJson("findings", judgement, results.items, json);
  WritePolicyJson(judgement, results, json);
  json.EndObject();
}

}  // namespace p2pcheck
