// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/host_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "report/bars_report.h"
#include "report/json_writer.h"
#include "report/links.h"
#include "report/pair_judge.h"
#include "report/sentences.h"
#include "report/text.h"
#include "report/tree.h"
#include "report/verdict_json.h"

namespace p2pcheck {
namespace {

std::string_view AcsWord(PairAcs acs) {
  switch (acs) {
    case PairAcs::kNotAsked: return "not-asked";
    case PairAcs::kNoRedirect: return "no-redirect";
    case PairAcs::kUnknown: return "unknown";
    case PairAcs::kRedirect: return "redirect";
  }
  return "";
}

std::string CpuLine(const Judgement& judgement) {
  const HostFacts& host = judgement.snapshot.host;
  std::string text = Printable(judgement.cpu.vendor.value_or("CPU not known"));
  if (judgement.cpu.family.known())
    text += fmt::format(" family {}", judgement.cpu.family.value());
  if (judgement.cpu.proved_by)
    text += ", proved by " + ToString(*judgement.cpu.proved_by);
  if (host.cpu_model_name.known())
    text += ", " + Printable(host.cpu_model_name.value());
  return text;
}

std::string BuiltInPhrase(Ternary built_in) {
  switch (built_in) {
    case Ternary::kYes: return "PCI_P2PDMA is built in";
    case Ternary::kNo: return "PCI_P2PDMA is NOT built in: it refuses all";
    case Ternary::kUnknown: break;
  }
  return "whether PCI_P2PDMA is built in is not known";
}

std::string CountsLine(const Judgement& judgement) {
  std::map<DeviceKind, size_t> counts;
  for (DeviceKind kind : judgement.kinds) ++counts[kind];
  std::string text =
      fmt::format("{} functions below {} host bridge{}", judgement.kinds.size(),
                  judgement.topology.host_bridges().size(),
                  judgement.topology.host_bridges().size() == 1 ? "" : "s");
  for (auto [kind, count] : counts)
    text += fmt::format(", {} {}", count, DeviceKindName(kind));
  return text;
}

// "host.tar.xz (sosreport in tar+xz)"
std::string SourceLine(const HostSnapshot& snapshot) {
  if (snapshot.source_kind == "live") return "this one";
  std::string packing =
      snapshot.source_packing.empty() ? "" : " in " + snapshot.source_packing;
  return fmt::format("{} ({}{})", Printable(snapshot.source_name),
                     snapshot.source_kind, packing);
}

std::string PartsLine(const HostSnapshot& snapshot) {
  std::string text;
  for (const std::string& part : snapshot.source_parts)
    text += (text.empty() ? "" : ", ") + Printable(part);
  return text;
}

// Host bridges that fare alike share a line.
void WriteHostBridges(const Judgement& judgement, const TextStyle& style,
                      std::ostream& out) {
  std::vector<std::pair<std::string, std::string>> lines;  // phrase, buses
  const auto& bridges = judgement.topology.host_bridges();
  for (HostBridgeIndex h = 0; h < bridges.size(); ++h) {
    std::string phrase = HostBridgePhrase(judgement, h);
    auto known = std::find_if(lines.begin(), lines.end(),
                              [&](auto& line) { return line.first == phrase; });
    if (known == lines.end())
      lines.push_back({phrase, ToString(bridges[h].bus)});
    else
      known->second += " " + ToString(bridges[h].bus);
  }
  std::string_view label = "bridges";
  for (const auto& [phrase, buses] : lines) {
    WriteLabelled(label, buses + ": " + phrase, style, out);
    label = "";
  }
}

std::string OrDash(std::string text) {
  return text.empty() ? "-" : std::move(text);
}

void WriteDevices(const Judgement& judgement, const TextStyle& style,
                  std::ostream& out) {
  const Topology& topology = judgement.topology;
  TextTable table;
  for (FunctionIndex i = 0; i < topology.functions().size(); ++i) {
    if (!IsPeerKind(judgement.kinds[i])) continue;
    const Function& f = topology[i];
    std::string phrase = DevicePhrase(judgement, i);
    size_t blank = phrase.find(' ');
    table.AddRow(
        {std::string(DeviceKindName(judgement.kinds[i])), ToString(f.address),
         f.upstream == kNoIndex ? "-" : ToString(topology[f.upstream].address),
         OrDash(CurrentLink(f)),
         f.record->iommu_group.known()
             ? fmt::format("group {}", f.record->iommu_group.value())
             : "-",
         OrDash(Printable(f.record->driver.value_or(""))),
         blank == std::string::npos ? "" : phrase.substr(blank + 1)});
  }
  if (table.empty()) return;
  out << "\n"
      << Painted("devices: kind, address, below, link, group, driver, name",
                 Paint::kHead, style)
      << "\n";
  table.Write(2, style, out);
}

void WriteClasses(const Judgement& judgement,
                  const std::vector<PairClass>& classes, const TextStyle& style,
                  std::ostream& out) {
  TextTable table;
  const char* arrow = style.unicode ? " → " : " -> ";
  for (const PairClass& c : classes) {
    if (!IsPeerClass(c)) continue;
    table.AddRow({fmt::format("{}", c.pairs),
                  std::string(DeviceKindName(c.provider_kind)) + arrow +
                      std::string(DeviceKindName(c.client_kind)),
                  OutcomePhrase(Shown(judgement, c)),
                  std::string(RelationPhrase(c.relation)), AcsPhrase(c.acs),
                  DistanceText(c),
                  "e.g. " + ToString(judgement.topology[c.provider].address) +
                      " " + ToString(judgement.topology[c.client].address)});
  }
  if (table.empty()) {
    out << "\nNo two functions here are of kinds that pair (gpu, nic, nvme, "
           "accelerator).\np2pcheck matrix all shows every pair of "
           "functions.\n";
    return;
  }
  out << "\n"
      << Painted("pairs of these kinds, by class", Paint::kHead, style) << "\n";
  table.Write(2, style, out);
}

void WriteOutcomes(const Judgement& judgement,
                   const std::vector<PairClass>& classes,
                   const TextStyle& style, std::ostream& out) {
  MatrixTally peers;
  for (const PairClass& c : classes) {
    if (!IsPeerClass(c)) continue;
    MapTypeSet set = Shown(judgement, c);
    (!set.Has(MapType::kNotSupported) ? peers.allowed
     : set.decided()                  ? peers.refused
                                      : peers.undecided) += c.pairs;
  }
  WriteLabelled("pairs",
                fmt::format("of gpu, nic, nvme and accelerator: {} allowed, {} "
                            "not, {} undecided",
                            peers.allowed, peers.refused, peers.undecided),
                style, out);
}

std::string ProblemSentence(const TopologyProblem& problem) {
  using Kind = TopologyProblem::Kind;
  std::string at = ToString(problem.function);
  switch (problem.kind) {
    case Kind::kImpossibleBusNumbers:
      return at + ": bus numbers that lead nowhere below it";
    case Kind::kBusClaimedTwice:
      return fmt::format("{} and {} lead to the same bus", at,
                         ToString(problem.other));
    case Kind::kParentMissing:
      return fmt::format("{}: {}, the bridge above it, was not read", at,
                         ToString(problem.other));
    case Kind::kParentCycle: return at + ": is nested below itself";
    case Kind::kOrphan:
      return at + ": no bridge leads to its bus, which is no root bus";
  }
  return "";
}

// A dump without bridges has as many problems as functions.
constexpr size_t kMaxProblems = 8;

void WriteProblems(const Judgement& judgement, const TextStyle& style,
                   std::ostream& out) {
  std::string_view label = "unknown";
  for (const std::string& text : Unknowns(judgement)) {
    WriteLabelled(label, text, style, out);
    label = "";
  }
  WriteLines(ProblemLines(judgement), style, out);
  label = "note";
  for (const std::string& remark : KernelRemarks(judgement)) {
    WriteLabelled(label, remark, style, out);
    label = "";
  }
}

void WriteClass(const Judgement& judgement, const PairClass& c,
                JsonWriter& json) {
  MapTypeSet shown = Shown(judgement, c);
  json.BeginObject();
  json.Field("provider_kind", DeviceKindName(c.provider_kind));
  json.Field("client_kind", DeviceKindName(c.client_kind));
  json.Field("relation", PairRelationName(c.relation));
  json.Field("acs", AcsWord(c.acs));
  json.Key("map_type");
  shown.decided() ? json.String(MapTypeName(static_cast<MapType>(shown.bits())))
                  : json.Null();
  json.Key("possible");
  WriteMapTypes(shown, json);
  if (!(shown == c.possible)) {
    json.Key("would_be_possible");
    WriteMapTypes(c.possible, json);
  }
  json.Field("pairs", c.pairs);
  bool placed = c.relation != PairRelation::kPlaceUnknown;
  json.Key("min_distance");
  placed ? json.Number(c.min_distance()) : json.Null();
  json.Key("max_distance");
  placed ? json.Number(c.max_distance()) : json.Null();
  json.Key("distances").BeginArray();
  for (const PairsAtDistance& d : c.distances)
    json.BeginObject()
        .Field("distance", d.distance)
        .Field("pairs", d.pairs)
        .EndObject();
  json.EndArray();
  json.Key("example").BeginArray();
  json.String(ToString(judgement.topology[c.provider].address));
  json.String(ToString(judgement.topology[c.client].address));
  json.EndArray().EndObject();
}

}  // namespace

bool IsPeerKind(DeviceKind kind) {
  return kind == DeviceKind::kGpu || kind == DeviceKind::kNic ||
         kind == DeviceKind::kNvme || kind == DeviceKind::kAccelerator;
}

std::string_view RelationPhrase(PairRelation relation) {
  switch (relation) {
    case PairRelation::kItself: return "with itself";
    case PairRelation::kCommonBridge: return "below a common bridge";
    case PairRelation::kSameHostBridge: return "same host bridge";
    case PairRelation::kOtherHostBridge: return "two host bridges";
    case PairRelation::kPlaceUnknown: return "place not known";
  }
  return "";
}

std::string AcsPhrase(PairAcs acs) {
  switch (acs) {
    case PairAcs::kNotAsked: return "";
    case PairAcs::kNoRedirect: return "no ACS redirect";
    case PairAcs::kUnknown: return "ACS not readable";
    case PairAcs::kRedirect: return "ACS redirects";
  }
  return "";
}

MapTypeSet Shown(const Judgement& judgement, const PairClass& c) {
  return judgement.question.p2pdma_built_in == Ternary::kNo
             ? MapTypeSet(MapType::kNotSupported)
             : c.possible;
}

std::string DistanceText(const PairClass& c) {
  if (c.relation == PairRelation::kPlaceUnknown) return "-";
  if (c.min_distance() == c.max_distance())
    return fmt::format("distance {}", c.min_distance());
  return fmt::format("distance {} to {}", c.min_distance(), c.max_distance());
}

bool IsPeerClass(const PairClass& c) {
  return IsPeerKind(c.provider_kind) && IsPeerKind(c.client_kind) &&
         c.relation != PairRelation::kItself;
}

Lines HeadLines(const Judgement& judgement) {
  const HostSnapshot& snapshot = judgement.snapshot;
  std::string release = Printable(snapshot.host.kernel_release.value_or(""));
  release = release.empty() || release == KernelPhrase(judgement)
                ? ""
                : " (" + release + ")";
  Lines lines;
  lines.push_back({"host", SourceLine(snapshot)});
  std::string parts = PartsLine(snapshot);
  if (!parts.empty()) lines.push_back({"parts", parts});
  lines.push_back(
      {"kernel", KernelPhrase(judgement) + release + "; " +
                     BuiltInPhrase(judgement.question.p2pdma_built_in)});
  lines.push_back({"CPU", CpuLine(judgement)});
  lines.push_back({"devices", CountsLine(judgement)});
  for (const std::string& assumed : judgement.assumed)
    lines.push_back({"assumed", assumed});
  return lines;
}

Lines ProblemLines(const Judgement& judgement) {
  const auto& problems = judgement.topology.problems();
  std::vector<std::string> texts;
  for (size_t i = 0; i < problems.size() && i < kMaxProblems; ++i)
    texts.push_back(ProblemSentence(problems[i]));
  if (problems.size() > kMaxProblems)
    texts.push_back(fmt::format("and {} more, all of them in report --json",
                                problems.size() - kMaxProblems));
  Lines lines;
  AddUnder("problem", std::move(texts), &lines);
  return lines;
}

std::vector<PairClass> ClassifyEndpoints(const Judgement& judgement) {
  std::vector<bool> selected;
  for (DeviceKind kind : judgement.kinds)
    selected.push_back(kind != DeviceKind::kBridge);
  std::vector<PairClass> classes =
      ClassifyPairs({judgement.topology, judgement.question.kernels,
                     judgement.cpu, judgement.kinds, selected});
  CrossCheckClasses(judgement, selected, classes);
  return classes;
}

MatrixTally TallyOf(const Judgement& judgement,
                    const std::vector<PairClass>& classes) {
  MatrixTally tally;
  for (const PairClass& c : classes) {
    MapTypeSet set = Shown(judgement, c);
    (!set.Has(MapType::kNotSupported) ? tally.allowed
     : set.decided()                  ? tally.refused
                                      : tally.undecided) += c.pairs;
  }
  return tally;
}

void WriteReportText(const Judgement& judgement,
                     const std::vector<PairClass>& classes,
                     const TextStyle& style, std::ostream& out) {
  WriteLines(HeadLines(judgement), style, out);
  WriteHostBridges(judgement, style, out);
  WriteOutcomes(judgement, classes, style, out);
  WriteProblems(judgement, style, out);
  WriteDevices(judgement, style, out);
  WriteBarsSection(judgement, style, out);
  WriteClasses(judgement, classes, style, out);
}

void WriteReportJson(const Judgement& judgement,
                     const std::vector<PairClass>& classes, std::ostream& out) {
  JsonWriter json(out);
  BeginDocument(judgement, "p2pcheck.report/1", json);
  WriteHostBridgesJson(judgement, json);
  json.Key("problems").BeginArray();
  for (const TopologyProblem& problem : judgement.topology.problems())
    json.String(ProblemSentence(problem));
  json.EndArray();
  json.Key("pair_classes").BeginArray();
  for (const PairClass& c : classes) WriteClass(judgement, c, json);
  json.EndArray();
  WriteFunctionsJson(judgement, true, json);
  json.EndObject();
}

void WriteSummaryText(const Judgement& judgement,
                      const std::vector<PairClass>& classes,
                      const TextStyle& style, std::ostream& out) {
  WriteLines(HeadLines(judgement), style, out);
  WriteOutcomes(judgement, classes, style, out);
  WriteProblems(judgement, style, out);
  out << "\nNext:\n"
         "  p2pcheck report                 the whole host\n"
         "  p2pcheck tree                   the PCIe tree with ports and ACS\n"
         "  p2pcheck matrix gpu nic nvme    who may do peer-to-peer with whom\n"
         "  p2pcheck pair DEVICE DEVICE     one pair, and why\n"
         "  p2pcheck record -o FILE         a recording to mail\n";
}

}  // namespace p2pcheck
