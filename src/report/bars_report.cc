// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/bars_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "report/dmabuf_json.h"
#include "report/dmabuf_sentences.h"
#include "report/json_writer.h"
#include "report/sentences.h"
#include "report/text.h"
#include "report/verdict_json.h"

namespace p2pcheck {
namespace {

// The driver has this BAR to export, or is a VFIO driver, whose no is final.
bool ExportsAsBound(const BarExport& bound) {
  return bound.by &&
         (IsVfio(bound.by->way) || bound.verdict.answer() != Ternary::kNo);
}

// BARs 0 to 5 that are memory, or may be.
bool MayBeMemory(const BarVerdicts& bar) {
  return bar.bar.index != kRomIndex && (bar.bar.kind == BarKind::kMemory ||
                                        bar.bar.kind == BarKind::kUnknown);
}

std::string StartText(const BarVerdicts& bar) {
  if (!bar.bar.recorded) return "?";
  return bar.bar.unassigned ? "-" : fmt::format("{:#x}", bar.bar.start);
}

// What a line of the table calls the answer of the driver that has it.
std::string BoundText(const BarVerdicts& bar) {
  return std::string(AnswerText(bar.as_bound.verdict.answer()));
}

std::string KindText(const BarVerdicts& bar) {
  std::string text(KindWord(bar.bar));
  if (bar.bar.prefetchable && bar.bar.index != kRomIndex) text += " pref";
  if (bar.bar.holds_msix.Is(true)) text += " msix";
  return text;
}

void AddTableRow(const BarVerdicts& bar, TextTable* table) {
  bool recorded = bar.bar.recorded;
  ShownExport shown = ShownOf(bar);
  table->AddRow(
      {BarName(bar.bar),
       recorded && bar.bar.unassigned ? "unassigned" : StartText(bar),
       recorded ? SizeText(bar.bar.size) : "?", KindText(bar),
       std::string(AnswerText(bar.mmap.answer())), BoundText(bar),
       bar.as_bound.by && bar.as_bound.verdict.answer() != Ternary::kNo
           ? bar.as_bound.by->id
           : "-",
       shown.hypothetical
           ? std::string(AnswerText(bar.if_vfio.verdict.answer()))
           : "-"});
}

// Reasons of several BARs, the same ones together: label and sentence => BARs.
class ReasonList {
 public:
  void Add(std::string_view label, const BarVerdicts& bar,
           const std::string& text) {
    std::string name = bar.bar.index == kRomIndex ? "ROM" : BarName(bar.bar);
    for (Entry& entry : entries_) {
      if (entry.label != label || entry.text != text) continue;
      if (entry.bars.back() != name) entry.bars.push_back(name);
      return;
    }
    entries_.push_back({label, text, {name}});
  }

  // `all`: how many BARs the function has.
  void Write(size_t all, const TextStyle& style, std::ostream& out) const {
    std::string_view last;
    for (std::string_view label :
         {"why", "vfio-pci", "mmap", "resize", "warning", "note"})
      for (const Entry& entry : entries_) {
        if (entry.label != label) continue;
        WriteLabelled(last == label ? "" : label,
                      Named(entry.bars, all) + ": " + entry.text, style, out);
        last = label;
      }
  }

 private:
  struct Entry {
    std::string_view label;
    std::string text;
    std::vector<std::string> bars;
  };
  // "BAR 0", "BARs 0, 1 and ROM", "ROM", "all"
  static std::string Named(const std::vector<std::string>& bars, size_t all) {
    if (bars.size() > 2 && bars.size() == all) return "all";
    bool rom_only = bars.size() == 1 && bars.front() == "ROM";
    if (rom_only) return "ROM";
    return (bars.size() == 1 ? "BAR " : "BARs ") + Joined(bars);
  }

  std::vector<Entry> entries_;
};

// "it is not memory (bar-is-io, EINVAL)"
std::string WithCode(const StepReason& reason) {
  std::string code(DmabufRuleName(reason.rule));
  if (reason.says == Ternary::kNo && reason.error != 0)
    code += ", " + std::string(ErrnoName(reason.error));
  return fmt::format("{} ({})", DmabufSentence(reason), code);
}

// Remarks that hold for every function of the host alike: told once, at the
// end.
bool IsHostWide(const StepReason& reason) {
  if (reason.says != Ternary::kYes || reason.warning) return false;
  switch (reason.rule) {
    case DmabufRule::kClaimNotVerified:
    case DmabufRule::kCoherencyAssumed:
    case DmabufRule::kIsolationAssumed:
    case DmabufRule::kNoInterruptIsolation: return true;
    default: return false;
  }
}

void AddReasons(std::string_view label, const BarVerdicts& bar,
                const StepVerdict& verdict, ReasonList* list) {
  for (const StepReason& reason : MergedReasons(verdict))
    if (!IsHostWide(reason))
      list->Add(reason.says != Ternary::kYes ? label
                : reason.warning             ? "warning"
                                             : "note",
                bar, WithCode(reason));
}

void AddResizable(const BarVerdicts& bar, ReasonList* list) {
  std::vector<std::string> sizes;
  for (uint64_t size : ResizableSizes(bar.bar)) sizes.push_back(SizeText(size));
  if (!sizes.empty()) list->Add("resize", bar, Joined(sizes));
}

// Where both say the same only once.
ReasonList ReasonsOf(const std::vector<BarVerdicts>& bars) {
  ReasonList list;
  for (const BarVerdicts& bar : bars) {
    ShownExport shown = ShownOf(bar);
    AddReasons("why", bar, bar.as_bound.verdict, &list);
    if (shown.hypothetical)
      AddReasons("vfio-pci", bar, bar.if_vfio.verdict, &list);
    if (bar.mmap.answer() != bar.if_vfio.verdict.answer())
      AddReasons("mmap", bar, bar.mmap, &list);
    AddResizable(bar, &list);
  }
  return list;
}

std::string DriverText(const Function& f) {
  return f.record->driver.Match(
      [](const std::string& name) { return "driver " + Printable(name); },
      [] { return std::string("no driver"); },
      [](ReadFailure) { return std::string("driver not known"); });
}

std::string HeadText(const Judgement& judgement, FunctionIndex i,
                     const TextStyle& style) {
  const Function& f = judgement.topology[i];
  std::string tail = "  " + DriverText(f);
  if (f.record->iommu_group.known())
    tail += fmt::format(", group {}", f.record->iommu_group.value());
  size_t room = style.width - std::min<size_t>(style.width, ColumnsOf(tail));
  std::string name =
      Fit(DevicePhrase(judgement, i), std::max<size_t>(room, 12));
  return Painted(name, Paint::kHead, style) + tail;
}

void WriteFunction(const Judgement& judgement, FunctionIndex i,
                   const std::vector<BarVerdicts>& bars, const TextStyle& style,
                   std::ostream& out) {
  out << HeadText(judgement, i, style) << "\n";
  TextTable table;
  table.AddRow({"bar", "address", "size", "kind", "mmap", "export", "by",
                "with vfio-pci"});
  for (const BarVerdicts& bar : bars) AddTableRow(bar, &table);
  table.Write(2, style, out);
  ReasonsOf(bars).Write(bars.size(), style, out);
  out << "\n";
}

// What is told once, below all functions: facts that would decide something,
// and remarks that hold for the whole host.
class Summary {
 public:
  void Add(const BarVerdicts& bar) {
    for (const StepVerdict* verdict :
         {&bar.as_bound.verdict, &bar.if_vfio.verdict})
      for (const StepReason& reason : verdict->reasons)
        AddReason(reason, verdict->answer());
  }

  void Write(const TextStyle& style, std::ostream& out) const {
    WriteLines("unknown", missing_, style, out);
    WriteLines("note", remarks_, style, out);
  }

 private:
  using Lines = std::vector<std::string>;

  void AddReason(const StepReason& reason, Ternary answer) {
    if (IsHostWide(reason)) AddOnce(WithCode(reason), &remarks_);
    const DmabufFact* fact = MissingFactOf(reason.rule);
    if (fact && answer == Ternary::kUnknown && reason.says == Ternary::kUnknown)
      AddOnce(fmt::format("{}: {}; {}", fact->fact, fact->where, fact->who),
              &missing_);
  }

  static void AddOnce(std::string line, Lines* lines) {
    if (std::find(lines->begin(), lines->end(), line) == lines->end())
      lines->push_back(std::move(line));
  }

  static void WriteLines(std::string_view label, const Lines& lines,
                         const TextStyle& style, std::ostream& out) {
    for (size_t i = 0; i < lines.size(); ++i)
      WriteLabelled(i == 0 ? label : "", lines[i], style, out);
  }

  Lines missing_, remarks_;
};

void WriteTally(const Judgement& judgement, const BarTally& tally,
                const TextStyle& style, std::ostream& out) {
  WriteLabelled("kernel", KernelPhrase(judgement), style, out);
  for (const std::string& assumed : judgement.assumed)
    WriteLabelled("assumed", assumed, style, out);
  WriteLabelled("memory",
                fmt::format("of {} BARs {} can be exported, {} not, {} "
                            "undecided",
                            tally.exported + tally.refused + tally.open,
                            tally.exported, tally.refused, tally.open),
                style, out);
}

void WriteBarObject(const BarVerdicts& bar, JsonWriter& json) {
  json.BeginObject();
  WriteBarFields(bar.bar, json);
  json.Key("as_bound");
  WriteExport(bar.as_bound, json);
  json.Key("if_vfio_pci");
  WriteExport(bar.if_vfio, json);
  json.Key("mmap");
  WriteStep(bar.mmap, json);
  json.EndObject();
}

void WriteFunctionObject(const Judgement& judgement, FunctionIndex i,
                         const std::vector<BarVerdicts>& bars,
                         JsonWriter& json) {
  const Function& f = judgement.topology[i];
  json.BeginObject().Field("function", ToString(f.address));
  json.Field("driver", f.record->driver);
  json.Field("driver_known", !f.record->driver.unknown());
  json.Field("iommu_group", f.record->iommu_group);
  json.Key("bars").BeginArray();
  for (const BarVerdicts& bar : bars) WriteBarObject(bar, json);
  json.EndArray().EndObject();
}

void WriteLine(const Judgement& judgement, const BarVerdicts& bar,
               std::ostream& out) {
  bool recorded = bar.bar.recorded;
  ShownExport shown = ShownOf(bar);
  const StepVerdict& verdict = shown.exported->verdict;
  const StepReason* reason = DecidingReason(verdict);
  out << fmt::format(
      "{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\n",
      ToString(judgement.topology[bar.function].address), BarName(bar.bar),
      StartText(bar), recorded ? fmt::format("{}", bar.bar.size) : "?",
      recorded ? fmt::format("{:#x}", bar.bar.flags) : "?",
      AnswerText(verdict.answer()), shown.by,
      reason ? DmabufRuleName(reason->rule) : "-", ErrnoText(verdict));
}

bool HasTooMany(const Topology& topology) {
  return topology.functions().size() > kMostFunctionsWithBars;
}

void WriteSmallObject(const BarVerdicts& bar, JsonWriter& json) {
  ShownExport shown = ShownOf(bar);
  const StepVerdict& verdict = shown.exported->verdict;
  const StepReason* reason = DecidingReason(verdict);
  auto error = verdict.error();
  json.BeginObject().Field("bar", bar.bar.index).Key("kind");
  bar.bar.kind == BarKind::kUnknown ? json.Null()
                                    : json.String(KindWord(bar.bar));
  json.Key("start");
  bar.bar.recorded && !bar.bar.unassigned ? json.Hex(bar.bar.start, 1)
                                          : json.Null();
  json.Key("size");
  bar.bar.recorded ? json.Hex(bar.bar.size, 1) : json.Null();
  json.Field("export", verdict.answer()).Field("by", shown.by);
  json.Key("reason");
  reason ? json.String(DmabufRuleName(reason->rule)) : json.Null();
  json.Key("errno");
  error ? json.String(ErrnoName(*error)) : json.Null();
  json.EndObject();
}

bool Pairs(DeviceKind kind) {
  return kind == DeviceKind::kGpu || kind == DeviceKind::kNic ||
         kind == DeviceKind::kNvme || kind == DeviceKind::kAccelerator;
}

template <class T>
void AddOnce(T value, std::vector<T>* to) {
  if (std::find(to->begin(), to->end(), value) == to->end())
    to->push_back(std::move(value));
}

// "2 of 3", "0 of 1, 1 undecided"
void AddSectionRow(const Function& f, const std::vector<BarVerdicts>& bars,
                   TextTable* table) {
  BarTally tally;
  std::vector<std::string> by, why;
  for (const BarVerdicts& bar : bars) {
    if (!MayBeMemory(bar)) continue;
    tally.Count(bar);
    ShownExport shown = ShownOf(bar);
    AddOnce(shown.by, &by);
    if (const StepReason* reason = DecidingReason(shown.exported->verdict))
      AddOnce(std::string(DmabufRuleName(reason->rule)), &why);
  }
  uint64_t all = tally.exported + tally.refused + tally.open;
  if (all == 0) return;
  std::string count = fmt::format("{} of {}", tally.exported, all);
  if (tally.open > 0) count += fmt::format(", {} undecided", tally.open);
  table->AddRow({ToString(f.address), count, Joined(by), Joined(why)});
}

}  // namespace

BarContext::BarContext(const Judgement& judgement)
    : groups(judgement.topology),
      dmabuf{judgement.topology, judgement.dmabuf, judgement.kernel_config,
             judgement.kernel_named_by_user, &groups} {
  if (judgement.assumed_command_line)
    dmabuf.command_line = &*judgement.assumed_command_line;
}

ShownExport ShownOf(const BarVerdicts& bar) {
  if (ExportsAsBound(bar.as_bound))
    return {&bar.as_bound, false, bar.as_bound.by->id};
  std::string by = bar.if_vfio.by ? bar.if_vfio.by->id : "vfio-pci";
  return {&bar.if_vfio, true, by + "?"};
}

void BarTally::Count(const BarVerdicts& bar) {
  if (!MayBeMemory(bar)) return;
  switch (ShownOf(bar).exported->verdict.answer()) {
    case Ternary::kYes: ++exported; return;
    case Ternary::kNo: ++refused; return;
    case Ternary::kUnknown: ++open; return;
  }
}

std::string BarName(const Bar& bar) {
  return bar.index == kRomIndex ? "rom" : fmt::format("{}", bar.index);
}

std::string_view KindWord(const Bar& bar) {
  if (bar.index == kRomIndex && bar.kind == BarKind::kMemory) return "rom";
  switch (bar.kind) {
    case BarKind::kAbsent: return "absent";
    case BarKind::kMemory: return bar.is_64bit ? "mem64" : "mem32";
    case BarKind::kIo: return "io";
    case BarKind::kNeither: return "neither";
    case BarKind::kUnknown: break;
  }
  return "?";
}

std::vector<uint64_t> ResizableSizes(const Bar& bar) {
  std::vector<uint64_t> sizes;
  if (!bar.resizable.known()) return sizes;
  for (unsigned bit = 0; bit < 44; ++bit)
    if (bar.resizable.value() >> bit & 1)
      sizes.push_back(uint64_t{1} << (bit + 20));
  return sizes;
}

void WriteBarsOfFunction(const BarContext& context, FunctionIndex function,
                         JsonWriter& json) {
  json.Key("bars");
  if (HasTooMany(context.dmabuf.topology)) {
    json.Null();
    return;
  }
  json.BeginArray();
  for (const BarVerdicts& bar : JudgeBars(context.dmabuf, function))
    if (bar.bar.index != kRomIndex) WriteSmallObject(bar, json);
  json.EndArray();
}

void WriteBarsSection(const Judgement& judgement, const TextStyle& style,
                      std::ostream& out) {
  if (HasTooMany(judgement.topology)) {
    WriteLabelled("BARs", "p2pcheck bars DEVICES tells who exports them", style,
                  out);
    return;
  }
  BarContext context(judgement);
  TextTable table;
  for (FunctionIndex i = 0; i < judgement.topology.functions().size(); ++i)
    if (Pairs(judgement.kinds[i]))
      AddSectionRow(judgement.topology[i], JudgeBars(context.dmabuf, i),
                    &table);
  if (table.empty()) return;
  out << "\n"
      << Painted("memory BARs: address, exportable as DMABUF, by, why not",
                 Paint::kHead, style)
      << "\n";
  table.Write(2, style, out);
}

BarTally WriteBarsText(const Judgement& judgement,
                       const std::vector<FunctionIndex>& functions,
                       const TextStyle& style, std::ostream& out) {
  BarContext context(judgement);
  BarTally tally;
  Summary summary;
  for (FunctionIndex i : functions) {
    std::vector<BarVerdicts> bars = JudgeBars(context.dmabuf, i);
    for (const BarVerdicts& bar : bars) {
      tally.Count(bar);
      summary.Add(bar);
    }
    if (!bars.empty()) WriteFunction(judgement, i, bars, style, out);
  }
  WriteTally(judgement, tally, style, out);
  summary.Write(style, out);
  return tally;
}

BarTally WriteBarsJson(const Judgement& judgement,
                       const std::vector<FunctionIndex>& functions,
                       std::ostream& out) {
  BarContext context(judgement);
  BarTally tally;
  JsonWriter json(out);
  BeginDocument(judgement, "p2pcheck.bars/1", json);
  json.Key("functions").BeginArray();
  for (FunctionIndex i : functions) {
    std::vector<BarVerdicts> bars = JudgeBars(context.dmabuf, i);
    for (const BarVerdicts& bar : bars) tally.Count(bar);
    WriteFunctionObject(judgement, i, bars, json);
  }
  json.EndArray().Key("summary").BeginObject();
  json.Field("exportable", tally.exported).Field("refused", tally.refused);
  json.Field("undecided", tally.open).EndObject().EndObject();
  return tally;
}

BarTally WriteBarsTsv(const Judgement& judgement,
                      const std::vector<FunctionIndex>& functions,
                      std::ostream& out) {
  BarContext context(judgement);
  BarTally tally;
  out << "function\tbar\tstart\tsize\tflags\texport\tby\treason\terrno\n";
  for (FunctionIndex i : functions)
    for (const BarVerdicts& bar : JudgeBars(context.dmabuf, i)) {
      tally.Count(bar);
      WriteLine(judgement, bar, out);
    }
  return tally;
}

}  // namespace p2pcheck
