// SPDX-License-Identifier: GPL-2.0-or-later
//
// The steps of VFIO_DEVICE_FEATURE_DMA_BUF that look at kernel, driver and BAR
// (spec/kernel-dmabuf.md 1.3; vfio_pci_core_feature_dma_buf, 7.0 to 7.3).  The
// claim of a BAR (F11) came late and in two forms: at the export in 7.0.11, at
// open from 7.1 on; what the one calls EINVAL the others call ENODEV.
#include "dmabuf/vfio_export.h"

#include <cerrno>

#include "dmabuf/busy.h"
#include "dmabuf/kernel_options.h"

namespace p2pcheck {
namespace {

// Where a symbol shows the code, the configuration need not be known.
void CheckBuiltIn(const DmabufContext& context, const ExporterRule* by,
                  StepVerdict* verdict) {
  const FeatureState& state =
      context.rules.features[KernelFeature::kVfioDmabuf];
  if (state.evidence == FeatureEvidence::kSymbols) return;
  std::vector<std::string> needs = {"VFIO_PCI_DMABUF"};
  if (by != nullptr)
    needs.insert(needs.begin(), by->needs.begin(), by->needs.end());
  for (const std::string& option : needs) {
    Ternary on = OptionOn(context, option);
    if (on == Ternary::kYes) continue;
    // It follows from the others, so a configuration may leave it out.
    if (option == "VFIO_PCI_DMABUF" && on == Ternary::kUnknown) continue;
    verdict->Add(MakeReason(on == Ternary::kNo ? DmabufRule::kNotBuiltIn
                                               : DmabufRule::kBuiltInUnknown,
                            on, ENOTTY, option));
    if (on == Ternary::kNo) return;
  }
}

// The flag's effect on an export: the claim at open passes such a function
// over, or the provider refuses it.
Ternary SkippedByClaim(const DmabufContext& context) {
  const KernelFeatures& has = context.rules.features;
  return And(has.Has(KernelFeature::kClaimEager),
             has.Has(KernelFeature::kClaimSkipsNonMappable));
}

void CheckBusy(const DmabufContext& context, FunctionIndex function,
               const Bar& bar, StepVerdict* verdict) {
  BusyPart busy = BusyInside(context, function, bar);
  if (busy.stays == Ternary::kNo) return;
  Ternary fails = And(busy.stays, ClaimsBar(context));
  StepReason reason =
      MakeReason(DmabufRule::kBarBusy, Ternary::kUnknown, ENODEV, busy.name);
  if (fails == Ternary::kYes) reason.says = Ternary::kNo;
  if (fails == Ternary::kNo) {
    reason =
        MakeReason(DmabufRule::kBarBusyExported, Ternary::kYes, 0, busy.name);
    reason.warning = true;
  }
  verdict->Add(std::move(reason));
}

// ENODEV where the claim passes it over; at the provider EINVAL.
void CheckNonMappable(const DmabufContext& context, FunctionIndex function,
                      StepVerdict* verdict) {
  Ternary flagged = IsNonMappable(context.topology, function, context.rules);
  if (flagged == Ternary::kNo) return;
  Ternary skipped = SkippedByClaim(context);
  Ternary refuses = Or(
      skipped, context.rules.features.Has(KernelFeature::kHonoursNonMappable));
  if (And(flagged, refuses) == Ternary::kYes) {
    int error = skipped == Ternary::kYes  ? ENODEV
                : skipped == Ternary::kNo ? EINVAL
                                          : 0;
    verdict->Add(MakeReason(DmabufRule::kNonMappable, Ternary::kNo, error));
  } else if (refuses != Ternary::kNo) {
    verdict->Add(
        MakeReason(DmabufRule::kNonMappableUnknown, Ternary::kUnknown));
  } else {
    verdict->Add(MakeReason(DmabufRule::kNonMappableExported, Ternary::kYes));
    verdict->reasons.back().warning = true;
  }
}

}  // namespace

void CheckVfioFeature(const DmabufContext& context, const ExporterRule* by,
                      StepVerdict* verdict) {
  if (by != nullptr && by->way == ExporterWay::kVfioNoFeatures)
    verdict->Add(MakeReason(DmabufRule::kVariantNoFeatures, Ternary::kNo,
                            ENOTTY, by->id));
  const FeatureState& state =
      context.rules.features[KernelFeature::kVfioDmabuf];
  Ternary has = state.present;
  if (has != Ternary::kYes)
    verdict->Add(MakeReason(has == Ternary::kNo ? DmabufRule::kNoVfioDmabuf
                                                : DmabufRule::kKernelUnknown,
                            has, ENOTTY, state.since));
  if (has != Ternary::kNo) CheckBuiltIn(context, by, verdict);
  if (by != nullptr && by->way == ExporterWay::kVfioNoDmabuf)
    verdict->Add(MakeReason(DmabufRule::kVariantNoDmabuf, Ternary::kNo,
                            EOPNOTSUPP, by->id));
}

Ternary ClaimsBar(const DmabufContext& context) {
  const KernelFeatures& has = context.rules.features;
  return Or(has.Has(KernelFeature::kClaimLazy),
            has.Has(KernelFeature::kClaimEager));
}

void CheckClaim(const DmabufContext& context, FunctionIndex function,
                const Bar& bar, StepVerdict* verdict) {
  if (bar.index >= kBars) {
    verdict->Add(MakeReason(DmabufRule::kNotABar, Ternary::kNo, ENODEV));
    return;
  }
  Ternary claims = ClaimsBar(context);
  bool may_hold = bar.recorded ? bar.size > 0 : bar.kind != BarKind::kAbsent;
  if (!may_hold && !bar.unassigned) {
    int error = claims == Ternary::kYes ? ENODEV : EINVAL;
    if (claims == Ternary::kUnknown || !bar.recorded) error = 0;
    verdict->Add(MakeReason(DmabufRule::kBarAbsent, Ternary::kNo, error));
  }
  if (bar.recorded && bar.size > 0) CheckBusy(context, function, bar, verdict);
}

void CheckProvider(const DmabufContext& context, FunctionIndex function,
                   const Bar& bar, StepVerdict* verdict) {
  if (bar.kind == BarKind::kIo || bar.kind == BarKind::kNeither) {
    // The claim comes first, and passes all BARs of such a function over.
    Ternary skipped =
        And(IsNonMappable(context.topology, function, context.rules),
            SkippedByClaim(context));
    int error = skipped == Ternary::kNo    ? EINVAL
                : skipped == Ternary::kYes ? ENODEV
                                           : 0;
    verdict->Add(MakeReason(DmabufRule::kBarIsIo, Ternary::kNo, error,
                            std::string(BarKindName(bar.kind))));
  }
  if (bar.kind == BarKind::kMemory || bar.kind == BarKind::kUnknown)
    CheckNonMappable(context, function, verdict);
}

void CheckHoldsPage(const DmabufContext& context, const Bar& bar,
                    StepVerdict* verdict) {
  if (!bar.recorded) {
    if (bar.kind == BarKind::kMemory || bar.kind == BarKind::kUnknown)
      verdict->Add(MakeReason(DmabufRule::kBarNotRecorded, Ternary::kUnknown));
    return;
  }
  if (bar.kind != BarKind::kMemory || bar.size == 0) return;
  Observed<uint32_t> page = PageSizeOf(context.topology.snapshot());
  if (bar.size < (page.known() ? page.value() : kSmallestPage))
    verdict->Add(
        MakeReason(DmabufRule::kBarSmallerThanPage, Ternary::kNo, EINVAL));
  else if (!page.known() && bar.size < kLargestPage)
    verdict->Add(
        MakeReason(DmabufRule::kPageSizeUnknown, Ternary::kUnknown, EINVAL));
  else
    return;
  verdict->reasons.back().value = bar.size;
}

void AddBarNotes(const DmabufContext& context, const Bar& bar,
                 StepVerdict* verdict) {
  if (bar.kind != BarKind::kMemory) return;
  bool unseen = context.topology.snapshot().host.busy_regions.unknown();
  if (unseen && ClaimsBar(context) != Ternary::kNo)
    verdict->Add(MakeReason(DmabufRule::kClaimNotVerified, Ternary::kYes));
  if (bar.holds_msix.Is(true)) {
    verdict->Add(MakeReason(DmabufRule::kMsixInside, Ternary::kYes));
    verdict->reasons.back().warning = true;
  }
  if (bar.resizable.known()) {
    verdict->Add(MakeReason(DmabufRule::kSizedByResize, Ternary::kYes));
    verdict->reasons.back().value = bar.resizable;
  }
}

uint64_t UsableSize(const DmabufContext& context, const Bar& bar) {
  Observed<uint32_t> page = PageSizeOf(context.topology.snapshot());
  uint64_t unit = page.known() ? page.value() : kLargestPage;
  return unit == 0 ? 0 : bar.size - bar.size % unit;
}

}  // namespace p2pcheck
