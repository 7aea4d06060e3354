// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/pair_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "report/json_writer.h"
#include "report/links.h"
#include "report/route_words.h"
#include "report/sentences.h"
#include "report/speed_words.h"
#include "report/text.h"
#include "report/verdict_json.h"
#include "verdict/path.h"
#include "verdict/route_score.h"

namespace p2pcheck {
namespace {

// The kernel prints its list into 128 bytes: nine addresses of a four-digit
// domain fit, the tenth does not (spec/kernel-p2p.md 1.7).
constexpr size_t kKernelListBytes = 128;

bool OverflowsKernelList(const Judgement& judgement, const Verdict& verdict) {
  size_t bytes = 0;
  for (FunctionIndex i : verdict.acs_redirect)
    bytes += ToString(judgement.topology[i].address).size() + 1;
  return bytes >= kKernelListBytes;
}

void WriteOutcome(const Judgement& judgement, const Verdict& verdict,
                  const TextStyle& style, std::ostream& out) {
  std::string phrase = OutcomePhrase(verdict.possible);
  std::string headline = PairHeadline(judgement, verdict);
  size_t used = 2 + phrase.size() + headline.size();
  size_t gap =
      used + 2 <= style.width ? std::min<size_t>(style.width - used, 20) : 2;
  out << "  " << Painted(phrase, PaintOf(verdict.possible), style);
  if (used + 2 > style.width)
    out << "\n  " << headline << "\n";
  else
    out << std::string(gap, ' ') << headline << "\n";
}

std::string Hop(const Topology& topology, FunctionIndex i) {
  std::string text = ToString(topology[i].address);
  std::string link = CurrentLink(topology[i]);
  return link.empty() ? text : text + " (" + link + ")";
}

// From the provider's side up, over the top, and down to the client.
std::string PathText(const Judgement& judgement, const Verdict& verdict,
                     const TextStyle& style) {
  const Topology& topology = judgement.topology;
  Path path = FindPath(topology, verdict.provider, verdict.client);
  const char* joint = style.unicode ? " ═ " : " = ";
  std::string text;
  for (FunctionIndex i : path.provider_side)
    text += (text.empty() ? "" : joint) + Hop(topology, i);
  if (path.common == kNoIndex) {
    text += joint +
            ToString(topology.host_bridges()[verdict.provider_host_bridge].bus);
    if (verdict.provider_host_bridge != verdict.client_host_bridge)
      text += joint +
              ToString(topology.host_bridges()[verdict.client_host_bridge].bus);
  }
  for (size_t i = path.client_side.size(); i-- > 0;)
    text += joint + Hop(topology, path.client_side[i]);
  return text;
}

// None for a function with itself, and where a place is not known.
std::optional<RouteScore> ScoreOf(const Judgement& judgement,
                                  const RouteScorer& scorer,
                                  const Verdict& verdict) {
  const Topology& topology = judgement.topology;
  if (verdict.provider == verdict.client ||
      !topology[verdict.provider].placed() ||
      !topology[verdict.client].placed())
    return std::nullopt;
  return scorer.Score(verdict.provider, verdict.client);
}

RouteScorer ScorerOf(const Judgement& judgement) {
  return RouteScorer(judgement.topology, judgement.book, judgement.cpu,
                     PairingDevices(judgement));
}

void AddReasons(const Judgement& judgement, const Verdict& verdict,
                Lines* lines) {
  std::vector<std::string> why, unknown;
  for (const Reason& reason : verdict.reasons)
    why.push_back(ReasonSentence(judgement, verdict, reason));
  for (const Fact& fact : verdict.missing)
    unknown.push_back(MissingSentence(judgement, fact));
  AddUnder("why", std::move(why), lines);
  AddUnder("unknown", std::move(unknown), lines);
}

void AddNotes(const Judgement& judgement, const Verdict& verdict,
              Lines* lines) {
  auto add = [&](std::string text) {
    lines->push_back({"note", std::move(text)});
  };
  if (!verdict.acs_redirect_complete && !verdict.acs_redirect.empty())
    add("other functions of the path, which could not be read, may redirect "
        "too");
  if (OverflowsKernelList(judgement, verdict))
    add("the kernel's own message would be cut or garbled: its list of these "
        "ports has 128 bytes");
  for (std::string& remark : KernelRemarks(judgement)) add(std::move(remark));
  if (judgement.question.p2pdma_built_in == Ternary::kUnknown)
    add("whether this kernel has PCI_P2PDMA built in is not known; the verdict "
        "takes it as built in");
}

void WriteDirection(const Judgement& judgement, const Verdict& verdict,
                    const TextStyle& style, std::ostream& out) {
  WriteOutcome(judgement, verdict, style, out);
  WriteLines(WhyLines(judgement, verdict), style, out);
}

bool SameBack(const Verdict& there, const Verdict& back) {
  return there.possible == back.possible && there.distance == back.distance;
}

}  // namespace

std::string PairHeadline(const Judgement& judgement, const Verdict& verdict) {
  std::string text;
  if (verdict.possible.decided()) {
    text = MapTypeName(static_cast<MapType>(verdict.possible.bits()));
  } else {
    for (MapType type : kMapTypes)
      if (verdict.possible.Has(type))
        text += (text.empty() ? "" : " or ") + std::string(MapTypeName(type));
  }
  if (verdict.distance) text += fmt::format(", distance {}", *verdict.distance);
  std::string kernel =
      judgement.question.kernels.size() == 1 ? KernelPhrase(judgement) : "?";
  return fmt::format("kernel {}: {}", kernel, text);
}

Lines WhyLines(const Judgement& judgement, const Verdict& verdict) {
  Lines lines;
  AddReasons(judgement, verdict, &lines);
  if (!verdict.would_be) return lines;
  lines.push_back({"with it", OutcomePhrase(verdict.would_be->possible)});
  AddReasons(judgement, *verdict.would_be, &lines);
  return lines;
}

WayWriter::WayWriter(const Judgement& judgement)
    : judgement_(judgement),
      gates_(GateComparerOf(judgement)),
      scorer_(ScorerOf(judgement)) {}

Lines WayWriter::LinesOf(const Verdict& verdict) const {
  const Topology& topology = judgement_.topology;
  Lines lines;
  if (topology[verdict.provider].placed() && topology[verdict.client].placed())
    lines = RouteLines(judgement_, gates_, verdict);
  if (auto score = ScoreOf(judgement_, scorer_, verdict))
    for (Line& line : SpeedLines(judgement_, *score))
      lines.push_back(std::move(line));
  AddNotes(judgement_, verdict, &lines);
  return lines;
}

void WritePairText(const Judgement& judgement, const Verdict& there,
                   const Verdict& back, const TextStyle& style,
                   std::ostream& out) {
  const char* arrow = style.unicode ? "→" : "->";
  std::string from = DevicePhrase(judgement, there.provider);
  std::string to = DevicePhrase(judgement, there.client);
  if (ColumnsOf(from) + ColumnsOf(to) + 6 <= style.width) {
    out << Painted(fmt::format("{}  {}  {}", from, arrow, to), Paint::kHead,
                   style)
        << "\n";
  } else {
    for (const auto& [front, phrase] :
         {std::pair<std::string, std::string>("", from),
          {fmt::format("  {} ", arrow), to}})
      for (const std::string& line :
           Wrapped(front, "      ", phrase, style.width))
        out << Painted(line, Paint::kHead, style) << "\n";
  }
  WriteDirection(judgement, there, style, out);
  const Topology& topology = judgement.topology;
  if (there.provider != there.client && topology[there.provider].placed() &&
      topology[there.client].placed())
    WriteLabelled("path", PathText(judgement, there, style), style, out);
  WriteLines(WayWriter(judgement).LinesOf(there), style, out);
  if (there.provider == there.client) return;
  if (SameBack(there, back)) {
    WriteLabelled("back", "the same in the other direction", style, out);
    return;
  }
  WriteLabelled("back", "the other direction:", style, out);
  WriteDirection(judgement, back, style, out);
}

void WritePairJson(const Judgement& judgement, const Verdict& there,
                   const Verdict& back, std::ostream& out) {
  JsonWriter json(out);
  BeginDocument(judgement, "p2pcheck.pair/1", json);
  json.Key("verdict");
  WriteVerdict(judgement, there, json);
  json.Key("reverse");
  WriteVerdict(judgement, back, json);
  WriteRoutesJson(judgement, there, json);
  WriteSpeedJson(judgement, ScoreOf(judgement, ScorerOf(judgement), there),
                 json);
  json.EndObject();
}

}  // namespace p2pcheck
