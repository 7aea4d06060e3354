// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/export_diff.h"

#include <fmt/format.h>

#include "report/bars_report.h"
#include "report/dmabuf_json.h"
#include "report/dmabuf_sentences.h"
#include "report/sentences.h"
#include "report/text.h"

namespace p2pcheck {
namespace {

bool HasTooMany(const Judgement& judgement) {
  return judgement.topology.functions().size() > kMostFunctionsWithBars;
}

std::string_view ExporterOf(const BarExport& exported) {
  return exported.by ? std::string_view(exported.by->id) : "";
}

bool SameExport(const BarExport& a, const BarExport& b) {
  return a.verdict.answer() == b.verdict.answer() &&
         a.verdict.error() == b.verdict.error() &&
         ExporterOf(a) == ExporterOf(b);
}

bool SameVerdicts(const BarVerdicts& a, const BarVerdicts& b) {
  return SameExport(a.as_bound, b.as_bound) && SameExport(a.if_vfio, b.if_vfio);
}

std::string AnswerPhrase(Ternary answer) {
  switch (answer) {
    case Ternary::kYes: return "can be exported";
    case Ternary::kNo: return "cannot be exported";
    case Ternary::kUnknown: break;
  }
  return "may be exported";
}

// "cannot be exported by vfio-pci (no-vfio-dmabuf, ENOTTY): ..."
std::string StateText(const BarVerdicts& bar) {
  ShownExport shown = ShownOf(bar);
  const StepVerdict& verdict = shown.exported->verdict;
  std::string text = AnswerPhrase(verdict.answer());
  if (shown.hypothetical)
    text += ", if vfio-pci had it";
  else if (verdict.answer() != Ternary::kNo)
    text += " by " + Printable(shown.by);
  const StepReason* reason = DecidingReason(verdict);
  if (!reason) return text;
  std::string code(DmabufRuleName(reason->rule));
  if (verdict.error()) code += ", " + std::string(ErrnoText(verdict));
  return fmt::format("{}: {} ({})", text, DmabufSentence(*reason), code);
}

void WriteSide(std::string_view key, const BarVerdicts& bar, JsonWriter& json) {
  json.Key(key).BeginObject().Key("as_bound");
  WriteExport(bar.as_bound, json);
  json.Key("if_vfio_pci");
  WriteExport(bar.if_vfio, json);
  json.EndObject();
}

}  // namespace

std::vector<ExportChange> CompareExports(
    const Judgement& before, const Judgement& after,
    const std::vector<FunctionIndex>& functions) {
  std::vector<ExportChange> changes;
  if (HasTooMany(before)) return changes;
  BarContext was(before), is(after);
  for (FunctionIndex i : functions) {
    auto a = JudgeBars(was.dmabuf, i), b = JudgeBars(is.dmabuf, i);
    for (size_t bar = 0; bar < a.size() && bar < b.size(); ++bar)
      if (!SameVerdicts(a[bar], b[bar])) changes.push_back({a[bar], b[bar]});
  }
  return changes;
}

void WriteExportChanges(const Judgement& before, const Judgement& after,
                        const std::vector<ExportChange>& changes,
                        const std::string& from, const std::string& to,
                        const TextStyle& style, std::ostream& out) {
  for (const ExportChange& change : changes) {
    const Bar& bar = change.before.bar;
    out << ToString(before.topology[change.before.function].address)
        << (bar.index == kRomIndex ? " ROM" : " BAR " + BarName(bar)) << "\n";
    WriteLabelled(from, StateText(change.before), style, out);
    WriteLabelled(to, StateText(change.after), style, out);
  }
  if (HasTooMany(after))
    out << "BARs are not compared: the host has too many functions\n";
  else
    out << fmt::format(
        "{} BARs are exported otherwise between kernel {} and "
        "{}\n",
        changes.size(), from, to);
}

void WriteExportChangesJson(const Judgement& judgement,
                            const std::vector<ExportChange>& changes,
                            JsonWriter& json) {
  json.Key("exports");
  if (HasTooMany(judgement)) {
    json.Null();
    return;
  }
  json.BeginArray();
  for (const ExportChange& change : changes) {
    json.BeginObject().Field(
        "function",
        ToString(judgement.topology[change.before.function].address));
    json.Field("bar", change.before.bar.index);
    WriteSide("before", change.before, json);
    WriteSide("after", change.after, json);
    json.EndObject();
  }
  json.EndArray();
}

}  // namespace p2pcheck
