// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/probe_report.h"

#include <fmt/format.h>

#include <algorithm>

#include "report/dmabuf_json.h"
#include "report/dmabuf_sentences.h"
#include "report/json_writer.h"
#include "report/probe_words.h"
#include "report/verdict_json.h"

namespace p2pcheck {
namespace {

constexpr std::string_view kRemedy =
    "one of the two is wrong, the kernel or p2pcheck: report it with this "
    "output and a recording (p2pcheck record)";

bool WouldAsk(const ProbeTarget& target) { return !target.obstacle; }

size_t CountToAsk(const ProbeFinding& found) {
  return static_cast<size_t>(
      std::count_if(found.targets.begin(), found.targets.end(), WouldAsk));
}

std::string CountText(size_t count, std::string_view noun) {
  return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

size_t CountRegions(const ProbeTarget& target) {
  return static_cast<size_t>(
      std::count_if(target.regions.begin(), target.regions.end(),
                    [](const ProbeRegion& region) { return region.size > 0; }));
}

// Text

void WriteLeftAlone(const Judgement& judgement, const ProbeFinding& found,
                    const TextStyle& style, std::ostream& out) {
  for (const ProbeTarget& target : found.targets) {
    if (WouldAsk(target)) continue;
    out << Painted(DevicePhrase(judgement, target.function), Paint::kHead,
                   style)
        << "\n";
    WriteLabelled("skipped", ObstacleSentence(judgement, target), style, out);
  }
}

void WriteWhatItDoes(const TextStyle& style, std::ostream& out) {
  WriteLabelled("does",
                "opens each function, which wakes it, enables its memory and "
                "RESETS it; closing it may reset its bus. Asks for a DMABUF of "
                "each BAR and drops it at once; with iommufd maps it into an "
                "address space that no device is attached to",
                style, out);
  WriteLabelled(
      "never",
      "binds or unbinds a driver; touches what a process has open, or "
      "what shares its group with a host driver",
      style, out);
}

void WritePlan(const Judgement& judgement, const ProbeFinding& found,
               const TextStyle& style, std::ostream& out) {
  for (const ProbeTarget& target : found.targets) {
    if (!WouldAsk(target)) continue;
    out << Painted(DevicePhrase(judgement, target.function), Paint::kHead,
                   style)
        << "\n";
    WriteLabelled(
        "asks",
        fmt::format("{}, in IOMMU group {}: {}", target.node, target.group,
                    CountText(CountRegions(target), "region")),
        style, out);
  }
  WriteLeftAlone(judgement, found, style, out);
  if (CountToAsk(found) == 0) return;
  WriteWhatItDoes(style, out);
  WriteLabelled("to do it", "the same command with --yes; nothing was opened",
                style, out);
}

Paint PaintOf(Ternary agrees) {
  return agrees == Ternary::kYes  ? Paint::kGood
         : agrees == Ternary::kNo ? Paint::kBad
                                  : Paint::kUnsure;
}

// A region that is not there and answers as it should is not worth a line.
bool WorthALine(const ProbeComparison& compared) {
  return !compared.region || compared.region->size > 0 ||
         compared.agrees != Ternary::kYes;
}

void WriteComparisons(const ProbeFinding& found, FunctionIndex function,
                      const TextStyle& style, std::ostream& out) {
  TextTable table;
  table.AddRow({"agree", "kernel", "predicted", "step"});
  size_t quiet = 0;
  for (const ProbeComparison& compared : found.comparisons) {
    if (compared.function != function) continue;
    if (WorthALine(compared))
      table.AddRow({std::string(AnswerText(compared.agrees)),
                    AnswerWord(compared.answered),
                    PredictionWord(compared.predicted), StepPhrase(compared)});
    else
      ++quiet;
  }
  table.Write(2, style, out);
  if (quiet > 0)
    WriteLabelled(
        "",
        fmt::format("{} that {} not exist, refused as predicted",
                    CountText(quiet, "region"), quiet == 1 ? "does" : "do"),
        style, out);
}

void WriteAnswer(const Judgement& judgement, const ProbeFinding& found,
                 size_t i, const TextStyle& style, std::ostream& out) {
  const ProbeAnswer& answer = found.answers[i];
  out << Painted(DevicePhrase(judgement, answer.function), Paint::kHead, style)
      << "\n";
  if (answer.opened())
    WriteLabelled("opened",
                  answer.by_group ? "through its group, with a type 1 container"
                                  : "through its own node, with iommufd",
                  style, out);
  else
    WriteLabelled("skipped",
                  ObstacleSentence(judgement, found.targets[i], answer), style,
                  out);
  if (answer.opened() || answer.obstacle == ProbeObstacle::kRefused)
    WriteComparisons(found, answer.function, style, out);
}

void WriteDifference(const Judgement& judgement,
                     const ProbeComparison& compared, const TextStyle& style,
                     std::ostream& out) {
  out << Painted("warning", Paint::kBad, style) << " "
      << Painted(kProbeDiffers, Paint::kHead, style) << "\n";
  WriteLabelled("", DifferenceSentence(judgement, compared), style, out);
  std::string_view label = "why";
  for (const StepReason& reason : compared.predicted.reasons) {
    WriteLabelled(label, DmabufSentence(reason), style, out);
    label = "";
  }
  WriteLabelled("remedy", kRemedy, style, out);
}

void WriteAsked(const Judgement& judgement, const ProbeFinding& found,
                const TextStyle& style, std::ostream& out) {
  for (size_t i = 0; i < found.answers.size(); ++i)
    WriteAnswer(judgement, found, i, style, out);
  for (const ProbeComparison& compared : found.comparisons)
    if (compared.agrees == Ternary::kNo)
      WriteDifference(judgement, compared, style, out);
  out << Painted(fmt::format("{} as predicted, {} not, {} open",
                             CountText(found.Count(Ternary::kYes), "answer"),
                             found.Count(Ternary::kNo),
                             found.Count(Ternary::kUnknown)),
                 PaintOf(found.Count(Ternary::kNo) > 0 ? Ternary::kNo
                                                       : Ternary::kYes),
                 style)
      << "; kernel " << KernelPhrase(judgement) << "\n";
}

// JSON

void WriteRegion(const std::optional<ProbeRegion>& region, JsonWriter& json) {
  json.Key("region");
  region ? json.Number(region->index) : json.Null();
  json.Key("size");
  region ? json.Hex(region->size, 1) : json.Null();
  json.Key("length");
  region ? json.Hex(region->length, 1) : json.Null();
}

void WriteErrno(int error, JsonWriter& json) {
  json.Key("errno");
  error == 0 ? json.Null() : json.String(AnswerWord(error));
}

void WriteComparison(const ProbeComparison& compared, JsonWriter& json) {
  json.BeginObject().Field("step", ProbeStepName(compared.step));
  WriteRegion(compared.region, json);
  json.Field("answer", compared.answered == 0);
  WriteErrno(compared.answered, json);
  json.Key("predicted");
  WriteStep(compared.predicted, json);
  json.Field("agrees", compared.agrees).EndObject();
}

void WriteObstacle(const Judgement& judgement, const ProbeTarget& target,
                   const ProbeAnswer* answer, JsonWriter& json) {
  auto obstacle = answer ? answer->obstacle : target.obstacle;
  json.Key("obstacle");
  if (!obstacle) {
    json.Null();
    return;
  }
  json.BeginObject().Field("id", ProbeObstacleName(*obstacle));
  json.Key("function");
  target.other == kNoIndex
      ? json.Null()
      : json.String(ToString(judgement.topology[target.other].address));
  bool failed = answer && answer->error != 0;
  json.Key("step");
  failed ? json.String(ProbeStepName(answer->step)) : json.Null();
  WriteErrno(failed ? answer->error : 0, json);
  json.Field("text", answer ? ObstacleSentence(judgement, target, *answer)
                            : ObstacleSentence(judgement, target));
  json.EndObject();
}

void WriteFunction(const Judgement& judgement, const ProbeFinding& found,
                   size_t i, JsonWriter& json) {
  const ProbeTarget& target = found.targets[i];
  const ProbeAnswer* answer = found.asked ? &found.answers[i] : nullptr;
  const Function& f = judgement.topology[target.function];
  json.BeginObject().Field("function", ToString(f.address));
  json.Field("driver", f.record->driver);
  json.Field("iommu_group", f.record->iommu_group);
  json.Field("would_ask", WouldAsk(target));
  WriteObstacle(judgement, target, answer, json);
  json.Key("opened_by");
  answer && answer->opened()
      ? json.String(answer->by_group ? "group" : "iommufd")
      : json.Null();
  json.Key("answers").BeginArray();
  for (const ProbeComparison& compared : found.comparisons)
    if (compared.function == target.function) WriteComparison(compared, json);
  json.EndArray().EndObject();
}

void WriteFinding(const Judgement& judgement, const ProbeComparison& compared,
                  JsonWriter& json) {
  json.BeginObject().Field("id", kProbeDiffers).Field("severity", "warning");
  json.Field("text", DifferenceSentence(judgement, compared));
  json.Key("functions").BeginArray();
  json.String(ToString(judgement.topology[compared.function].address));
  json.EndArray().Field("remedy", kRemedy).EndObject();
}

// TSV

std::string StatusWord(const ProbeFinding& found, size_t i) {
  auto obstacle =
      found.asked ? found.answers[i].obstacle : found.targets[i].obstacle;
  if (obstacle) return std::string(ProbeObstacleName(*obstacle));
  return found.asked ? "asked" : "would-ask";
}

std::string TsvRow(const ProbeComparison& compared) {
  const auto& region = compared.region;
  return fmt::format(
      "{}\t{}\t{}\t{}\t{}\t{}\t{}", ProbeStepName(compared.step),
      region ? fmt::format("{}", region->index) : "-",
      region ? fmt::format("{:#x}", region->length) : "-",
      AnswerWord(compared.answered), AnswerText(compared.predicted.answer()),
      ErrnoText(compared.predicted), AnswerText(compared.agrees));
}

}  // namespace

size_t ProbeFinding::Count(Ternary agrees) const {
  return static_cast<size_t>(std::count_if(
      comparisons.begin(), comparisons.end(),
      [&](const ProbeComparison& c) { return c.agrees == agrees; }));
}

void WriteProbeText(const Judgement& judgement, const ProbeFinding& found,
                    const TextStyle& style, std::ostream& out) {
  size_t to_ask = CountToAsk(found);
  if (found.targets.empty())
    out << "nothing to probe: no function of this host is bound to a VFIO "
           "driver\n";
  else if (to_ask == 0)
    out << fmt::format("nothing to probe: of {} none may be asked\n",
                       CountText(found.targets.size(), "function"));
  else
    out << fmt::format("probe {} the running kernel about {}\n",
                       found.asked ? "asked" : "would ask",
                       CountText(to_ask, "function"));
  if (found.asked && to_ask > 0)
    WriteAsked(judgement, found, style, out);
  else
    WritePlan(judgement, found, style, out);
}

void WriteProbeJson(const Judgement& judgement, const ProbeFinding& found,
                    std::ostream& out) {
  JsonWriter json(out);
  BeginDocument(judgement, "p2pcheck.probe/1", json);
  json.Field("asked", found.asked).Key("functions").BeginArray();
  for (size_t i = 0; i < found.targets.size(); ++i)
    WriteFunction(judgement, found, i, json);
  json.EndArray();
  json.Key("agree").Number(static_cast<int64_t>(found.Count(Ternary::kYes)));
  json.Key("differ").Number(static_cast<int64_t>(found.Count(Ternary::kNo)));
  json.Key("open").Number(static_cast<int64_t>(found.Count(Ternary::kUnknown)));
  json.Key("findings").BeginArray();
  for (const ProbeComparison& compared : found.comparisons)
    if (compared.agrees == Ternary::kNo)
      WriteFinding(judgement, compared, json);
  json.EndArray().EndObject();
}

void WriteProbeTsv(const Judgement& judgement, const ProbeFinding& found,
                   std::ostream& out) {
  out << "function\tstatus\tstep\tregion\tlength\tanswer\tpredicted\terrno\t"
         "agrees\n";
  for (size_t i = 0; i < found.targets.size(); ++i) {
    FunctionIndex function = found.targets[i].function;
    std::string begin = ToString(judgement.topology[function].address) + "\t" +
                        StatusWord(found, i) + "\t";
    bool any = false;
    for (const ProbeComparison& compared : found.comparisons) {
      if (compared.function != function) continue;
      out << begin << TsvRow(compared) << "\n";
      any = true;
    }
    if (!any) out << begin << "-\t-\t-\t-\t-\t-\t-\n";
  }
}

const std::vector<Explanation>& ProbeExplanations() {
  static const std::vector<Explanation> kExplanations = {
      {kProbeDiffers, "the running kernel answers otherwise than predicted",
       "probe asked VFIO for a DMABUF, and step by step compared the kernel's "
       "answer with what bars and dmabuf say. Here they differ: the rules of "
       "p2pcheck are wrong for this kernel, or the kernel was changed (a "
       "vendor's backport), or something it looks at cannot be seen from "
       "outside, such as a BAR that another driver claimed.\n"
       "Report it with the output of p2pcheck probe --json and of p2pcheck "
       "record. Where the kernel log says more, add that.",
       "vfio_pci_core_feature_dma_buf, iommufd_ioas_map_file, 6.19 to 7.3"}};
  return kExplanations;
}

}  // namespace p2pcheck
