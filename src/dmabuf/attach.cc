// SPDX-License-Identifier: GPL-2.0-or-later
//
// Who may attach (vfio_pci_dma_buf_attach and _pin, dma_buf_dynamic_attach,
// amdgpu_dma_buf_attach, hl_dmabuf_attach; 6.12 to 7.3).  What an importer can
// do decides: peer to peer at all, be told to let go, do without a pin.
#include "dmabuf/attach.h"

#include <cerrno>

#include "dmabuf/kernel_options.h"
#include "dmabuf/nvidia.h"

namespace p2pcheck {
namespace {

// Refuses where the kernel surely does it, doubts where it may.
void RefuseIf(Ternary does, StepReason reason, StepVerdict* verdict) {
  if (does == Ternary::kNo) return;
  reason.says = does == Ternary::kYes ? Ternary::kNo : Ternary::kUnknown;
  verdict->Add(std::move(reason));
}

bool Refused(const StepVerdict& verdict) {
  return verdict.answer() == Ternary::kNo;
}

// A1, A3, A4.
void CheckVfioKinds(const DmabufContext& context, ImporterKind kind,
                    StepVerdict* verdict) {
  const KernelFeatures& features = context.rules.features;
  if (kind == ImporterKind::kPinned)
    RefuseIf(features.Has(KernelFeature::kRevocableAttach),
             MakeReason(DmabufRule::kNoInvalidate, Ternary::kNo, EOPNOTSUPP),
             verdict);
  if (!Refused(*verdict) && Pins(kind))
    RefuseIf(features.Has(KernelFeature::kVfioPinRefuses),
             MakeReason(DmabufRule::kPinRefused, Ternary::kNo, EOPNOTSUPP),
             verdict);
}

void AttachToVfio(const DmabufContext& context, const PairQuestion& question,
                  ImporterKind kind, StepVerdict* verdict) {
  if (kind == ImporterKind::kStatic)
    return verdict->Add(
        MakeReason(DmabufRule::kNoPeerToPeer, Ternary::kNo, EOPNOTSUPP));
  CheckRevoked(context, question, verdict);
  if (!Refused(*verdict)) CheckVfioKinds(context, kind, verdict);
}

// Doorbell pages stay where they are, but the exporter has no way to promise
// it to someone who pins.
void AttachToRdmaCore(ImporterKind kind, StepVerdict* verdict) {
  if (kind == ImporterKind::kStatic)
    verdict->Add(
        MakeReason(DmabufRule::kNoPeerToPeer, Ternary::kNo, EOPNOTSUPP));
  else if (Pins(kind))
    verdict->Add(MakeReason(DmabufRule::kPinRefused, Ternary::kNo, EOPNOTSUPP));
}

void CheckImporter(const DmabufContext& context, const PairQuestion& question,
                   StepVerdict* verdict) {
  const ImporterRule* use = question.use;
  if (use == nullptr)
    return verdict->Add(
        MakeReason(DmabufRule::kImporterUnknown, Ternary::kUnknown));
  if (use->in_force != Ternary::kYes) {
    bool none = use->in_force == Ternary::kNo;
    StepReason reason = MakeReason(
        none ? DmabufRule::kNoSuchImporter : DmabufRule::kImporterUnknown,
        use->in_force);
    reason.detail = use->id;
    verdict->Add(std::move(reason));
  }
  RequireOptions(context, use->needs, verdict);
}

void NoteOtherFunction(const ImporterRule* use, StepVerdict* verdict) {
  if (use == nullptr || !use->other_function) return;
  StepReason reason =
      MakeReason(DmabufRule::kOtherFunctionImports, Ternary::kYes);
  reason.detail = use->id;
  verdict->Add(std::move(reason));
}

// Nobody exports: what the export said ends the matter.
StepVerdict NobodyExports(const PairQuestion& question) {
  StepVerdict verdict;
  const StepReason* refusal = question.exported.verdict.refusal();
  StepReason reason = MakeReason(DmabufRule::kDriverUnknown, Ternary::kUnknown);
  if (refusal != nullptr) {
    reason = *refusal;
    reason.error = 0;
  }
  verdict.Add(std::move(reason));
  return verdict;
}

bool NeverExports(const ExporterRule* by) {
  return by == nullptr || by->way == ExporterWay::kVfioNoDmabuf ||
         by->way == ExporterWay::kVfioNoFeatures ||
         by->way == ExporterWay::kNotBar;
}

void AttachTo(const DmabufContext& context, const PairQuestion& question,
              ImporterKind kind, StepVerdict* verdict) {
  switch (question.exported.by->way) {
    case ExporterWay::kVfio:
    case ExporterWay::kVfioNvgrace:
      return AttachToVfio(context, question, kind, verdict);
    case ExporterWay::kRdmaCore: return AttachToRdmaCore(kind, verdict);
    case ExporterWay::kNvidia:
      return CheckNvidiaTopology(context, question, verdict);
    default: return;  // amdgpu, xe, habanalabs attach anyone
  }
}

// A5.
void CheckImplicitPin(const DmabufContext& context, StepVerdict* verdict) {
  Ternary pins = CorePinsAll(context);
  if (pins == Ternary::kYes)
    verdict->Add(
        MakeReason(DmabufRule::kImplicitPinRefused, Ternary::kNo, EOPNOTSUPP));
  if (pins == Ternary::kUnknown)
    verdict->Add(MakeReason(DmabufRule::kMoveNotifyUnknown, Ternary::kUnknown,
                            EOPNOTSUPP));
}

Ternary MemoryCounts(const Function& exporter) {
  return exporter.physfn.Match([](const PciAddress&) { return Ternary::kNo; },
                               [] { return Ternary::kYes; },
                               [](ReadFailure) { return Ternary::kUnknown; });
}

}  // namespace

bool Pins(ImporterKind kind) {
  return kind == ImporterKind::kPinned ||
         kind == ImporterKind::kPinnedRevocable;
}

bool ExportsByVfio(const PairQuestion& question) {
  const ExporterRule* by = question.exported.by;
  return by != nullptr && (by->way == ExporterWay::kVfio ||
                           by->way == ExporterWay::kVfioNvgrace);
}

Ternary CorePinsAll(const DmabufContext& context) {
  Ternary option = context.rules.features.Has(KernelFeature::kMoveNotifyOption);
  if (option == Ternary::kNo) return Ternary::kNo;
  Ternary on = OptionOn(context, "DMABUF_MOVE_NOTIFY");
  if (on == Ternary::kYes) return Ternary::kNo;
  // A kernel that may not know the option lacks it for either reason.
  return And(option, on == Ternary::kNo ? Ternary::kYes : Ternary::kUnknown);
}

void CheckRevoked(const DmabufContext& context, const PairQuestion& question,
                  StepVerdict* verdict) {
  StepReason reason = MakeReason(DmabufRule::kRevoked, Ternary::kNo, ENODEV);
  const Function& exporter = context.topology[question.exporter];
  reason.function = exporter.address;
  if (question.device_closed) {
    reason.detail = "closed";
    return verdict->Add(std::move(reason));
  }
  if (question.memory_enabled == Ternary::kNo) {
    reason.detail = "memory-off";
    return RefuseIf(MemoryCounts(exporter), std::move(reason), verdict);
  }
  if (question.memory_enabled == Ternary::kYes) return;
  StepReason note = MakeReason(DmabufRule::kMemoryStateOpen, Ternary::kYes);
  note.function = exporter.address;
  verdict->Add(std::move(note));
}

StepVerdict JudgeAttach(const DmabufContext& context,
                        const PairQuestion& question) {
  if (NeverExports(question.exported.by)) return NobodyExports(question);
  StepVerdict verdict;
  CheckImporter(context, question, &verdict);
  NoteOtherFunction(question.use, &verdict);
  if (!Refused(verdict) && question.use != nullptr)
    AttachTo(context, question, question.use->kind, &verdict);
  return verdict;
}

StepVerdict JudgeBeforeMap(const DmabufContext& context,
                           const PairQuestion& question) {
  StepVerdict verdict;
  bool vfio = ExportsByVfio(question);
  const ExporterRule* by = question.exported.by;
  if (vfio || by->way == ExporterWay::kRdmaCore)
    CheckImplicitPin(context, &verdict);
  if (vfio && !Refused(verdict)) {
    StepVerdict revoked;
    CheckRevoked(context, question, &revoked);
    for (StepReason& reason : revoked.reasons)
      if (reason.says != Ternary::kYes) verdict.Add(std::move(reason));
  }
  return verdict;
}

}  // namespace p2pcheck
