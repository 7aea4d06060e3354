// SPDX-License-Identifier: GPL-2.0-or-later
#include "dmabuf/step.h"

#include <algorithm>
#include <array>
#include <cerrno>

namespace p2pcheck {
namespace {

struct NamedRule {
  DmabufRule rule;
  std::string_view name;
};

// In the order of DmabufRule.
constexpr std::array<NamedRule, kDmabufRules> kNames = {{
    {DmabufRule::kDriverNotVfio, "driver-not-vfio"},
    {DmabufRule::kNoDriver, "no-driver"},
    {DmabufRule::kDriverUnknown, "driver-unknown"},
    {DmabufRule::kDriverNotExporter, "driver-not-exporter"},
    {DmabufRule::kVariantNoDmabuf, "variant-no-dmabuf"},
    {DmabufRule::kVariantNoFeatures, "variant-no-features"},
    {DmabufRule::kNoVfioDmabuf, "no-vfio-dmabuf"},
    {DmabufRule::kNotBuiltIn, "not-built-in"},
    {DmabufRule::kBuiltInUnknown, "built-in-unknown"},
    {DmabufRule::kKernelUnknown, "kernel-unknown"},
    {DmabufRule::kIsBridge, "is-bridge"},
    {DmabufRule::kHeaderUnknown, "header-unknown"},
    {DmabufRule::kDenied, "denied"},
    {DmabufRule::kVfsEnabled, "vfs-enabled"},
    {DmabufRule::kNoIommuGroup, "no-iommu-group"},
    {DmabufRule::kNoIommu, "vfio-noiommu"},
    {DmabufRule::kGroupUnknown, "group-unknown"},
    {DmabufRule::kGroupNotViable, "group-not-viable"},
    {DmabufRule::kGroupViableUnknown, "group-viable-unknown"},
    {DmabufRule::kNoInterruptIsolation, "no-interrupt-isolation"},
    {DmabufRule::kVfTokenNeeded, "vf-token-needed"},
    {DmabufRule::kBarNotRecorded, "bar-not-recorded"},
    {DmabufRule::kBarAbsent, "bar-absent"},
    {DmabufRule::kBarUnassigned, "bar-unassigned"},
    {DmabufRule::kOtherBarUnassigned, "other-bar-unassigned"},
    {DmabufRule::kBarIsIo, "bar-is-io"},
    {DmabufRule::kNotABar, "not-a-bar"},
    {DmabufRule::kNonMappable, "non-mappable"},
    {DmabufRule::kNonMappableExported, "non-mappable-exported"},
    {DmabufRule::kNonMappableUnknown, "non-mappable-unknown"},
    {DmabufRule::kBarSmallerThanPage, "bar-smaller-than-page"},
    {DmabufRule::kPageSizeUnknown, "page-size-unknown"},
    {DmabufRule::kBarBusy, "bar-busy"},
    {DmabufRule::kBarBusyExported, "bar-busy-exported"},
    {DmabufRule::kClaimNotVerified, "claim-not-verified"},
    {DmabufRule::kMsixInside, "msix-inside"},
    {DmabufRule::kNvgraceMemory, "nvgrace-memory"},
    {DmabufRule::kNvgraceUnknown, "nvgrace-unknown"},
    {DmabufRule::kSizedByResize, "sized-by-resize"},
    {DmabufRule::kNoSuchImporter, "no-such-importer"},
    {DmabufRule::kImporterUnknown, "importer-unknown"},
    {DmabufRule::kNoPeerToPeer, "no-peer-to-peer"},
    {DmabufRule::kNoInvalidate, "no-invalidate"},
    {DmabufRule::kPinRefused, "pin-refused"},
    {DmabufRule::kImplicitPinRefused, "implicit-pin-refused"},
    {DmabufRule::kMoveNotifyUnknown, "move-notify-unknown"},
    {DmabufRule::kRevoked, "revoked"},
    {DmabufRule::kMemoryStateOpen, "memory-state-open"},
    {DmabufRule::kExporterRefusesAll, "exporter-refuses-all"},
    {DmabufRule::kSystemMemory, "system-memory"},
    {DmabufRule::kOtherFunctionImports, "other-function-imports"},
    {DmabufRule::kOptionMissing, "option-missing"},
    {DmabufRule::kMapTypeRefused, "map-type-refused"},
    {DmabufRule::kDistanceRefused, "distance-refused"},
    {DmabufRule::kMapTypeOpen, "map-type-open"},
    {DmabufRule::kNotPciDevice, "not-pci-device"},
    {DmabufRule::kBusAddress, "bus-address"},
    {DmabufRule::kThroughIommu, "through-iommu"},
    {DmabufRule::kDirectDma, "direct-dma"},
    {DmabufRule::kDmaPathUnknown, "dma-path-unknown"},
    {DmabufRule::kMaskTooSmall, "mask-too-small"},
    {DmabufRule::kMaskUnknown, "mask-unknown"},
    {DmabufRule::kMaskNotChecked, "mask-not-checked"},
    {DmabufRule::kIovaTooSmall, "iova-too-small"},
    {DmabufRule::kForcedBounce, "forced-bounce"},
    {DmabufRule::kConfidential, "confidential"},
    {DmabufRule::kConfidentialUnknown, "confidential-unknown"},
    {DmabufRule::kConfidentialNotChecked, "confidential-not-checked"},
    {DmabufRule::kArchRefusesMmio, "arch-refuses-mmio"},
    {DmabufRule::kArchOneFunctionPerBus, "arch-one-function-per-bus"},
    {DmabufRule::kArchUnknown, "arch-unknown"},
    {DmabufRule::kTwoRangesCollide, "two-ranges-collide"},
    {DmabufRule::kLengthTruncated, "length-truncated"},
    {DmabufRule::kLengthUnaligned, "length-unaligned"},
    {DmabufRule::kLengthUnknown, "length-unknown"},
    {DmabufRule::kBusLimitUnknown, "bus-limit-unknown"},
    {DmabufRule::kAssumesNoForce, "assumes-no-force"},
    {DmabufRule::kNvidiaTopology, "nvidia-topology"},
    {DmabufRule::kNvidiaUnknown, "nvidia-unknown"},
    {DmabufRule::kPayloadDiffers, "payload-differs"},
    {DmabufRule::kNoIommufd, "no-iommufd"},
    {DmabufRule::kIommufdNotVfio, "iommufd-not-vfio"},
    {DmabufRule::kIommufdOneRange, "iommufd-one-range"},
    {DmabufRule::kIommufdNoTopology, "iommufd-no-topology"},
    {DmabufRule::kIommufdMisrouted, "iommufd-misrouted"},
    {DmabufRule::kIommufdTakesMemfd, "iommufd-takes-memfd"},
    {DmabufRule::kIommufdBadRange, "iommufd-bad-range"},
    {DmabufRule::kIommufdUnaligned, "iommufd-unaligned"},
    {DmabufRule::kIommufdReserved, "iommufd-reserved"},
    {DmabufRule::kIommufdCached, "iommufd-cached"},
    {DmabufRule::kIommufdNoMmap, "iommufd-no-mmap"},
    {DmabufRule::kType1Legacy, "type1-legacy"},
    {DmabufRule::kNoType1, "no-type1"},
    {DmabufRule::kNotMmapable, "not-mmapable"},
    {DmabufRule::kNoPeerMemory, "no-peer-memory"},
    {DmabufRule::kPeerMemory, "peer-memory"},
    {DmabufRule::kPoolUnaligned, "pool-unaligned"},
    {DmabufRule::kPoolOutsideBar, "pool-outside-bar"},
    {DmabufRule::kPoolRefusedByArch, "pool-refused-by-arch"},
    {DmabufRule::kPoolAboveDirectMap, "pool-above-direct-map"},
    {DmabufRule::kRequestInvalid, "request-invalid"},
    {DmabufRule::kRangeInvalid, "range-invalid"},
    {DmabufRule::kRangeWraps, "range-wraps"},
    {DmabufRule::kRangeOutsideBar, "range-outside-bar"},
    {DmabufRule::kNotOpened, "not-opened"},
    {DmabufRule::kVfioNotBuiltIn, "vfio-not-built-in"},
    {DmabufRule::kCoherencyAssumed, "coherency-assumed"},
    {DmabufRule::kIsolationAssumed, "isolation-assumed"},
    {DmabufRule::kReservesRestOfPage, "reserves-rest-of-page"},
    {DmabufRule::kExportsOtherBar, "exports-other-bar"},
    {DmabufRule::kDriverMemoryOnly, "driver-memory-only"},
}};

constexpr bool InOrder() {
  for (size_t i = 0; i < kNames.size(); ++i)
    if (static_cast<size_t>(kNames[i].rule) != i || kNames[i].name.empty())
      return false;
  return true;
}
static_assert(InOrder(), "a DmabufRule has no name, or another one's place");

struct NamedError {
  int error;
  std::string_view name;
};

// The kernel's own: user space has no name for it.
constexpr int kNotSupported = 524;

constexpr NamedError kErrors[] = {
    {EPERM, "EPERM"},           {ENOENT, "ENOENT"},
    {ENXIO, "ENXIO"},           {EBADF, "EBADF"},
    {EAGAIN, "EAGAIN"},         {ENOMEM, "ENOMEM"},
    {EACCES, "EACCES"},         {EFAULT, "EFAULT"},
    {EBUSY, "EBUSY"},           {EEXIST, "EEXIST"},
    {ENODEV, "ENODEV"},         {EINVAL, "EINVAL"},
    {ENFILE, "ENFILE"},         {EMFILE, "EMFILE"},
    {ENOTTY, "ENOTTY"},         {ENOSPC, "ENOSPC"},
    {ERANGE, "ERANGE"},         {EOVERFLOW, "EOVERFLOW"},
    {EOPNOTSUPP, "EOPNOTSUPP"}, {EADDRINUSE, "EADDRINUSE"},
    {EREMOTEIO, "EREMOTEIO"},   {kNotSupported, "ENOTSUPP"},
};

}  // namespace

std::string_view DmabufRuleName(DmabufRule rule) {
  return kNames[static_cast<size_t>(rule)].name;
}

std::optional<DmabufRule> DmabufRuleFromName(std::string_view name) {
  for (const NamedRule& entry : kNames)
    if (entry.name == name) return entry.rule;
  return std::nullopt;
}

const std::vector<DmabufRule>& AllDmabufRules() {
  static const std::vector<DmabufRule> kAll = [] {
    std::vector<DmabufRule> all;
    for (const NamedRule& entry : kNames) all.push_back(entry.rule);
    return all;
  }();
  return kAll;
}

StepReason MakeReason(DmabufRule rule, Ternary says, int error,
                      std::string detail) {
  StepReason reason;
  reason.rule = rule;
  reason.says = says;
  reason.error = error;
  reason.detail = std::move(detail);
  return reason;
}

Ternary StepVerdict::answer() const {
  Ternary answer = Ternary::kYes;
  for (const StepReason& reason : reasons) answer = And(answer, reason.says);
  return answer;
}

const StepReason* StepVerdict::refusal() const {
  auto found = std::find_if(
      reasons.begin(), reasons.end(),
      [](const StepReason& reason) { return reason.says == Ternary::kNo; });
  return found == reasons.end() ? nullptr : &*found;
}

std::optional<int> StepVerdict::error() const {
  const StepReason* refused = refusal();
  if (!refused || refused->error == 0) return std::nullopt;
  for (const StepReason& reason : reasons) {
    if (&reason == refused) break;
    bool may_fail = reason.says == Ternary::kUnknown;
    if (may_fail && reason.error != refused->error) return std::nullopt;
  }
  return refused->error;
}

bool StepVerdict::Has(DmabufRule rule) const {
  return std::any_of(
      reasons.begin(), reasons.end(),
      [&](const StepReason& reason) { return reason.rule == rule; });
}

std::string_view ErrnoName(int error) {
  for (const NamedError& entry : kErrors)
    if (entry.error == error) return entry.name;
  return {};
}

}  // namespace p2pcheck
