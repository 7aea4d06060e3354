// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/dmabuf_report.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "report/bars_report.h"
#include "report/dmabuf_json.h"
#include "report/dmabuf_sentences.h"
#include "report/json_writer.h"
#include "report/sentences.h"
#include "report/text.h"
#include "report/verdict_json.h"

namespace p2pcheck {
namespace {

std::string_view UseChoiceName(UseChoice choice) {
  switch (choice) {
    case UseChoice::kNamed: return "named";
    case UseChoice::kByDriver: return "by-driver";
    case UseChoice::kAnyKind: break;
  }
  return "any-kind";
}

Paint PaintOf(Ternary answer) {
  return answer == Ternary::kYes  ? Paint::kGood
         : answer == Ternary::kNo ? Paint::kBad
                                  : Paint::kUnsure;
}

std::string_view AnswerPhrase(Ternary answer) {
  switch (answer) {
    case Ternary::kYes: return "works";
    case Ternary::kNo: return "does not work";
    case Ternary::kUnknown: break;
  }
  return "undecided";
}

// "BAR 2 (16 MiB at 0xfe00000000)"
std::string BarPhrase(const DmabufFinding& finding) {
  const Bar& bar = finding.bar.bar;
  std::string text =
      bar.index == kRomIndex ? "ROM" : fmt::format("BAR {}", bar.index);
  if (!finding.bar.bar.recorded) return text;
  if (bar.size == 0) return text + " (absent)";
  if (bar.unassigned) return text + fmt::format(" ({})", SizeText(bar.size));
  return text + fmt::format(" ({} at {:#x})", SizeText(bar.size), bar.start);
}

void WriteTitle(const Judgement& judgement, const DmabufFinding& finding,
                const TextStyle& style, std::ostream& out) {
  const char* arrow = style.unicode ? "→" : "->";
  std::string bar = ", " + BarPhrase(finding);
  std::string from = DevicePhrase(judgement, finding.request.exporter);
  std::string to = DevicePhrase(judgement, finding.request.importer);
  size_t columns = ColumnsOf(from) + ColumnsOf(bar) + ColumnsOf(to) + 6;
  if (columns <= style.width) {
    out << Painted(fmt::format("{}{}  {}  {}", from, bar, arrow, to),
                   Paint::kHead, style)
        << "\n";
    return;
  }
  size_t room = std::max<size_t>(style.width, 40) - ColumnsOf(bar);
  out << Painted(Fit(from, room) + bar, Paint::kHead, style) << "\n  " << arrow
      << " " << Painted(Fit(to, style.width - 4), Paint::kHead, style) << "\n";
}

// "BUS_ADDR", "THRU_HOST_BRIDGE or NOT_SUPPORTED"
std::string MapTypesText(MapTypeSet set) {
  std::string text;
  for (MapType type : kMapTypes)
    if (set.Has(type))
      text += (text.empty() ? "" : " or ") + std::string(MapTypeName(type));
  return text;
}

void WriteOutcome(const Judgement& judgement, const DmabufFinding& finding,
                  const TextStyle& style, std::ostream& out) {
  Ternary answer = finding.answer();
  std::string kernel =
      judgement.question.kernels.size() == 1 ? KernelPhrase(judgement) : "?";
  out << "  " << Painted(AnswerPhrase(answer), PaintOf(answer), style)
      << fmt::format("    kernel {}: {}\n", kernel,
                     MapTypesText(finding.verdict.possible));
}

// "it is not memory (bar-is-io)"
std::string WithRule(const StepReason& reason) {
  return fmt::format("{} ({})", DmabufSentence(reason),
                     DmabufRuleName(reason.rule));
}

// "no, EINVAL"
std::string StepText(const StepVerdict& verdict) {
  switch (verdict.answer()) {
    case Ternary::kYes: return "yes";
    case Ternary::kUnknown: return "undecided";
    case Ternary::kNo: break;
  }
  auto error = verdict.error();
  return error ? fmt::format("no, {}", ErrnoName(*error)) : "no";
}

// A step with the reasons that refuse or leave it open below it; where it is
// yes, those that say how.
void WriteStepText(std::string_view label, const StepVerdict& verdict,
                   const std::string& tail, const TextStyle& style,
                   std::ostream& out) {
  WriteLabelled(label, StepText(verdict) + tail, style, out);
  Ternary answer = verdict.answer();
  for (const StepReason& reason : MergedReasons(verdict))
    if (!reason.warning && reason.says == answer && !IsRemark(reason))
      WriteLabelled("", WithRule(reason), style, out);
    else if (answer == Ternary::kNo && reason.says == Ternary::kUnknown)
      WriteLabelled("", "perhaps also: " + WithRule(reason), style, out);
}

std::string ExportTail(const DmabufFinding& finding) {
  const BarExport& exported = finding.exported;
  std::string by = exported.by ? exported.by->name : "nobody";
  std::string text = finding.hypothetical
                         ? fmt::format("; by {}, if it had the function", by)
                         : fmt::format("; by {}, as bound", by);
  if (finding.bar_picked && finding.exported.verdict.answer() != Ternary::kNo)
    text += "; of its BARs the largest";
  return text;
}

void WriteExportText(const DmabufFinding& finding, const TextStyle& style,
                     std::ostream& out) {
  WriteStepText("export", finding.exported.verdict, ExportTail(finding), style,
                out);
  if (!finding.hypothetical) return;
  const StepReason* bound = DecidingReason(finding.bar.as_bound.verdict);
  if (bound) WriteLabelled("", "as bound: " + WithRule(*bound), style, out);
}

using UseGroup = std::vector<const UseFinding*>;

bool SameAnswers(const UseFinding& a, const UseFinding& b) {
  return a.pair.attach.reasons == b.pair.attach.reasons &&
         a.pair.map.reasons == b.pair.map.reasons;
}

// Uses that fare alike share their lines.
std::vector<UseGroup> GroupUses(const std::vector<UseFinding>& uses) {
  std::vector<UseGroup> groups;
  for (const UseFinding& use : uses) {
    auto same = std::find_if(groups.begin(), groups.end(), [&](auto& group) {
      return SameAnswers(*group.front(), use);
    });
    if (same == groups.end())
      groups.push_back({&use});
    else
      same->push_back(&use);
  }
  return groups;
}

std::string UseTail(const DmabufFinding& finding, const UseGroup& group) {
  const ImporterRule& rule = *group.front()->use;
  std::string kind(ImporterKindName(rule.kind));
  if (finding.choice == UseChoice::kNamed)
    return fmt::format("; {} ({})", rule.name, kind);
  if (finding.choice == UseChoice::kByDriver)
    return fmt::format("; {} ({}), by its driver", rule.name, kind);
  std::vector<std::string> kinds;
  for (const UseFinding* use : group)
    kinds.push_back(std::string(ImporterKindName(use->use->kind)));
  return fmt::format("; for an importer that is {}", fmt::join(kinds, " or "));
}

void WriteUseText(const DmabufFinding& finding, const UseGroup& group,
                  const TextStyle& style, std::ostream& out) {
  const PairVerdict& pair = group.front()->pair;
  WriteStepText("attach", pair.attach, UseTail(finding, group), style, out);
  bool reached = pair.attach.answer() != Ternary::kNo;
  WriteStepText("map", pair.map, reached ? "" : "; were it attached", style,
                out);
}

// Reasons of all steps that `wanted` picks, each once.
template <class Wanted>
void WritePicked(std::string_view label, const DmabufFinding& finding,
                 Wanted&& wanted, const TextStyle& style, std::ostream& out) {
  std::vector<const StepVerdict*> steps = {&finding.exported.verdict};
  for (const UseFinding& use : finding.uses) {
    steps.push_back(&use.pair.attach);
    steps.push_back(&use.pair.map);
  }
  std::vector<std::string> seen;
  for (const StepVerdict* step : steps)
    for (const StepReason& reason : step->reasons) {
      std::string text = WithRule(reason);
      if (!wanted(reason) ||
          std::find(seen.begin(), seen.end(), text) != seen.end())
        continue;
      WriteLabelled(seen.empty() ? label : "", text, style, out);
      seen.push_back(text);
    }
}

void AddMissing(const StepVerdict& step, std::vector<std::string>* lines) {
  if (step.answer() != Ternary::kUnknown) return;
  for (const StepReason& reason : step.reasons) {
    const DmabufFact* fact = MissingFactOf(reason.rule);
    if (reason.says != Ternary::kUnknown || !fact) continue;
    std::string text =
        fmt::format("{}{}: {}; {}", fact->fact,
                    reason.function ? " of " + ToString(*reason.function) : "",
                    fact->where, fact->who);
    if (std::find(lines->begin(), lines->end(), text) == lines->end())
      lines->push_back(text);
  }
}

void WriteMissingText(const Judgement& judgement, const DmabufFinding& finding,
                      const TextStyle& style, std::ostream& out) {
  std::vector<std::string> lines;
  AddMissing(finding.exported.verdict, &lines);
  for (const UseFinding& use : finding.uses) {
    AddMissing(use.pair.attach, &lines);
    AddMissing(use.pair.map, &lines);
  }
  for (const Fact& fact : finding.verdict.missing)
    lines.push_back(MissingSentence(judgement, fact));
  for (size_t i = 0; i < lines.size(); ++i)
    WriteLabelled(i == 0 ? "unknown" : "", lines[i], style, out);
}

// One line, then what it warns of.
void WriteOtherWay(std::string_view label, const StepVerdict& verdict,
                   const TextStyle& style, std::ostream& out) {
  std::string text = StepText(verdict);
  const StepReason* deciding = DecidingReason(verdict);
  if (deciding) text += ": " + WithRule(*deciding);
  WriteLabelled(label, text, style, out);
  if (verdict.answer() == Ternary::kNo) return;
  for (const StepReason& reason : verdict.reasons)
    if (reason.warning)
      WriteLabelled("", "warning: " + WithRule(reason), style, out);
}

// Whether there are pages, then whether the importer could map them.
void WritePages(const DmabufFinding& finding, const TextStyle& style,
                std::ostream& out) {
  WriteStepText("pages", finding.pages, "", style, out);
  if (finding.pages.answer() == Ternary::kNo) return;
  bool registered = std::any_of(
      finding.pages.reasons.begin(), finding.pages.reasons.end(),
      [](const StepReason& reason) {
        return reason.rule == DmabufRule::kPeerMemory && reason.function;
      });
  if (!registered)
    WriteLabelled("", "but no driver has registered any", style, out);
  const StepReason* deciding = DecidingReason(finding.page_map);
  WriteLabelled(
      "",
      "mapping them (O_DIRECT, nvmet): " + StepText(finding.page_map) +
          (deciding ? ": " + WithRule(*deciding) : ""),
      style, out);
}

void WriteBarObject(const DmabufFinding& finding, JsonWriter& json) {
  json.Key("bar").BeginObject();
  WriteBarFields(finding.bar.bar, json);
  json.Field("picked", finding.bar_picked).EndObject();
}

void WriteUseObject(const UseFinding& use, JsonWriter& json) {
  json.BeginObject().Field("id", use.use->id).Field("name", use.use->name);
  json.Field("kind", ImporterKindName(use.use->kind));
  json.Field("answer", use.answer());
  json.Key("attach");
  WriteStep(use.pair.attach, json);
  json.Key("map");
  WriteStep(use.pair.map, json);
  json.Field("dma_path", DmaPathName(use.pair.path));
  json.Field("system_memory", use.pair.system_memory).EndObject();
}

void WriteRanges(const DmabufFinding& finding, JsonWriter& json) {
  json.Key("ranges").BeginArray();
  for (const DmabufRange& range : finding.request.ranges) {
    json.BeginObject().Key("offset").Hex(range.offset, 1);
    json.Key("length").Hex(range.length, 1).EndObject();
  }
  json.EndArray();
}

void WriteTsvLine(const std::string& front, std::string_view use,
                  std::string_view step, const StepVerdict& verdict,
                  std::ostream& out) {
  const StepReason* reason = DecidingReason(verdict);
  out << fmt::format("{}\t{}\t{}\t{}\t{}\t{}\n", front, use, step,
                     AnswerText(verdict.answer()),
                     reason ? DmabufRuleName(reason->rule) : "-",
                     ErrnoText(verdict));
}

}  // namespace

void WriteDmabufText(const Judgement& judgement, const DmabufFinding& finding,
                     const TextStyle& style, std::ostream& out) {
  WriteTitle(judgement, finding, style, out);
  WriteOutcome(judgement, finding, style, out);
  for (const std::string& assumed : judgement.assumed)
    WriteLabelled("assumed", assumed, style, out);
  WriteExportText(finding, style, out);
  for (const UseGroup& group : GroupUses(finding.uses))
    WriteUseText(finding, group, style, out);
  WritePicked(
      "warning", finding, [](auto& reason) { return reason.warning; }, style,
      out);
  WritePicked("note", finding, IsRemark, style, out);
  WriteMissingText(judgement, finding, style, out);
  out << "\n";
  WriteOtherWay("iommufd", finding.iommufd, style, out);
  WriteOtherWay("type1", finding.type1, style, out);
  WritePages(finding, style, out);
}

void WriteDmabufJson(const Judgement& judgement, const DmabufFinding& finding,
                     std::ostream& out) {
  const Topology& topology = judgement.topology;
  JsonWriter json(out);
  BeginDocument(judgement, "p2pcheck.dmabuf/1", json);
  json.Field("exporter", ToString(topology[finding.request.exporter].address));
  WriteBarObject(finding, json);
  json.Field("importer", ToString(topology[finding.request.importer].address));
  WriteRanges(finding, json);
  json.Field("answer", finding.answer());
  json.Key("export");
  WriteExport(finding.exported, json);
  json.Field("hypothetical", finding.hypothetical);
  json.Key("as_bound");
  WriteExport(finding.bar.as_bound, json);
  json.Field("use_choice", UseChoiceName(finding.choice));
  json.Key("uses").BeginArray();
  for (const UseFinding& use : finding.uses) WriteUseObject(use, json);
  json.EndArray().Key("iommufd");
  WriteStep(finding.iommufd, json);
  json.Key("type1");
  WriteStep(finding.type1, json);
  json.Key("pages");
  WriteStep(finding.pages, json);
  json.Key("page_map");
  WriteStep(finding.page_map, json);
  json.Key("verdict");
  WriteVerdict(judgement, finding.verdict, json);
  json.EndObject();
}

void WriteDmabufTsv(const Judgement& judgement, const DmabufFinding& finding,
                    std::ostream& out) {
  const Topology& topology = judgement.topology;
  out << "exporter\tbar\timporter\tuse\tstep\tanswer\treason\terrno\n";
  std::string front = fmt::format(
      "{}\t{}\t{}", ToString(topology[finding.request.exporter].address),
      BarName(finding.bar.bar),
      ToString(topology[finding.request.importer].address));
  WriteTsvLine(front, "-", "export", finding.exported.verdict, out);
  for (const UseFinding& use : finding.uses) {
    WriteTsvLine(front, use.use->id, "attach", use.pair.attach, out);
    WriteTsvLine(front, use.use->id, "map", use.pair.map, out);
  }
  WriteTsvLine(front, "-", "iommufd", finding.iommufd, out);
  WriteTsvLine(front, "-", "type1", finding.type1, out);
  WriteTsvLine(front, "-", "pages", finding.pages, out);
  WriteTsvLine(front, "-", "page-map", finding.page_map, out);
}

}  // namespace p2pcheck
