// SPDX-License-Identifier: GPL-2.0-or-later
//
// Who exports a BAR, and whether (spec/kernel-dmabuf.md 1.10, 4.1).  By
// VFIO, bound or to be bound: the function must be openable (vfio_gates.h),
// kernel and driver must have the operation, the BAR must be memory of a page
// at least (vfio_export.h).  By another driver: it is one that exports this
// BAR.
#include "dmabuf/export.h"

#include <algorithm>
#include <cerrno>

#include "dmabuf/kernel_options.h"
#include "dmabuf/vfio_export.h"
#include "dmabuf/vfio_gates.h"

namespace p2pcheck {
namespace {

// Regions of Grace GPUs that stand for memory ACPI describes.
constexpr uint8_t kUsableMemory = 4;
constexpr uint8_t kReservedMemory = 2;

// Every BAR of one function is judged with the same gates.
class FunctionExports {
 public:
  FunctionExports(const DmabufContext& context, FunctionIndex function)
      : context_(context),
        index_(function),
        record_(*context.topology[function].record),
        gates_(CheckVfioGates(context, function)),
        bars_(BarsOf(context.topology[function]).value_or({})),
        bars_known_(BarsOf(context.topology[function]).known()) {}

  BarExport AsBound(const Bar& bar) const;
  BarExport IfVfio(const Bar& bar) const {
    return ByVfio(VfioExporterOf(context_.rules, "vfio-pci"), bar);
  }

 private:
  BarExport ByVfio(const ExporterRule* by, const Bar& bar) const;
  BarExport ByDriver(const ExporterRule& by, const Bar& bar) const;
  BarExport Nobody(DmabufRule rule, Ternary says, std::string detail) const;
  const ExporterRule* RuleOf(const std::string& driver, const Bar& bar) const;
  void CheckBar(const Bar& bar, StepVerdict* verdict) const;
  void AddNvgrace(const Bar& bar, BarExport* out) const;

  const DmabufContext& context_;
  const FunctionIndex index_;
  const FunctionRecord& record_;
  const StepVerdict gates_;
  const std::vector<Bar> bars_;
  const bool bars_known_;  // else one may have no address (O8)
};

void FunctionExports::CheckBar(const Bar& bar, StepVerdict* verdict) const {
  CheckClaim(context_, index_, bar, verdict);
  if (bar.index >= kBars) return;
  CheckProvider(context_, index_, bar, verdict);
  CheckHoldsPage(context_, bar, verdict);
  AddBarNotes(context_, bar, verdict);
}

// The range is what ACPI says, less what the driver keeps for itself, so only
// an upper bound of its length is known.  Without those properties older
// kernels open the device the wrong way.
void FunctionExports::AddNvgrace(const Bar& bar, BarExport* out) const {
  const Observed<MemoryRange>& memory = record_.gpu_memory;
  bool stands_for_memory =
      bar.index == kUsableMemory || bar.index == kReservedMemory;
  if (!memory.known()) {
    out->verdict.Add(
        MakeReason(DmabufRule::kNvgraceUnknown, Ternary::kUnknown));
  } else if (stands_for_memory && bar.kind == BarKind::kMemory) {
    out->verdict.Add(MakeReason(DmabufRule::kNvgraceMemory, Ternary::kYes));
    out->verdict.reasons.back().value = memory.value().size;
    out->start = bar.index == kUsableMemory ? memory.value().base : 0;
    out->size = 0;
  }
}

BarExport FunctionExports::ByVfio(const ExporterRule* by,
                                  const Bar& bar) const {
  BarExport out;
  out.by = by;
  out.verdict = gates_;
  CheckAllAssigned(bars_, bar, &out.verdict);
  if (!bars_known_)
    out.verdict.Add(
        MakeReason(DmabufRule::kBarNotRecorded, Ternary::kUnknown, EINVAL));
  CheckVfioFeature(context_, by, &out.verdict);
  CheckBar(bar, &out.verdict);
  out.start = bar.start;
  out.size = UsableSize(context_, bar);
  if (by != nullptr && by->way == ExporterWay::kVfioNvgrace)
    AddNvgrace(bar, &out);
  if (out.verdict.answer() == Ternary::kNo) out.start = out.size = 0;
  return out;
}

// What its allocator places in the BAR.
BarExport FunctionExports::ByDriver(const ExporterRule& by,
                                    const Bar& bar) const {
  BarExport out;
  out.by = &by;
  if (by.in_force != Ternary::kYes)
    out.verdict.Add(
        MakeReason(DmabufRule::kKernelUnknown, by.in_force, 0, by.kernels));
  RequireOptions(context_, by.needs, &out.verdict);
  if (bar.unassigned)
    out.verdict.Add(MakeReason(DmabufRule::kBarUnassigned, Ternary::kNo));
  else if (bar.recorded && bar.size == 0)
    out.verdict.Add(MakeReason(DmabufRule::kBarAbsent, Ternary::kNo));
  if (bar.kind == BarKind::kIo || bar.kind == BarKind::kNeither)
    out.verdict.Add(MakeReason(DmabufRule::kBarIsIo, Ternary::kNo, 0,
                               std::string(BarKindName(bar.kind))));
  if (!bar.recorded && bar.kind != BarKind::kIo)
    out.verdict.Add(MakeReason(DmabufRule::kBarNotRecorded, Ternary::kUnknown));
  out.verdict.Add(
      MakeReason(DmabufRule::kDriverMemoryOnly, Ternary::kYes, 0, by.memory));
  if (bar.resizable.known()) {
    out.verdict.Add(MakeReason(DmabufRule::kSizedByResize, Ternary::kYes));
    out.verdict.reasons.back().value = bar.resizable;
  }
  bool refused = out.verdict.answer() == Ternary::kNo;
  out.start = refused ? 0 : bar.start;
  out.size = refused ? 0 : bar.size;
  return out;
}

BarExport FunctionExports::Nobody(DmabufRule rule, Ternary says,
                                  std::string detail) const {
  BarExport out;
  out.verdict.Add(MakeReason(rule, says, 0, std::move(detail)));
  return out;
}

bool ExportsBar(const ExporterRule& rule, const Bar& bar) {
  return std::find(rule.bars.begin(), rule.bars.end(), bar.index) !=
         rule.bars.end();
}

// The driver's entry for this BAR, else any of its entries.
const ExporterRule* FunctionExports::RuleOf(const std::string& driver,
                                            const Bar& bar) const {
  const ExporterRule* found = VfioExporterOf(context_.rules, driver);
  for (const ExporterRule& rule : context_.rules.exporters) {
    bool has = std::find(rule.drivers.begin(), rule.drivers.end(), driver) !=
               rule.drivers.end();
    if (has && (found == nullptr || ExportsBar(rule, bar))) found = &rule;
  }
  return found;
}

BarExport FunctionExports::AsBound(const Bar& bar) const {
  if (record_.driver.absent())
    return Nobody(DmabufRule::kNoDriver, Ternary::kNo, "");
  if (record_.driver.unknown())
    return Nobody(DmabufRule::kDriverUnknown, Ternary::kUnknown, "");
  const std::string& driver = record_.driver.value();
  if (VfioExporterOf(context_.rules, driver))
    return ByVfio(VfioExporterOf(context_.rules, driver), bar);
  const ExporterRule* rule = RuleOf(driver, bar);
  if (rule == nullptr)
    return driver.find("vfio") == driver.npos
               ? Nobody(DmabufRule::kDriverNotVfio, Ternary::kNo, driver)
               : Nobody(DmabufRule::kDriverUnknown, Ternary::kUnknown, driver);
  if (rule->way == ExporterWay::kNotBar)
    return Nobody(DmabufRule::kDriverNotExporter, Ternary::kNo, driver);
  if (ExportsBar(*rule, bar)) return ByDriver(*rule, bar);
  BarExport out = Nobody(DmabufRule::kExportsOtherBar, Ternary::kNo, driver);
  out.by = rule;
  if (!rule->bars.empty())
    out.verdict.reasons.back().value = uint64_t{rule->bars.front()};
  return out;
}

std::vector<Bar> BarsThatMayExist(const Function& function) {
  Observed<std::vector<Bar>> recorded = BarsOf(function);
  std::vector<Bar> bars =
      recorded.known() ? recorded.value() : BarsInConfig(function);
  bars.erase(
      std::remove_if(bars.begin(), bars.end(),
                     [](const Bar& b) { return b.kind == BarKind::kAbsent; }),
      bars.end());
  return bars;
}

}  // namespace

BarExport ExportAsBound(const DmabufContext& context, FunctionIndex function,
                        const Bar& bar) {
  return FunctionExports(context, function).AsBound(bar);
}

BarExport ExportByVfio(const DmabufContext& context, FunctionIndex function,
                       const Bar& bar) {
  return FunctionExports(context, function).IfVfio(bar);
}

std::vector<BarVerdicts> JudgeBars(const DmabufContext& context,
                                   FunctionIndex function) {
  FunctionExports exports(context, function);
  std::vector<BarVerdicts> out;
  for (const Bar& bar : BarsThatMayExist(context.topology[function]))
    out.push_back({function, bar, exports.AsBound(bar), exports.IfVfio(bar),
                   JudgeMmap(context, function, bar)});
  return out;
}

}  // namespace p2pcheck
