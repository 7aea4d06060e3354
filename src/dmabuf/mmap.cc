// SPDX-License-Identifier: GPL-2.0-or-later
//
// Whether VFIO offers mmap() of a BAR (spec/kernel-dmabuf.md 1.5;
// vfio_pci_probe_mmaps and vfio_pci_core_mmap, 6.1 to 7.3).  Other rules than
// those of an export: a BAR of less than a page can be mapped where the rest
// of the page is free, and is never exported.
#include <cerrno>

#include "dmabuf/busy.h"
#include "dmabuf/export.h"
#include "dmabuf/vfio_gates.h"

namespace p2pcheck {
namespace {

// Resources of two functions share a page only behind one bridge, whose window
// is a megabyte at least: on one bus.
template <class Visitor>
void ForEachOnBus(const Topology& topology, FunctionIndex function,
                  Visitor&& visit) {
  const PciAddress& own = topology[function].address;
  auto on_bus = [&](FunctionIndex i) {
    const PciAddress& other = topology[i].address;
    return other.domain == own.domain && other.bus == own.bus;
  };
  FunctionIndex begin = function, end = function;
  while (begin > 0 && on_bus(begin - 1)) --begin;
  while (end < topology.functions().size() && on_bus(end)) ++end;
  for (FunctionIndex i = begin; i < end; ++i) visit(topology[i]);
}

// Whether another memory resource lies between the BAR's end and the page's.
bool RestIsTaken(const Topology& topology, FunctionIndex function,
                 const Bar& bar, uint64_t page) {
  uint64_t first = bar.start + bar.size, last = bar.start + (page - 1);
  bool taken = false;
  ForEachOnBus(topology, function, [&](const Function& f) {
    for (const ResourceLine& line : f.record->resource.value_or({}))
      taken = taken || ((line.flags & 0x200) != 0 && line.start <= last &&
                        line.end >= first);
  });
  return taken;
}

class Mmap {
 public:
  Mmap(const DmabufContext& context, FunctionIndex function, const Bar& bar)
      : context_(context), function_(function), bar_(bar) {}

  StepVerdict Judge();

 private:
  void Add(DmabufRule rule, Ternary says, int error = 0,
           std::string detail = "") {
    verdict_.Add(MakeReason(rule, says, error, std::move(detail)));
  }
  void CheckAssigned();
  void CheckKind();
  void CheckFlag();
  void CheckSize();
  void AddSmall(Ternary fits);
  Ternary FitsPage(uint64_t page) const;
  void CheckClaimed();

  const DmabufContext& context_;
  const FunctionIndex function_;
  const Bar& bar_;
  StepVerdict verdict_;
};

void Mmap::CheckAssigned() {
  auto bars = BarsOf(context_.topology[function_]);
  CheckAllAssigned(bars.value_or({}), bar_, &verdict_);
}

void Mmap::CheckKind() {
  if (bar_.index >= kBars)
    Add(DmabufRule::kNotABar, Ternary::kNo, EINVAL);
  else if (bar_.kind == BarKind::kIo || bar_.kind == BarKind::kNeither)
    Add(DmabufRule::kBarIsIo, Ternary::kNo, EINVAL,
        std::string(BarKindName(bar_.kind)));
  else if (!bar_.recorded && bar_.kind != BarKind::kAbsent)
    Add(DmabufRule::kBarNotRecorded, Ternary::kUnknown);
  else if (bar_.size == 0 && !bar_.unassigned)
    Add(DmabufRule::kBarAbsent, Ternary::kNo, EINVAL);
}

// Before 6.15 no BAR of a s390 host could be mapped.
void Mmap::CheckFlag() {
  Ternary flagged = IsNonMappable(context_.topology, function_, context_.rules);
  if (flagged == Ternary::kYes)
    Add(DmabufRule::kNonMappable, Ternary::kNo, EINVAL);
  if (flagged == Ternary::kUnknown)
    Add(DmabufRule::kNonMappableUnknown, Ternary::kUnknown, EINVAL);
  Ternary old = context_.rules.features.Has(KernelFeature::kNonMappableFlag);
  Ternary s390 = IsS390(context_.topology.snapshot());
  if (s390 == Ternary::kNo || old == Ternary::kYes) return;
  bool sure = s390 == Ternary::kYes && old == Ternary::kNo;
  Add(sure ? DmabufRule::kNotMmapable : DmabufRule::kArchUnknown,
      sure ? Ternary::kNo : Ternary::kUnknown, EINVAL, "s390x");
}

// What a page of this size makes of a BAR that is smaller, or not.
Ternary Mmap::FitsPage(uint64_t page) const {
  if (bar_.size >= page) return Ternary::kYes;
  if (bar_.start % page != 0) return Ternary::kNo;
  return ToTernary(!RestIsTaken(context_.topology, function_, bar_, page));
}

void Mmap::AddSmall(Ternary fits) {
  if (fits == Ternary::kYes)
    Add(DmabufRule::kReservesRestOfPage, Ternary::kYes);
  else if (fits == Ternary::kNo)
    Add(DmabufRule::kBarSmallerThanPage, Ternary::kNo, EINVAL);
  else
    Add(DmabufRule::kPageSizeUnknown, Ternary::kUnknown, EINVAL);
  verdict_.reasons.back().value = bar_.size;
}

void Mmap::CheckSize() {
  if (bar_.kind != BarKind::kMemory || bar_.size == 0) return;
  Observed<uint32_t> page = PageSizeOf(context_.topology.snapshot());
  if (page.known()) {
    if (bar_.size < page.value()) AddSmall(FitsPage(page.value()));
    return;
  }
  bool all = true, none = true;
  for (uint64_t size : kPageSizes) {
    Ternary fits = FitsPage(size);
    all = all && fits == Ternary::kYes;
    none = none && fits == Ternary::kNo;
  }
  if (bar_.size < kPageSizes[2])
    AddSmall(all ? Ternary::kYes : none ? Ternary::kNo : Ternary::kUnknown);
}

void Mmap::CheckClaimed() {
  BusyPart busy = BusyInside(context_, function_, bar_);
  if (busy.stays == Ternary::kNo) return;
  Add(DmabufRule::kBarBusy,
      busy.stays == Ternary::kYes ? Ternary::kNo : Ternary::kUnknown, EBUSY,
      busy.name);
}

StepVerdict Mmap::Judge() {
  CheckAssigned();
  CheckKind();
  if (bar_.kind != BarKind::kMemory && bar_.kind != BarKind::kUnknown)
    return verdict_;
  CheckFlag();
  CheckSize();
  CheckClaimed();
  bool unseen = context_.topology.snapshot().host.busy_regions.unknown();
  if (unseen) Add(DmabufRule::kClaimNotVerified, Ternary::kYes);
  return verdict_;
}

}  // namespace

StepVerdict JudgeMmap(const DmabufContext& context, FunctionIndex function,
                      const Bar& bar) {
  return Mmap(context, function, bar).Judge();
}

}  // namespace p2pcheck
