// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/advice_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "fabric/pair_classes.h"
#include "pci/acs.h"
#include "report/json_writer.h"
#include "report/sentences.h"
#include "report/text.h"
#include "report/verdict_json.h"
#include "verdict/groups.h"

namespace p2pcheck {
namespace {

std::vector<AssumedAcs> Assumed(const Advice& advice) {
  std::vector<AssumedAcs> assumed;
  for (const PortChange& change : advice.changes)
    assumed.push_back({change.port, change.acs});
  return assumed;
}

// --- what it costs -------------------------------------------------------

std::string GroupName(const Topology& topology, FunctionIndex first) {
  const auto& published = topology[first].record->iommu_group;
  return published.known() ? fmt::format("{}", published.value())
                           : "of " + ToString(topology[first].address);
}

// Groups of `after` that hold functions of two or more groups of `before`.
std::vector<GroupMerge> FindMerges(const Topology& topology,
                                   const GroupPrediction& before,
                                   const GroupPrediction& after) {
  std::map<uint32_t, std::vector<FunctionIndex>> members;
  for (FunctionIndex i = 0; i < topology.functions().size(); ++i)
    if (after.surely[i] != kNoIndex) members[after.surely[i]].push_back(i);
  std::vector<GroupMerge> merges;
  for (auto& [group, functions] : members) {
    std::map<uint32_t, FunctionIndex> parts;  // old group -> first member
    for (FunctionIndex i : functions) parts.try_emplace(before.surely[i], i);
    parts.erase(kNoIndex);
    if (parts.size() < 2) continue;
    GroupMerge merge;
    for (auto [part, first] : parts)
      merge.groups.push_back(GroupName(topology, first));
    merge.members = std::move(functions);
    merges.push_back(std::move(merge));
  }
  return merges;
}

void CountGroups(const Judgement& judgement, const Topology& after,
                 AdviceReport* report) {
  const auto& rules = judgement.question.kernels.front().groups;
  if (!rules) return;
  GroupPrediction was = PredictGroups(judgement.topology, *rules);
  GroupPrediction will = PredictGroups(after, *rules);
  report->groups_known = was.status == GroupStatus::kPredicted &&
                         will.status == GroupStatus::kPredicted;
  if (report->groups_known)
    report->merges = FindMerges(judgement.topology, was, will);
}

void CountPairs(const Judgement& judgement, const Topology& topology,
                uint64_t* direct, uint64_t* allowed) {
  std::vector<bool> selected;
  for (DeviceKind kind : judgement.kinds)
    selected.push_back(kind == DeviceKind::kGpu || kind == DeviceKind::kNic ||
                       kind == DeviceKind::kNvme ||
                       kind == DeviceKind::kAccelerator);
  for (const PairClass& c :
       ClassifyPairs({topology, judgement.question.kernels, judgement.cpu,
                      judgement.kinds, selected})) {
    if (c.relation == PairRelation::kItself) continue;
    if (c.possible == MapType::kBusAddr) *direct += c.pairs;
    if (!c.possible.Has(MapType::kNotSupported)) *allowed += c.pairs;
  }
}

// --- how to say it to this kernel ------------------------------------------

bool Takes(AcsParameter parameter) {
  return parameter == AcsParameter::kFromDefault ||
         parameter == AcsParameter::kFromFirmware;
}

void ChooseParameters(const Judgement& judgement, AdviceReport* report) {
  auto kernels = judgement.book.AcsProgrammingOf(judgement.kernel);
  if (report->advice.changes.empty() || kernels.empty()) return;
  auto all = [&](auto member) {
    return std::all_of(kernels.begin(), kernels.end(),
                       [&](const auto& k) { return Takes(k.*member); });
  };
  auto any = [&](auto member, AcsParameter what) {
    return std::any_of(kernels.begin(), kernels.end(),
                       [&](const auto& k) { return k.*member == what; });
  };
  const Topology& topology = judgement.topology;
  if (all(&AcsProgramming::disable_acs_redir))
    report->disable_acs_redir =
        DisableRedirectParameter(topology, report->advice.changes);
  if (all(&AcsProgramming::config_acs))
    report->config_acs = ConfigAcsParameter(topology, report->advice.changes);
  auto& notes = report->parameter_notes;
  if (any(&AcsProgramming::disable_acs_redir, AcsParameter::kMisprogrammed))
    notes.push_back(
        "kernels 6.11 to 6.12.22, 6.13 to 6.13.10 and 6.14 to 6.14.1 mix up "
        "the masks of these parameters: redirect stays as firmware left it, so "
        "none is advised for a kernel that may be one of them");
  if (any(&AcsProgramming::disable_acs_redir, AcsParameter::kFromFirmware) &&
      !report->disable_acs_redir.empty())
    notes.push_back(
        "disable_acs_redir also gives Source Validation and Upstream "
        "Forwarding of these ports back to what firmware left; config_acs "
        "names them and keeps them");
}

// Kernels newer than the one asked about that would allow the pair.
std::vector<std::string> KernelsThatAllow(const Judgement& judgement,
                                          FunctionIndex provider,
                                          FunctionIndex client) {
  std::vector<std::string> labels;
  for (const RuleSet& rules : judgement.book.ForUnknownKernel()) {
    Verdict verdict =
        Decide(judgement.topology, rules, judgement.cpu, provider, client);
    if (!verdict.possible.Has(MapType::kNotSupported))
      labels.push_back(rules.label);
  }
  return labels;
}

}  // namespace

AdviceReport MakeAdviceAlone(const Judgement& judgement, FunctionIndex provider,
                             FunctionIndex client, AdviceGoal goal) {
  AdviceReport report;
  report.provider = provider;
  report.client = client;
  report.goal = goal;
  report.costs_asked = false;
  report.advice = Advise(judgement.topology, judgement.question.kernels.back(),
                         judgement.cpu, provider, client, goal);
  ChooseParameters(judgement, &report);
  return report;
}

void AddCosts(const Judgement& judgement, AdviceReport* report) {
  const Topology& topology = judgement.topology;
  report->costs_asked = true;
  CountPairs(judgement, topology, &report->direct_before,
             &report->allowed_before);
  Topology after = topology.WithAcs(Assumed(report->advice));
  CountPairs(judgement, after, &report->direct_after, &report->allowed_after);
  if (!report->advice.changes.empty()) CountGroups(judgement, after, report);
  if (report->advice.obstacle == AdviceObstacle::kNoCommonBridge)
    report->kernels_that_allow =
        KernelsThatAllow(judgement, report->provider, report->client);
}

AdviceReport MakeAdvice(const Judgement& judgement, FunctionIndex provider,
                        FunctionIndex client, AdviceGoal goal, bool setpci) {
  AdviceReport report = MakeAdviceAlone(judgement, provider, client, goal);
  if (setpci)
    report.setpci = SetpciLines(judgement.topology, report.advice.changes);
  AddCosts(judgement, &report);
  return report;
}

namespace {

std::string_view GoalName(AdviceGoal goal) {
  return goal == AdviceGoal::kDirect ? "direct" : "allowed";
}

std::string_view ObstacleName(AdviceObstacle obstacle) {
  switch (obstacle) {
    case AdviceObstacle::kNone: return "none";
    case AdviceObstacle::kReached: return "reached";
    case AdviceObstacle::kNoCommonBridge: return "no-common-bridge";
    case AdviceObstacle::kAcsUnknown: return "acs-unknown";
    case AdviceObstacle::kPlaceUnknown: return "place-unknown";
    case AdviceObstacle::kNoP2pdma: return "no-p2pdma";
  }
  return "";
}

std::string ObstacleSentence(const Judgement& judgement,
                             const AdviceReport& report) {
  switch (report.advice.obstacle) {
    case AdviceObstacle::kNone: return "";
    case AdviceObstacle::kReached:
      return "nothing to change: the pair is " +
             OutcomePhrase(report.advice.after) + " in both directions";
    case AdviceObstacle::kNoCommonBridge:
      return report.goal == AdviceGoal::kDirect
                 ? "no bridge is above both, so no ACS setting makes the pair "
                   "direct: the devices would have to sit below one switch or "
                   "root port"
                 : "no bridge is above both, so ACS has no say: it hangs on "
                   "the CPU and the kernel's list of host bridges";
    case AdviceObstacle::kAcsUnknown:
      return "at least these; ACS could not be read at " +
             JoinedAddresses(judgement, report.advice.unreadable) +
             ", which may need the same";
    case AdviceObstacle::kPlaceUnknown:
      return "the place of a device in the tree is not known";
    case AdviceObstacle::kNoP2pdma: return "this kernel has no p2pdma";
  }
  return "";
}

std::string ChangeSentence(const Judgement& judgement,
                           const PortChange& change) {
  return fmt::format("{}: {} off (control {:#06x} to {:#06x})",
                     ToString(judgement.topology[change.port].address),
                     AcsBitNames(change.clear),
                     change.acs.control | change.clear, change.acs.control);
}

std::string MergeSentence(const Judgement& judgement, const GroupMerge& merge) {
  return fmt::format(
      "IOMMU groups {} join: {} can no longer go to different "
      "guests and can reach each other",
      Joined(merge.groups), JoinedAddresses(judgement, merge.members));
}

void AddCostLines(const Judgement& judgement, const AdviceReport& report,
                  Lines* lines) {
  std::vector<std::string> costs;
  if (!report.groups_known)
    costs.push_back("what happens to IOMMU groups could not be predicted");
  else if (report.merges.empty())
    costs.push_back("no IOMMU groups join");
  for (const GroupMerge& merge : report.merges)
    costs.push_back(MergeSentence(judgement, merge));
  AddUnder("cost", std::move(costs), lines);
  lines->push_back(
      {"gain", fmt::format("ordered pairs of gpu, nic, nvme and accelerator "
                           "that are direct: {} now, {} then; allowed: {} "
                           "now, {} then",
                           report.direct_before, report.direct_after,
                           report.allowed_before, report.allowed_after)});
}

void AddParameterLines(const AdviceReport& report, Lines* lines) {
  std::string_view label = "boot";
  for (const std::string& parameter :
       {report.disable_acs_redir, report.config_acs}) {
    if (parameter.empty()) continue;
    lines->push_back({label, parameter});
    label = "or";
  }
  if (!report.disable_acs_redir.empty() || !report.config_acs.empty())
    lines->push_back({"", "quote the ';' in GRUB"});
  for (const std::string& note : report.parameter_notes)
    lines->push_back({"note", note});
  AddUnder("run time", report.setpci, lines);
  if (!report.setpci.empty())
    lines->push_back(
        {"risk",
         "takes effect under running DMA; IOMMU groups stay as they "
         "are though isolation is gone; a reset or the next boot "
         "undoes it; pairs that a driver mapped before keep the old "
         "verdict until it is bound anew"});
}

void AddChangeLines(const Judgement& judgement, const AdviceReport& report,
                    Lines* lines) {
  std::vector<std::string> changes;
  for (const PortChange& change : report.advice.changes)
    changes.push_back(ChangeSentence(judgement, change));
  AddUnder("change", std::move(changes), lines);
  AddParameterLines(report, lines);
  lines->push_back(
      {"then", OutcomePhrase(report.advice.after) + " in both directions"});
  if (report.costs_asked) AddCostLines(judgement, report, lines);
}

}  // namespace

Lines AdviceLines(const Judgement& judgement, const AdviceReport& report) {
  Lines lines;
  std::string obstacle = ObstacleSentence(judgement, report);
  if (!obstacle.empty()) lines.push_back({"", obstacle});
  if (!report.kernels_that_allow.empty())
    lines.push_back(
        {"kernels", "that would allow the pair through the host bridge: " +
                        Joined(report.kernels_that_allow)});
  if (!report.advice.changes.empty()) AddChangeLines(judgement, report, &lines);
  return lines;
}

void WriteAdviceText(const Judgement& judgement, const AdviceReport& report,
                     const TextStyle& style, std::ostream& out) {
  const char* arrow = style.unicode ? "→" : "->";
  std::string head = fmt::format(
      "{} {} {}, wished: {}", DevicePhrase(judgement, report.provider), arrow,
      DevicePhrase(judgement, report.client), GoalName(report.goal));
  for (const std::string& line : Wrapped("", "  ", head, style.width))
    out << Painted(line, Paint::kHead, style) << "\n";
  WriteLines(AdviceLines(judgement, report), style, out);
}

namespace {

void WriteStrings(std::string_view key, const std::vector<std::string>& list,
                  JsonWriter& json) {
  json.Key(key).BeginArray();
  for (const std::string& text : list) json.String(text);
  json.EndArray();
}

void WriteChanges(const Judgement& judgement, const AdviceReport& report,
                  JsonWriter& json) {
  json.Key("changes").BeginArray();
  for (const PortChange& change : report.advice.changes) {
    json.BeginObject();
    json.Field("port", ToString(judgement.topology[change.port].address));
    json.Key("clear").Hex(change.clear, 4);
    json.Key("control").Hex(change.acs.control, 4);
    json.Field("text", ChangeSentence(judgement, change)).EndObject();
  }
  json.EndArray();
}

void WriteMerges(const Judgement& judgement, const AdviceReport& report,
                 JsonWriter& json) {
  json.Key("groups_joined");
  if (!report.groups_known) {
    json.Null();
    return;
  }
  json.BeginArray();
  for (const GroupMerge& merge : report.merges) {
    json.BeginObject();
    WriteStrings("groups", merge.groups, json);
    WriteAddresses("functions", judgement, merge.members, json);
    json.EndObject();
  }
  json.EndArray();
}

void WriteParameter(std::string_view key, const std::string& text,
                    JsonWriter& json) {
  json.Key(key);
  text.empty() ? json.Null() : json.String(text);
}

}  // namespace

void WriteAdviceJson(const Judgement& judgement, const AdviceReport& report,
                     std::ostream& out) {
  JsonWriter json(out);
  BeginDocument(judgement, "p2pcheck.advise/1", json);
  const Topology& topology = judgement.topology;
  json.Field("provider", ToString(topology[report.provider].address));
  json.Field("client", ToString(topology[report.client].address));
  json.Field("goal", GoalName(report.goal));
  json.Field("obstacle", ObstacleName(report.advice.obstacle));
  json.Field("text", ObstacleSentence(judgement, report));
  WriteChanges(judgement, report, json);
  WriteAddresses("unreadable", judgement, report.advice.unreadable, json);
  json.Key("then_possible");
  WriteMapTypes(report.advice.after, json);
  WriteParameter("disable_acs_redir", report.disable_acs_redir, json);
  WriteParameter("config_acs", report.config_acs, json);
  WriteStrings("notes", report.parameter_notes, json);
  WriteStrings("setpci", report.setpci, json);
  WriteMerges(judgement, report, json);
  json.Key("pairs").BeginObject();
  json.Field("direct_before", report.direct_before);
  json.Field("direct_after", report.direct_after);
  json.Field("allowed_before", report.allowed_before);
  json.Field("allowed_after", report.allowed_after).EndObject();
  WriteStrings("kernels_that_allow", report.kernels_that_allow, json);
  json.EndObject();
}

}  // namespace p2pcheck
