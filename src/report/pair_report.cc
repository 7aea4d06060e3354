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

std::string Headline(const Judgement& judgement, const Verdict& verdict) {
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

void WriteOutcome(const Judgement& judgement, const Verdict& verdict,
                  const TextStyle& style, std::ostream& out) {
  std::string phrase = OutcomePhrase(verdict.possible);
  std::string headline = Headline(judgement, verdict);
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

void WriteWhy(const Judgement& judgement, const Verdict& verdict,
              const TextStyle& style, std::ostream& out) {
  std::string_view label = "why";
  for (const Reason& reason : verdict.reasons) {
    WriteLabelled(label, ReasonSentence(judgement, verdict, reason), style,
                  out);
    label = "";
  }
  label = "unknown";
  for (const Fact& fact : verdict.missing) {
    WriteLabelled(label, MissingSentence(judgement, fact), style, out);
    label = "";
  }
}

void WriteNotes(const Judgement& judgement, const Verdict& verdict,
                const TextStyle& style, std::ostream& out) {
  if (!verdict.acs_redirect_complete && !verdict.acs_redirect.empty())
    WriteLabelled("note",
                  "other functions of the path, which could not be read, may "
                  "redirect too",
                  style, out);
  if (OverflowsKernelList(judgement, verdict))
    WriteLabelled("note",
                  "the kernel's own message would be cut or garbled: its list "
                  "of these ports has 128 bytes",
                  style, out);
  for (const std::string& remark : KernelRemarks(judgement))
    WriteLabelled("note", remark, style, out);
  if (judgement.question.p2pdma_built_in == Ternary::kUnknown)
    WriteLabelled("note",
                  "whether this kernel has PCI_P2PDMA built in is not known; "
                  "the verdict takes it as built in",
                  style, out);
}

void WriteDirection(const Judgement& judgement, const Verdict& verdict,
                    const TextStyle& style, std::ostream& out) {
  WriteOutcome(judgement, verdict, style, out);
  WriteWhy(judgement, verdict, style, out);
  if (!verdict.would_be) return;
  WriteLabelled("with it", OutcomePhrase(verdict.would_be->possible), style,
                out);
  WriteWhy(judgement, *verdict.would_be, style, out);
}

// None for a function with itself, and where a place is not known.
std::optional<RouteScore> ScoreOf(const Judgement& judgement,
                                  const Verdict& verdict) {
  const Topology& topology = judgement.topology;
  if (verdict.provider == verdict.client ||
      !topology[verdict.provider].placed() ||
      !topology[verdict.client].placed())
    return std::nullopt;
  return RouteScorer(topology, judgement.book, judgement.cpu,
                     PairingDevices(judgement))
      .Score(verdict.provider, verdict.client);
}

bool SameBack(const Verdict& there, const Verdict& back) {
  return there.possible == back.possible && there.distance == back.distance;
}

}  // namespace

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
    out << Painted(Fit(from, style.width), Paint::kHead, style) << "\n  "
        << arrow << " "
        << Painted(Fit(to, style.width - 4), Paint::kHead, style) << "\n";
  }
  WriteDirection(judgement, there, style, out);
  const Topology& topology = judgement.topology;
  if (there.provider != there.client && topology[there.provider].placed() &&
      topology[there.client].placed())
    WriteLabelled("path", PathText(judgement, there, style), style, out);
  if (topology[there.provider].placed() && topology[there.client].placed())
    WriteRoutesText(judgement, there, style, out);
  if (auto score = ScoreOf(judgement, there))
    WriteSpeedText(judgement, *score, style, out);
  WriteNotes(judgement, there, style, out);
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
  WriteSpeedJson(judgement, ScoreOf(judgement, there), json);
  json.EndObject();
}

}  // namespace p2pcheck
