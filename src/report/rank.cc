// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/rank.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <tuple>

#include "report/json_writer.h"
#include "report/pair_judge.h"
#include "report/path_words.h"
#include "report/sentences.h"
#include "report/speed_words.h"
#include "report/text.h"
#include "report/verdict_json.h"

namespace p2pcheck {
namespace {

// 0 is best.
int Grade(MapTypeSet possible) {
  if (!possible.Has(MapType::kNotSupported))
    return !possible.decided() ? 1 : possible.Has(MapType::kBusAddr) ? 0 : 2;
  return possible.decided() ? 4 : 3;
}

// Smaller is better, the unknown last.
uint64_t Behind(const std::optional<uint64_t>& rate) {
  return rate ? ~*rate : ~uint64_t{0};
}

auto KeyOf(const Partner& p) {
  int client = Grade(p.as_client.possible);
  int provider = Grade(p.as_provider.possible);
  return std::tuple(std::max(client, provider), std::min(client, provider),
                    Behind(p.score ? p.score->line() : std::nullopt),
                    Behind(p.score ? p.score->usable() : std::nullopt),
                    p.as_client.distance.value_or(kNoIndex), p.device);
}

Partner PartnerOf(const Judgement& judgement, const RouteScorer& scorer,
                  PairJudge* judge, FunctionIndex device,
                  FunctionIndex candidate) {
  const Topology& topology = judgement.topology;
  Partner partner;
  partner.device = candidate;
  partner.as_client = judge->Decide(device, candidate);
  partner.as_provider = judge->Decide(candidate, device);
  if (topology[device].placed() && topology[candidate].placed())
    partner.score = scorer.Score(device, candidate);
  partner.path = PathLevelOf(topology, device, candidate);
  return partner;
}

}  // namespace

bool IsBetter(const Partner& a, const Partner& b) {
  return KeyOf(a) < KeyOf(b);
}

std::vector<Partner> RankPartners(
    const Judgement& judgement, FunctionIndex device,
    const std::vector<FunctionIndex>& candidates) {
  std::vector<FunctionIndex> selected = candidates;
  selected.push_back(device);
  RouteScorer scorer(judgement.topology, judgement.book, judgement.cpu,
                     selected);
  PairJudge judge(judgement);
  std::vector<Partner> partners;
  for (FunctionIndex candidate : candidates)
    if (candidate != device)
      partners.push_back(
          PartnerOf(judgement, scorer, &judge, device, candidate));
  std::sort(partners.begin(), partners.end(), IsBetter);
  return partners;
}

MatrixTally TallyOf(const std::vector<Partner>& partners) {
  MatrixTally tally;
  for (const Partner& partner : partners) {
    tally.Count(partner.as_client.possible);
    tally.Count(partner.as_provider.possible);
  }
  return tally;
}

namespace {

// "direct", or "direct, back: not allowed".
std::string VerdictCell(const Partner& partner) {
  std::string there = OutcomeWord(partner.as_client.possible);
  std::string back = OutcomeWord(partner.as_provider.possible);
  return there == back ? there : there + "/" + back;
}

const WayScore& NarrowerWay(const RouteScore& score) {
  auto there = score.to_provider.now.line, back = score.to_client.now.line;
  bool back_is_narrower = !back || (there && *back < *there);
  return back_is_narrower ? score.to_client : score.to_provider;
}

std::string DistanceText(const Verdict& verdict) {
  return verdict.distance ? fmt::format("{}", *verdict.distance) : "-";
}

std::string PortText(const Judgement& judgement, const WayScore& way) {
  if (!way.now.line) return "?";
  FunctionIndex port = way.BottleneckPort(judgement.topology);
  return ToString(judgement.topology[port].address);
}

bool NoLink(const WayScore& way) {
  return !way.route_open && !way.blocked && way.now.no_link();
}

std::string SpeedCell(const Judgement& judgement, const Partner& partner) {
  if (!partner.score) return "?";
  const WayScore& way = NarrowerWay(*partner.score);
  if (NoLink(way)) return "no link";
  if (!way.now.line) return "?";
  std::string text = RateText(way.now.line) + " at " + PortText(judgement, way);
  if (way.shared_by && *way.shared_by > 1)
    text += fmt::format(" /{}", *way.shared_by);
  return text;
}

void WriteRankNotes(const std::vector<Partner>& partners,
                    const TextStyle& style, std::ostream& out) {
  bool crosses = false, unknown = false;
  for (const Partner& p : partners) {
    if (!p.score) continue;
    const WayScore& way = NarrowerWay(*p.score);
    crosses |= way.now.payload && !way.usable;
    unknown |= !way.now.line && !NoLink(way);
  }
  out << "\n";
  WriteLabelled("speed",
                "line rate of the narrowest link, its port, and among how many "
                "of the devices it is shared",
                style, out);
  if (crosses)
    WriteLabelled("note",
                  "what passes between root ports is known of few CPUs: pairs "
                  "that are not direct may be slower than their links",
                  style, out);
  if (unknown)
    WriteLabelled("note", "? is not known: p2pcheck pair says why", style, out);
  WriteLabelled("path", PathLegend(), style, out);
}

}  // namespace

void WriteRankText(const Judgement& judgement, FunctionIndex device,
                   const std::vector<Partner>& partners, const TextStyle& style,
                   std::ostream& out) {
  out << Painted("partners of " + DevicePhrase(judgement, device), Paint::kHead,
                 style)
      << "\nkernel " << KernelPhrase(judgement) << "\n\n";
  TextTable table;
  table.AddRow({"verdict", "speed", "dist", "path", "partner"});
  for (const Partner& partner : partners)
    table.AddRow({VerdictCell(partner), SpeedCell(judgement, partner),
                  DistanceText(partner.as_client), PathWord(partner.path),
                  DevicePhrase(judgement, partner.device)});
  table.Write(2, style, out);
  if (partners.empty()) out << "  none among the candidates\n";
  WriteRankNotes(partners, style, out);
}

namespace {

std::string MapTypeText(const Verdict& verdict) {
  if (!verdict.possible.decided()) return "?";
  return std::string(
      MapTypeName(static_cast<MapType>(verdict.possible.bits())));
}

std::string NumberText(const std::optional<uint64_t>& number, bool none) {
  return none ? "-" : number ? fmt::format("{}", *number) : "?";
}

// The rates of the narrower way: one line is for one partner.
std::string SpeedFields(const Judgement& judgement, const Partner& partner) {
  if (!partner.score) return "?\t?\t?\t?\t?";
  const WayScore& way = NarrowerWay(*partner.score);
  bool none = NoLink(way) || way.blocked;
  return fmt::format("{}\t{}\t{}\t{}\t{}", NumberText(way.now.line, none),
                     NumberText(way.now.payload, none),
                     NumberText(partner.score->usable(), none),
                     none ? "-" : PortText(judgement, way),
                     NumberText(way.shared_by, none));
}

}  // namespace

void WriteRankTsv(const Judgement& judgement,
                  const std::vector<Partner>& partners, std::ostream& out) {
  out << "partner\tas_client\tas_provider\tdistance\tline_rate\tpayload_rate\t"
         "usable_rate\tbottleneck\tshared_by\tpath\n";
  for (const Partner& p : partners)
    out << ToString(judgement.topology[p.device].address) << "\t"
        << MapTypeText(p.as_client) << "\t" << MapTypeText(p.as_provider)
        << "\t" << DistanceText(p.as_client) << "\t"
        << SpeedFields(judgement, p) << "\t" << PathWord(p.path) << "\n";
}

void WriteRankJson(const Judgement& judgement, FunctionIndex device,
                   const std::vector<Partner>& partners, std::ostream& out) {
  JsonWriter json(out);
  BeginDocument(judgement, "p2pcheck.rank/1", json);
  json.Field("device", ToString(judgement.topology[device].address));
  json.Key("partners").BeginArray();
  for (const Partner& partner : partners) {
    json.BeginObject();
    json.Field("device", ToString(judgement.topology[partner.device].address));
    json.Key("as_client");
    WriteVerdict(judgement, partner.as_client, json);
    json.Key("as_provider");
    WriteVerdict(judgement, partner.as_provider, json);
    json.Key("path");
    WritePathWord(partner.path, json);
    WriteSpeedJson(judgement, partner.score, json);
    json.EndObject();
  }
  json.EndArray().EndObject();
}

}  // namespace p2pcheck
