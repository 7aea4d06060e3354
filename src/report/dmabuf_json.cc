// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/dmabuf_json.h"

#include "report/bars_report.h"
#include "report/dmabuf_sentences.h"

namespace p2pcheck {
namespace {

void WriteErrno(std::string_view key, int error, JsonWriter& json) {
  json.Key(key);
  error == 0 ? json.Null() : json.String(ErrnoName(error));
}

void WriteStepReason(const StepReason& reason, JsonWriter& json) {
  json.BeginObject().Field("rule", DmabufRuleName(reason.rule));
  json.Field("says", reason.says).Field("warning", reason.warning);
  WriteErrno("errno", reason.error, json);
  json.Key("function");
  reason.function ? json.String(ToString(*reason.function)) : json.Null();
  json.HexField("value", reason.value, 1);
  json.Key("detail");
  reason.detail.empty() ? json.Null() : json.String(reason.detail);
  json.Field("text", DmabufSentence(reason)).EndObject();
}

void WriteMissing(const StepReason& reason, JsonWriter& json) {
  const DmabufFact* fact = MissingFactOf(reason.rule);
  if (reason.says != Ternary::kUnknown || !fact) return;
  json.BeginObject().Field("fact", fact->fact).Key("function");
  reason.function ? json.String(ToString(*reason.function)) : json.Null();
  json.Field("where", fact->where).Field("who", fact->who).EndObject();
}

void WriteResizable(const Bar& bar, JsonWriter& json) {
  json.Field("resizable", bar.resizable.unknown()
                              ? Ternary::kUnknown
                              : ToTernary(bar.resizable.known()));
  json.Key("resizable_sizes").BeginArray();
  for (uint64_t size : ResizableSizes(bar)) json.Hex(size, 1);
  json.EndArray();
}

}  // namespace

const StepReason* DecidingReason(const StepVerdict& verdict) {
  if (const StepReason* refusal = verdict.refusal()) return refusal;
  for (const StepReason& reason : verdict.reasons)
    if (reason.says == Ternary::kUnknown) return &reason;
  return nullptr;
}

std::string_view ErrnoText(const StepVerdict& verdict) {
  auto error = verdict.error();
  return error ? ErrnoName(*error) : "-";
}

std::string_view AnswerText(Ternary answer) {
  switch (answer) {
    case Ternary::kYes: return "yes";
    case Ternary::kNo: return "no";
    case Ternary::kUnknown: break;
  }
  return "?";
}

void WriteStepFields(const StepVerdict& verdict, JsonWriter& json) {
  json.Field("answer", verdict.answer());
  WriteErrno("errno", verdict.error().value_or(0), json);
  json.Key("reasons").BeginArray();
  for (const StepReason& reason : verdict.reasons)
    WriteStepReason(reason, json);
  json.EndArray().Key("missing").BeginArray();
  if (verdict.answer() == Ternary::kUnknown)
    for (const StepReason& reason : verdict.reasons) WriteMissing(reason, json);
  json.EndArray();
}

void WriteStep(const StepVerdict& verdict, JsonWriter& json) {
  json.BeginObject();
  WriteStepFields(verdict, json);
  json.EndObject();
}

void WriteExport(const BarExport& exported, JsonWriter& json) {
  json.BeginObject().Key("by");
  exported.by ? json.String(exported.by->id) : json.Null();
  WriteStepFields(exported.verdict, json);
  bool spans = exported.size != 0;
  json.Key("start");
  spans ? json.Hex(exported.start, 1) : json.Null();
  json.Key("size");
  spans ? json.Hex(exported.size, 1) : json.Null();
  json.EndObject();
}

void WriteBarFields(const Bar& bar, JsonWriter& json) {
  bool recorded = bar.recorded;
  json.Key("bar");
  bar.index == kRomIndex ? json.String("rom") : json.Number(bar.index);
  json.Key("kind");
  bar.kind == BarKind::kUnknown ? json.Null() : json.String(KindWord(bar));
  bool placed = recorded && !bar.unassigned;
  json.Key("start");
  placed ? json.Hex(bar.start, 1) : json.Null();
  json.Key("size");
  recorded ? json.Hex(bar.size, 1) : json.Null();
  json.Key("flags");
  recorded ? json.Hex(bar.flags, 1) : json.Null();
  Ternary unknown = Ternary::kUnknown;
  json.Field("is_64bit", recorded ? ToTernary(bar.is_64bit) : unknown);
  json.Field("prefetchable", recorded ? ToTernary(bar.prefetchable) : unknown);
  json.Field("assigned", recorded ? ToTernary(!bar.unassigned) : unknown);
  WriteResizable(bar, json);
  json.Field("holds_msix", bar.holds_msix);
}

}  // namespace p2pcheck
