// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_DMABUF_STEP_H_
#define P2PCHECK_DMABUF_STEP_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/observed.h"
#include "base/ternary.h"
#include "pci/address.h"

namespace p2pcheck {

/// The steps by which a kernel comes to an answer about a BAR or a dma-buf,
/// and what we say where its facts are not known.  Letters are those of
/// spec/kernel-dmabuf.md.  Names stand in step.cc, words in src/report.
enum class DmabufRule : uint16_t {
  // The function and its driver (1.1, 1.6).
  kDriverNotVfio,  ///< as bound: the driver is no VFIO driver
  kNoDriver,       ///< as bound: nobody is
  kDriverUnknown,
  kDriverNotExporter,  ///< its driver exports no BAR
  kVariantNoDmabuf,    ///< F5: EOPNOTSUPP
  kVariantNoFeatures,  ///< F3: ENOTTY
  kNoVfioDmabuf,       ///< F4: the kernel is too old: ENOTTY
  kNotBuiltIn,         ///< F4: VFIO_PCI_DMABUF, P2PDMA or another is off
  kBuiltInUnknown,
  kKernelUnknown,  ///< kernels that it may be disagree
  kIsBridge,       ///< O1: EINVAL
  kHeaderUnknown,
  kDenied,        ///< O2: vfio-pci's denylist: EINVAL
  kVfsEnabled,    ///< O3: EBUSY
  kNoIommuGroup,  ///< O5, O6
  kNoIommu,       ///< noiommu: works, unsafe (note)
  kGroupUnknown,
  kGroupNotViable,  ///< O7: EPERM
  kGroupViableUnknown,
  kNoInterruptIsolation,  ///< O7b: EPERM
  kVfTokenNeeded,         ///< O10 (note)
  // The BAR (1.3, 1.4).
  kBarNotRecorded,       ///< no `resource`
  kBarAbsent,            ///< F11 ENODEV or F15 EINVAL
  kBarUnassigned,        ///< O8: this one
  kOtherBarUnassigned,   ///< O8: another one, so the function cannot be opened
  kBarIsIo,              ///< F15: EINVAL
  kNotABar,              ///< F10: ROM, config, ...: ENODEV
  kNonMappable,          ///< F11/F16
  kNonMappableExported,  ///< seed 003's bug (warning)
  kNonMappableUnknown,
  kBarSmallerThanPage,  ///< F13 against F18: EINVAL
  kPageSizeUnknown,
  kBarBusy,           ///< F11: ENODEV
  kBarBusyExported,   ///< CVE-2026-64042 (warning)
  kClaimNotVerified,  ///< note: only root sees /proc/iomem
  kMsixInside,        ///< warning
  kNvgraceMemory,     ///< note: the range is GPU memory, not the BAR
  kNvgraceUnknown,
  kSizedByResize,  ///< note: as currently sized
  // Attach and pin (2.2, 4).
  kNoSuchImporter,  ///< this kernel has no such importer
  kImporterUnknown,
  kNoPeerToPeer,        ///< A1: EOPNOTSUPP
  kNoInvalidate,        ///< A3: EOPNOTSUPP
  kPinRefused,          ///< A4: EOPNOTSUPP
  kImplicitPinRefused,  ///< A5: EOPNOTSUPP at map
  kMoveNotifyUnknown,
  kRevoked,          ///< A2, A6: ENODEV
  kMemoryStateOpen,  ///< note: up to the process that has it open
  kExporterRefusesAll,
  kSystemMemory,          ///< works, through system memory (note)
  kOtherFunctionImports,  ///< note: mlx5 data direct
  kOptionMissing,         ///< an option the importer or exporter needs
  // Map (2.3 to 2.8).
  kMapTypeRefused,   ///< NOT_SUPPORTED: EINVAL (EREMOTEIO for pages)
  kDistanceRefused,  ///< habanalabs: EPERM
  kMapTypeOpen,
  kNotPciDevice,  ///< EINVAL
  kBusAddress,
  kThroughIommu,
  kDirectDma,
  kDmaPathUnknown,
  kMaskTooSmall,  ///< ENOMEM
  kMaskUnknown,
  kMaskNotChecked,  ///< BUS_ADDR with a small mask (warning)
  kIovaTooSmall,    ///< ENOMEM
  kForcedBounce,    ///< swiotlb=force: ENOMEM
  kConfidential,    ///< ENOMEM
  kConfidentialUnknown,
  kConfidentialNotChecked,  ///< warning
  kArchRefusesMmio,
  kArchOneFunctionPerBus,  ///< s390
  kArchUnknown,
  kTwoRangesCollide,  ///< V24: EADDRINUSE
  kLengthTruncated,   ///< V18: map succeeds, entries of length 0 (hazard)
  kLengthUnaligned,   ///< V18: entries of 4 GiB - 1 (hazard)
  kLengthUnknown,
  kBusLimitUnknown,  ///< note: bus_dma_limit cannot be read
  kAssumesNoForce,   ///< note: no command line: swiotlb=force ruled out
  kNvidiaTopology,   ///< nvidia-open's own rule: ENOTSUPP
  kNvidiaUnknown,
  kPayloadDiffers,  ///< MPS along the path (warning)
  // iommufd (3) and the old way (6).
  kNoIommufd,
  kIommufdNotVfio,     ///< I9: EOPNOTSUPP
  kIommufdOneRange,    ///< I11: EOPNOTSUPP
  kIommufdNoTopology,  ///< warning: nothing was checked
  kIommufdMisrouted,   ///< warning: nothing sends the request to the IOMMU
  kIommufdTakesMemfd,  ///< before 6.19: a dma-buf is taken for a memfd: EINVAL
  kIommufdBadRange,    ///< I4, I6: not within the dma-buf: EINVAL, EOVERFLOW
  kIommufdUnaligned,   ///< I12: EINVAL; without a domain a warning
  kIommufdReserved,    ///< I12: an IOVA that the IOMMU keeps: EINVAL
  kIommufdCached,      ///< V22 (warning): a second domain loses MMIO
  kIommufdNoMmap,      ///< IOAS_MAP of an mmap'ed BAR: EFAULT
  kType1Legacy,        ///< warning
  kNoType1,            ///< no container, or another architecture's
  kNotMmapable,
  // Pages (5).
  kNoPeerMemory,
  kPeerMemory,
  kPoolUnaligned,       ///< 2 MiB: EINVAL
  kPoolOutsideBar,      ///< EINVAL
  kPoolRefusedByArch,   ///< no ZONE_DEVICE, or no uncached pages: EINVAL
  kPoolAboveDirectMap,  ///< note: the end of the direct map is not visible
  // The arguments of the export ioctl (1.3), and more about the function.
  kRequestInvalid,      ///< F7, F9: EINVAL
  kRangeInvalid,        ///< F13, F14: zero, unaligned or too long: EINVAL
  kRangeWraps,          ///< F17: EOVERFLOW
  kRangeOutsideBar,     ///< F18: EINVAL
  kNotOpened,           ///< F0: no access was granted yet: EINVAL
  kVfioNotBuiltIn,      ///< vfio-pci is not part of this kernel
  kCoherencyAssumed,    ///< note: O5, an IOMMU that keeps caches coherent
  kIsolationAssumed,    ///< note: O7b, nothing tells about interrupts
  kReservesRestOfPage,  ///< mmap of less than a page takes the whole page
  kExportsOtherBar,     ///< its driver exports another BAR than this one
  kDriverMemoryOnly,    ///< note: only what the driver placed in the BAR
};
constexpr size_t kDmabufRules =
    static_cast<size_t>(DmabufRule::kDriverMemoryOnly) + 1;

/// "bar-smaller-than-page": stable, for scripts and for `explain`.
std::string_view DmabufRuleName(DmabufRule rule);
std::optional<DmabufRule> DmabufRuleFromName(std::string_view name);
/// Every rule, in order.
const std::vector<DmabufRule>& AllDmabufRules();

/// What one rule said, and what it rests on.
struct StepReason {
  DmabufRule rule;
  /// kNo: refuses.  kUnknown: may refuse.  kYes: lets pass, and tells
  /// something; a hazard where `warning` is set.
  Ternary says = Ternary::kYes;
  bool warning = false;
  /// errno as a positive number, of an unknown the one it may fail with; 0:
  /// none, or we can't tell.  524 is ENOTSUPP.
  int error = 0;
  std::optional<PciAddress> function;  ///< whom it is about
  Observed<uint64_t> value;            ///< a size, an address, bits
  std::string detail;  ///< a name: driver, option, importer, feature, kernels

  friend bool operator==(const StepReason& a, const StepReason& b) {
    return a.rule == b.rule && a.says == b.says && a.warning == b.warning &&
           a.error == b.error && a.function == b.function &&
           a.value == b.value && a.detail == b.detail;
  }
};

StepReason MakeReason(DmabufRule rule, Ternary says, int error = 0,
                      std::string detail = "");

/// The answer of one step (export, attach, map, ...): no beats unknown beats
/// yes.  Reasons in the kernel's order.
struct StepVerdict {
  std::vector<StepReason> reasons;

  void Add(StepReason reason) { reasons.push_back(std::move(reason)); }
  Ternary answer() const;
  /// The first refusal; null where there is none.
  const StepReason* refusal() const;
  /// The errno user space would see, where the answer is no, it is known, and
  /// no earlier unknown step could fail with another one.
  std::optional<int> error() const;
  bool Has(DmabufRule rule) const;
};

/// "EINVAL", "ENOTSUPP" (524, which libc does not know); empty
/// for a number that no step answers with.
std::string_view ErrnoName(int error);

}  // namespace p2pcheck

#endif  // P2PCHECK_DMABUF_STEP_H_
