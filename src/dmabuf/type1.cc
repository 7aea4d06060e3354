// SPDX-License-Identifier: GPL-2.0-or-later
//
// The old way (spec/kernel-dmabuf.md 6; vaddr_get_pfns and follow_fault_pfn of
// vfio_iommu_type1, 6.1 to 7.3): a VMM maps the user address at which it has
// mmap'ed the other device's BAR, and the kernel takes the page frames out of
// the page table.  It works with every kernel that has the container, asks
// nobody about topology, and goes on pointing there when the device is gone.
#include "dmabuf/architecture.h"
#include "dmabuf/branches.h"
#include "dmabuf/import.h"
#include "dmabuf/kernel_options.h"

namespace p2pcheck {
namespace {

// POWER has a container type of its own.
Ternary HasType1(const HostSnapshot& snapshot) {
  Observed<std::string> architecture = ArchitectureOf(snapshot);
  if (!architecture.known()) return Ternary::kUnknown;
  const std::string& name = architecture.value();
  return ToTernary(IsX86(name) || name == "aarch64" || name == "s390x" ||
                   name.substr(0, 3) == "arm");
}

void CheckType1(const DmabufContext& context, StepVerdict* verdict) {
  const HostSnapshot& snapshot = context.topology.snapshot();
  Ternary has = HasType1(snapshot);
  if (has != Ternary::kYes) {
    StepReason reason;
    reason.rule = DmabufRule::kNoType1;
    reason.says = has;
    reason.detail = ArchitectureOf(snapshot).value_or("");
    verdict->Add(std::move(reason));
  }
  RequireOptions(context, {"VFIO_CONTAINER"}, verdict);
}

}  // namespace

StepVerdict JudgeType1(const DmabufContext& context, FunctionIndex exporter,
                       const Bar& bar) {
  StepVerdict verdict;
  CheckType1(context, &verdict);
  AddReasons(JudgeMmap(context, exporter, bar), &verdict);
  if (verdict.answer() == Ternary::kNo) return verdict;
  StepReason legacy;
  legacy.rule = DmabufRule::kType1Legacy;
  legacy.warning = true;
  verdict.Add(std::move(legacy));
  return verdict;
}

}  // namespace p2pcheck
