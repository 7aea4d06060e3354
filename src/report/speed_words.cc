// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/speed_words.h"

#include <fmt/format.h>

#include "report/sentences.h"
#include "report/verdict_json.h"

namespace p2pcheck {
namespace {

constexpr size_t kMostNamed = 3;

std::string_view CrossingWords(const Crossing& crossing) {
  if (!crossing.kind)
    return "between host bridges (whose NUMA nodes are not known)";
  switch (*crossing.kind) {
    case CrossingKind::kRootComplex: return "the root complex";
    case CrossingKind::kHostBridges:
      return "between host bridges of one NUMA node";
    case CrossingKind::kNumaNodes: return "between NUMA nodes";
  }
  return "";
}

std::string BottleneckWords(const Judgement& judgement, const WayScore& way) {
  if (!way.now.line) return "";
  FunctionIndex port = way.BottleneckPort(judgement.topology);
  std::string text = fmt::format("bottleneck {} at {}", RateText(*way.now.line),
                                 ToString(judgement.topology[port].address));
  if (way.shared_by && *way.shared_by > 1)
    text += fmt::format(", shared by {} devices", *way.shared_by);
  return text;
}

std::string PayloadWords(const Judgement& judgement, const WayScore& way) {
  if (way.now.payload)
    return fmt::format("payload {} ({} bytes a TLP)",
                       RateText(*way.now.payload), *way.now.payload_size);
  if (way.now.unknown_payloads.empty()) return "";
  return "payload not known: Max_Payload_Size of " +
         JoinedAddresses(judgement, way.now.unknown_payloads, kMostNamed);
}

std::string CrossingSentence(const WayScore& way) {
  if (!way.crossing.crosses) return "";
  std::string_view where = CrossingWords(way.crossing);
  const CrossingRule* rule = way.crossing.rule;
  if (!rule) return fmt::format("what passes {} is not known", where);
  return fmt::format("{}{} was measured to pass {} of such CPUs",
                     rule->at_least ? "at least " : "", RateText(rule->passes),
                     where);
}

std::string BestWords(const WayScore& way) {
  if (!way.best.line || !way.now.line || way.best.line == way.now.line)
    return "";
  return fmt::format("{} if trained to the maximum", RateText(*way.best.line));
}

std::string UnknownWords(const Judgement& judgement, const WayScore& way) {
  if (way.blocked) return "nothing gets through";
  if (way.route_open) return "not known: it hangs on the route";
  if (!way.now.unknown_links.empty())
    return "not known: the link above " +
           JoinedAddresses(judgement, way.now.unknown_links, kMostNamed);
  if (way.now.no_link()) return "no link on the way";
  return "";
}

}  // namespace

std::string RateText(uint64_t rate) {
  constexpr uint64_t kGiga = 1'000'000'000, kMega = 1'000'000;
  // Below what would be printed as 1.0.
  if (rate < kGiga - kMega / 2)
    return fmt::format("{} MB/s", (rate + kMega / 2) / kMega);
  return fmt::format("{:.1f} GB/s", static_cast<double>(rate) / kGiga);
}

std::string RateText(const std::optional<uint64_t>& rate) {
  return rate ? RateText(*rate) : "?";
}

std::vector<FunctionIndex> PairingDevices(const Judgement& judgement) {
  std::vector<FunctionIndex> devices;
  for (FunctionIndex i = 0; i < judgement.kinds.size(); ++i) {
    DeviceKind kind = judgement.kinds[i];
    if (kind == DeviceKind::kGpu || kind == DeviceKind::kNic ||
        kind == DeviceKind::kNvme || kind == DeviceKind::kAccelerator)
      devices.push_back(i);
  }
  return devices;
}

std::string SpeedSentence(const Judgement& judgement, const WayScore& way) {
  std::string text = UnknownWords(judgement, way);
  for (const std::string& part :
       {BottleneckWords(judgement, way),
        way.now.line ? PayloadWords(judgement, way) : "",
        way.route_open ? "" : CrossingSentence(way), BestWords(way)})
    if (!part.empty()) text += (text.empty() ? "" : "; ") + part;
  return text;
}

Lines SpeedLines(const Judgement& judgement, const RouteScore& score) {
  std::string there = SpeedSentence(judgement, score.to_provider);
  std::string back = SpeedSentence(judgement, score.to_client);
  if (there == back) return {{"speed", there}};
  return {{"speed", "writes of the client: " + there},
          {"", "what it reads: " + back}};
}

std::string_view CrossingName(CrossingKind kind) {
  switch (kind) {
    case CrossingKind::kRootComplex: return "root-complex";
    case CrossingKind::kHostBridges: return "host-bridges";
    case CrossingKind::kNumaNodes: return "numa-nodes";
  }
  return "";
}

namespace {

void WriteRate(const Judgement& judgement, std::string_view key,
               const PathRate& rate, JsonWriter& json) {
  json.Key(key).BeginObject();
  json.Field("line_rate", rate.line).Field("payload_rate", rate.payload);
  json.Field("payload_size", rate.payload_size).Key("bottleneck");
  if (rate.line)
    json.String(
        ToString(judgement.topology[judgement.topology[rate.narrowest].upstream]
                     .address));
  else
    json.Null();
  json.EndObject();
}

void WriteCrossing(const Crossing& crossing, JsonWriter& json) {
  json.Key("crossing").BeginObject();
  json.Field("crosses", crossing.crosses).Key("between");
  crossing.kind ? json.String(CrossingName(*crossing.kind)) : json.Null();
  json.Key("passes");
  const CrossingRule* rule = crossing.rule;
  rule ? json.Number(static_cast<int64_t>(rule->passes)) : json.Null();
  json.Key("passes_at_least");
  rule ? json.Bool(rule->at_least) : json.Null();
  json.Key("source");
  rule ? json.String(rule->source) : json.Null();
  json.EndObject();
}

void WriteWay(const Judgement& judgement, std::string_view key,
              const WayScore& way, JsonWriter& json) {
  json.Key(key).BeginObject();
  json.Field("usable_rate", way.usable).Field("shared_by", way.shared_by);
  WriteRate(judgement, "now", way.now, json);
  WriteRate(judgement, "at_maximum", way.best, json);
  WriteCrossing(way.crossing, json);
  json.Field("blocked", way.blocked).Field("route_known", !way.route_open);
  WriteAddresses("unknown_links", judgement, way.now.unknown_links, json);
  WriteAddresses("unknown_payload_sizes", judgement, way.now.unknown_payloads,
                 json);
  json.Field("text", SpeedSentence(judgement, way)).EndObject();
}

}  // namespace

void WriteSpeedJson(const Judgement& judgement,
                    const std::optional<RouteScore>& score, JsonWriter& json) {
  json.Key("bandwidth");
  if (!score) {
    json.Null();
    return;
  }
  json.BeginObject();
  WriteWay(judgement, "to_provider", score->to_provider, json);
  WriteWay(judgement, "to_client", score->to_client, json);
  json.EndObject();
}

}  // namespace p2pcheck
