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

namespace {

// The part of the command line a finding points at.
std::string CommandLinePart(const Judgement& judgement,
                            const Finding& finding) {
  const auto& line = judgement.snapshot.host.command_line;
  if (!finding.command_line || !line.known()) return "";
  return Printable(finding.command_line->where.In(line.value()));
}

std::string EvidenceOf(const Judgement& judgement, const Fact& fact) {
  std::string at = fact.function ? ToString(*fact.function) + " " : "";
  return fmt::format("{}{} {} ({})", at, FactName(fact.kind),
                     FactValue(judgement, fact), WhereOf(judgement, fact));
}

std::string_view RemedyText(FindingId id) {
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

Paint PaintOf(Severity severity) {
  return severity == Severity::kUndecided ? Paint::kUnsure : Paint::kBad;
}

}  // namespace

void WriteFindingsText(const Judgement& judgement,
                       const std::vector<Finding>& findings,
                       const TextStyle& style, std::ostream& out) {
  for (const Finding& finding : findings) {
    Severity severity = SeverityOf(finding.id);
    out << Painted(SeverityName(severity), PaintOf(severity), style) << " "
        << Painted(FindingName(finding.id), Paint::kHead, style);
    if (finding.row) out << " " << GateRowName(*finding.row);
    out << "\n";
    WriteLabelled("", FindingSentence(judgement, finding), style, out);
    std::string part = CommandLinePart(judgement, finding);
    if (!part.empty()) WriteLabelled("where", part, style, out);
    std::string_view label = "evidence";
    for (size_t i = 0; i < finding.facts.size() && i < kMaxAddresses; ++i) {
      WriteLabelled(label, EvidenceOf(judgement, finding.facts[i]), style, out);
      label = "";
    }
    WriteLabelled("remedy", RemedyText(finding.id), style, out);
  }
  out << fmt::format("{} finding{}, kernel {}\n", findings.size(),
                     findings.size() == 1 ? "" : "s", KernelPhrase(judgement));
}

namespace {

void WriteEvidence(const Judgement& judgement, const Finding& finding,
                   JsonWriter& json) {
  json.Key("evidence").BeginArray();
  for (const Fact& fact : finding.facts) {
    json.BeginObject().Field("fact", FactName(fact.kind)).Key("function");
    fact.function ? json.String(ToString(*fact.function)) : json.Null();
    json.Field("value", FactValue(judgement, fact));
    json.Field("where", WhereOf(judgement, fact)).EndObject();
  }
  json.EndArray();
}

void WriteFinding(const Judgement& judgement, const Finding& finding,
                  JsonWriter& json) {
  json.BeginObject().Field("id", FindingName(finding.id));
  json.Field("severity", SeverityName(SeverityOf(finding.id)));
  json.Key("detail");
  if (finding.row)
    json.String(GateRowName(*finding.row));
  else if (finding.command_line)
    json.String(FindingName(finding.command_line->id));
  else
    json.Null();
  json.Field("text", FindingSentence(judgement, finding));
  json.Key("functions").BeginArray();
  for (FunctionIndex i : finding.functions)
    json.String(ToString(judgement.topology[i].address));
  json.EndArray().Key("pairs");
  finding.pairs > 0 ? json.Number(static_cast<int64_t>(finding.pairs))
                    : json.Null();
  std::string part = CommandLinePart(judgement, finding);
  json.Key("command_line");
  part.empty() ? json.Null() : json.String(part);
  WriteEvidence(judgement, finding, json);
  json.Field("remedy", RemedyText(finding.id)).EndObject();
}

}  // namespace

void WriteFindingsJson(const Judgement& judgement,
                       const std::vector<Finding>& findings,
                       std::ostream& out) {
  JsonWriter json(out);
  BeginDocument(judgement, "p2pcheck.check/1", json);
  json.Key("findings").BeginArray();
  for (const Finding& finding : findings)
    WriteFinding(judgement, finding, json);
  json.EndArray().EndObject();
}

}  // namespace p2pcheck
