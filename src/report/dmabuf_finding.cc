// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/dmabuf_finding.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/input_error.h"
#include "report/bars_report.h"

namespace p2pcheck {
namespace {

// Better first: exportable, then open, then refused; then size.
bool IsBetter(const BarVerdicts& a, const BarVerdicts& b) {
  auto rank = [](const BarVerdicts& bar) {
    Ternary answer = ShownOf(bar).exported->verdict.answer();
    return answer == Ternary::kYes ? 2 : answer == Ternary::kUnknown ? 1 : 0;
  };
  if (rank(a) != rank(b)) return rank(a) > rank(b);
  return a.bar.size > b.bar.size;
}

bool CanBeMeant(const BarVerdicts& bar) {
  return bar.bar.index != kRomIndex && (bar.bar.kind == BarKind::kMemory ||
                                        bar.bar.kind == BarKind::kUnknown);
}

BarVerdicts PickBar(const DmabufContext& context, FunctionIndex function) {
  std::vector<BarVerdicts> bars = JudgeBars(context, function);
  const BarVerdicts* best = nullptr;
  for (const BarVerdicts& bar : bars)
    if (CanBeMeant(bar) && (!best || IsBetter(bar, *best))) best = &bar;
  if (!best)
    throw NotFoundError(
        fmt::format("{}: it has no memory BAR; p2pcheck bars {} lists what "
                    "there is",
                    ToString(context.topology[function].address),
                    ToString(context.topology[function].address)));
  return *best;
}

// The verdicts of a BAR that the user named, absent ones too.
BarVerdicts NamedBar(const DmabufContext& context, FunctionIndex function,
                     uint8_t index) {
  for (const BarVerdicts& bar : JudgeBars(context, function))
    if (bar.bar.index == index) return bar;
  BarVerdicts absent;
  absent.function = function;
  absent.bar.index = index;
  absent.as_bound = ExportAsBound(context, function, absent.bar);
  absent.if_vfio = ExportByVfio(context, function, absent.bar);
  absent.mmap = JudgeMmap(context, function, absent.bar);
  return absent;
}

// What the importer's driver does with dma-bufs; a function with a VFIO
// driver imports through iommufd only.
const ImporterRule* UseByDriver(const Judgement& judgement,
                                FunctionIndex importer) {
  const Function& f = judgement.topology[importer];
  const ImporterRule* found = nullptr;
  for (const ImporterRule& use : judgement.dmabuf.importers)
    if (IsUseOf(use, f) && (!found || (use.preferred && !found->preferred)))
      found = &use;
  if (found) return found;
  bool vfio = VfioExporterOf(judgement.dmabuf, f.record->driver.value_or(""));
  return vfio ? FindUse(judgement.dmabuf, "iommufd") : nullptr;
}

std::vector<const ImporterRule*> UsesOf(const Judgement& judgement,
                                        const DmabufRequest& request,
                                        UseChoice* choice) {
  *choice = UseChoice::kNamed;
  if (request.use) return {request.use};
  *choice = UseChoice::kByDriver;
  if (auto* use = UseByDriver(judgement, request.importer)) return {use};
  *choice = UseChoice::kAnyKind;
  std::vector<const ImporterRule*> uses;
  for (const char* id : {"dynamic", "pinned-revocable", "pinned", "static"})
    if (auto* use = FindUse(judgement.dmabuf, id)) uses.push_back(use);
  return uses;
}

PairQuestion QuestionOf(const DmabufFinding& finding, const ImporterRule* use) {
  PairQuestion question;
  question.exporter = finding.request.exporter;
  question.bar = finding.bar.bar;
  question.exported = finding.exported;
  question.importer = finding.request.importer;
  question.use = use;
  question.map_type = finding.verdict.possible;
  question.ranges = finding.request.ranges;
  return question;
}

Ternary Combined(const std::vector<UseFinding>& uses) {
  Ternary all = uses.front().answer();
  for (const UseFinding& use : uses)
    if (use.answer() != all) return Ternary::kUnknown;
  return all;
}

void JudgeOtherWays(const DmabufContext& context, DmabufFinding* finding) {
  const DmabufRequest& request = finding->request;
  IommufdQuestion iommufd;
  iommufd.pair = QuestionOf(*finding, FindUse(context.rules, "iommufd"));
  finding->iommufd = JudgeIommufd(context, iommufd);
  finding->type1 = JudgeType1(context, request.exporter, finding->bar.bar);
  finding->pages = JudgePeerMemory(context, request.exporter, finding->bar.bar,
                                   0, finding->bar.bar.size);
  finding->page_map = JudgePageMap(context, QuestionOf(*finding, nullptr));
}

// What VFIO says of ranges, beside what it says of the BAR.
void CheckRanges(const DmabufContext& context, DmabufFinding* finding) {
  const DmabufRequest& request = finding->request;
  if (request.ranges.empty() || !finding->exported.by ||
      !IsVfio(finding->exported.by->way))
    return;
  ExportRequest asked;
  asked.region = finding->bar.bar.index;
  asked.ranges = request.ranges;
  StepVerdict& verdict = finding->exported.verdict;
  for (StepReason& reason :
       JudgeExportRequest(context, request.exporter, asked).reasons)
    if (!verdict.Has(reason.rule)) verdict.Add(std::move(reason));
}

}  // namespace

Ternary DmabufFinding::answer() const {
  return And(exported.verdict.answer(), Combined(uses));
}

bool IsUseOf(const ImporterRule& use, const Function& importer) {
  const auto& driver = importer.record->driver;
  return driver.known() &&
         std::count(use.drivers.begin(), use.drivers.end(), driver.value()) > 0;
}

DmabufFinding JudgeDmabuf(const Judgement& judgement,
                          const DmabufRequest& request) {
  BarContext bars(judgement);
  const DmabufContext& context = bars.dmabuf;
  DmabufFinding finding;
  finding.request = request;
  finding.bar_picked = !request.bar;
  finding.bar = request.bar ? NamedBar(context, request.exporter, *request.bar)
                            : PickBar(context, request.exporter);
  ShownExport shown = ShownOf(finding.bar);
  finding.hypothetical = shown.hypothetical;
  finding.exported = *shown.exported;
  CheckRanges(context, &finding);
  finding.verdict = judgement.Decide(request.exporter, request.importer);
  for (const ImporterRule* use : UsesOf(judgement, request, &finding.choice))
    finding.uses.push_back(
        {use, JudgeImport(context, QuestionOf(finding, use))});
  JudgeOtherWays(context, &finding);
  return finding;
}

}  // namespace p2pcheck
