// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/route_words.h"

#include <fmt/format.h>

#include "report/sentences.h"
#include "report/verdict_json.h"

namespace p2pcheck {
namespace {

constexpr RouteOutcome kOutcomes[] = {
    RouteOutcome::kDirect, RouteOutcome::kRedirected, RouteOutcome::kBlocked,
    RouteOutcome::kInsideDevice, RouteOutcome::kRootComplex};

std::string AddressOf(const Judgement& judgement, FunctionIndex i) {
  return ToString(judgement.topology[i].address);
}

std::string_view Subject(TlpKind kind) {
  switch (kind) {
    case TlpKind::kUntranslatedRequest: return "requests";
    case TlpKind::kTranslatedRequest: return "translated requests (ATS)";
    case TlpKind::kCompletion: return "completions";
  }
  return "";
}

std::string_view OutcomeWords(RouteOutcome outcome) {
  switch (outcome) {
    case RouteOutcome::kDirect: return "go direct";
    case RouteOutcome::kRedirected: return "go up to the root complex and back";
    case RouteOutcome::kBlocked: return "are dropped as an ACS violation";
    case RouteOutcome::kInsideDevice:
      return "stay inside the device, in a way nothing specifies";
    case RouteOutcome::kRootComplex:
      return "go by way of the root complex, if that routes peers";
  }
  return "";
}

}  // namespace

std::string RouteSentence(const Judgement& judgement, const Route& route) {
  std::string text(Subject(route.kind));
  bool first = true;
  for (RouteOutcome outcome : kOutcomes) {
    if (!(route.possible & Only(outcome))) continue;
    text += (first ? " " : ", or ") + std::string(OutcomeWords(outcome));
    first = false;
  }
  if (route.decided_at != kNoIndex)
    text += ", decided at " + AddressOf(judgement, route.decided_at);
  if (!route.unreadable.empty())
    text +=
        "; ACS not readable at " + JoinedAddresses(judgement, route.unreadable);
  if (route.egress_vector_open)
    text += "; which targets its egress vector means is not known";
  return text;
}

std::string GateSentence(const Judgement& judgement, const GateFinding& gate) {
  std::string at = JoinedAddresses(judgement, gate.functions);
  switch (gate.row) {
    case GateRow::kOneSideOnly:
      return fmt::format(
          "the kernel counts the redirect at {}, but the TLPs "
          "it would hold are decided on the other side: "
          "requests go direct",
          at);
    case GateRow::kAboveDivergence:
      return fmt::format(
          "the kernel counts the redirect at {}, where no peer "
          "decision is taken: requests go direct",
          at);
    case GateRow::kCommonAncestor:
      return fmt::format(
          "the kernel counts the redirect at {}, the common "
          "ancestor, which the hardware does not ask",
          at);
    case GateRow::kEmptyEgressVector:
      return fmt::format(
          "egress control is on at {} with an empty vector: the "
          "kernel counts it, the hardware lets all pass",
          at);
    case GateRow::kDirectTranslated:
      return fmt::format(
          "the client uses ATS and {} has Direct Translated P2P "
          "on: its translated requests go direct though the "
          "kernel counts a redirect",
          at);
    case GateRow::kTranslationBlocked:
      return fmt::format(
          "the client uses ATS and {} has Translation Blocking "
          "on: its translated requests are dropped",
          at);
    case GateRow::kAtsOnBusAddress:
      return fmt::format(
          "{} uses ATS in a translated domain: it may ask the "
          "IOMMU to translate a bus address, which faults",
          at);
    case GateRow::kNoUpstreamForwarding:
      return fmt::format(
          "requests are redirected, and {} has no Upstream "
          "Forwarding on: they may be dropped there",
          at);
    case GateRow::kRelaxedOrdering:
      return fmt::format(
          "{} may send completions with Relaxed Ordering, which "
          "Completion Redirect does not hold: they go direct",
          at);
    case GateRow::kEmulatedHostBridge:
      return "this is a virtual machine: the kernel trusts its CPU model, but "
             "whether peer traffic arrives hangs on the host below";
    case GateRow::kAcsOutOfReach:
      return fmt::format(
          "the kernel reaches 256 bytes of {} (pci=nommconf, no "
          "MCFG): ACS there is invisible to it and as firmware "
          "left it",
          at);
    case GateRow::kCacheCollision:
      return fmt::format(
          "{} share a slot of the kernel's cache: one may be "
          "served the other's map type",
          at);
    case GateRow::kInsideDevice:
      return fmt::format(
          "{} are functions of one device without ACS: what "
          "the device does between them is not specified",
          at);
    case GateRow::kConventionalBus:
      return fmt::format(
          "below {} is a conventional PCI bus: writes usually "
          "work, reads meet the bridge's prefetch and retries",
          at);
    case GateRow::kDwordRegisters:
      return fmt::format(
          "{} redirects by a register that the kernel's p2pdma "
          "does not read (Intel PCH): it sees no redirect",
          at);
    case GateRow::kIsolatedByQuirk:
      return fmt::format(
          "{} has no ACS capability, and the kernel knows it "
          "for a port that lets no peer traffic pass: direct "
          "may not work",
          at);
    case GateRow::kApartInGroups:
      return fmt::format(
          "{} are in two IOMMU groups, and the switch above "
          "them has no ACS: they can reach each other",
          at);
    case GateRow::kLoopback:
      return fmt::format(
          "the kernel counts the ACS of {} against itself; "
          "inside a device no PCIe is needed",
          at);
  }
  return "";
}

GateComparer GateComparerOf(const Judgement& judgement) {
  return GateComparer(judgement.topology, judgement.cpu,
                      judgement.question.kernels.back().groups);
}

Lines RouteLines(const Judgement& judgement, const GateComparer& gates,
                 const Verdict& verdict) {
  std::vector<std::string> routes, buts;
  if (verdict.provider != verdict.client)
    for (TlpKind kind : {TlpKind::kUntranslatedRequest, TlpKind::kCompletion})
      routes.push_back(RouteSentence(
          judgement, FindRoute(judgement.topology, verdict.provider,
                               verdict.client, kind)));
  for (const GateFinding& gate : gates.Compare(verdict))
    buts.push_back(fmt::format("{} [gates-disagree {}]",
                               GateSentence(judgement, gate),
                               GateRowName(gate.row)));
  Lines lines;
  AddUnder("route", std::move(routes), &lines);
  AddUnder("but", std::move(buts), &lines);
  return lines;
}

namespace {

void WriteRoute(const Judgement& judgement, const Route& route,
                JsonWriter& json) {
  json.BeginObject().Field("tlp", TlpKindName(route.kind));
  json.Field("from", AddressOf(judgement, route.sender));
  json.Field("to", AddressOf(judgement, route.receiver));
  json.Key("possible").BeginArray();
  for (RouteOutcome outcome : kOutcomes)
    if (route.possible & Only(outcome)) json.String(RouteOutcomeName(outcome));
  json.EndArray().Key("decided_at");
  route.decided_at == kNoIndex
      ? json.Null()
      : json.String(AddressOf(judgement, route.decided_at));
  WriteAddresses("visits", judgement, route.visits, json);
  WriteAddresses("may_fail_at", judgement, route.may_fail_at, json);
  WriteAddresses("blocked_at", judgement, route.blocked_at, json);
  WriteAddresses("unreadable", judgement, route.unreadable, json);
  json.Field("text", RouteSentence(judgement, route)).EndObject();
}

}  // namespace

void WriteRoutesJson(const Judgement& judgement, const Verdict& verdict,
                     JsonWriter& json) {
  const Topology& topology = judgement.topology;
  bool placed = topology[verdict.provider].placed() &&
                topology[verdict.client].placed() &&
                verdict.provider != verdict.client;
  json.Key("routes").BeginArray();
  for (TlpKind kind : kTlpKinds)
    if (placed)
      WriteRoute(judgement,
                 FindRoute(topology, verdict.provider, verdict.client, kind),
                 json);
  json.EndArray().Key("gates_disagree").BeginArray();
  for (const GateFinding& gate : GateComparerOf(judgement).Compare(verdict)) {
    json.BeginObject().Field("row", GateRowName(gate.row));
    WriteAddresses("functions", judgement, gate.functions, json);
    json.Field("text", GateSentence(judgement, gate)).EndObject();
  }
  json.EndArray();
}

}  // namespace p2pcheck
