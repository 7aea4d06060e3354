// SPDX-License-Identifier: GPL-2.0-or-later
//
// One sentence a DmabufRule, as a template: {f} is the function it is about,
// {d} the detail, {s} the value as a size, {x} in hex, {n} as a number.  A part
// in [brackets] is left out where something in it is not known.
#include "report/dmabuf_sentences.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace p2pcheck {
namespace {

struct Sentence {
  DmabufRule rule;
  std::string_view text;
  /// Where the reason only remarks something (says yes); empty: the same.
  std::string_view remark;
};

using R = DmabufRule;
constexpr Sentence kSentences[] = {
    {R::kDriverNotVfio, "its driver[, {d},] is no VFIO driver", ""},
    {R::kNoDriver, "no driver is bound, so nobody exports it today", ""},
    {R::kDriverUnknown,
     "which driver is bound[, or what {d} exports,] is not known", ""},
    {R::kDriverNotExporter, "its driver[, {d},] does not export this BAR", ""},
    {R::kVariantNoDmabuf, "the VFIO driver[ {d}] has no DMABUF operation", ""},
    {R::kVariantNoFeatures,
     "the VFIO driver[ {d}] answers no feature request, as an old kernel would",
     ""},
    {R::kNoVfioDmabuf,
     "VFIO of this kernel exports no dma-bufs[; kernels from {d} on do]", ""},
    {R::kNotBuiltIn, "the kernel was built without what this needs[ ({d})]",
     ""},
    {R::kBuiltInUnknown,
     "whether the kernel was built with what this needs[ ({d})] is not known",
     ""},
    {R::kKernelUnknown,
     "which kernel it is is not known[; those from {d} on do this]", ""},
    {R::kIsBridge, "it is a bridge, which vfio-pci does not bind", ""},
    {R::kHeaderUnknown, "whether it is a bridge is not known", ""},
    {R::kDenied, "vfio-pci refuses to bind it: its denylist has it[ ({d})]",
     ""},
    {R::kVfsEnabled,
     "vfio-pci does not bind a physical function that has virtual functions "
     "enabled[ ({n})]",
     ""},
    {R::kNoIommuGroup,
     "it is in no IOMMU group, and VFIO's noiommu mode is not on[ ({d})]", ""},
    {R::kNoIommu,
     "it is in no IOMMU group: only VFIO's noiommu mode opens it, which is "
     "unsafe",
     ""},
    {R::kGroupUnknown, "whether it is in an IOMMU group is not known", ""},
    {R::kGroupNotViable,
     "another function of its IOMMU group[, {f},] is bound to a driver that "
     "does DMA[ ({d})]",
     ""},
    {R::kGroupViableUnknown,
     "which driver another function of its IOMMU group[, {f},] has is not "
     "known",
     ""},
    {R::kNoInterruptIsolation,
     "interrupts are not isolated, and VFIO was not told to accept that[ "
     "({d})]",
     "whether interrupts are isolated was not recorded; they are taken to be"},
    {R::kVfTokenNeeded,
     "its physical function[, {f},] is with vfio-pci too: opening it needs the "
     "VF token",
     ""},
    {R::kBarNotRecorded, "whether there is such a BAR was not recorded", ""},
    {R::kBarAbsent,
     "the function has no such BAR, or it is the upper half of a 64-bit one",
     ""},
    {R::kBarUnassigned,
     "the BAR has no address, so the function cannot be opened", ""},
    {R::kOtherBarUnassigned,
     "another BAR of the function[, {n},] has no address, so it cannot be "
     "opened",
     ""},
    {R::kBarIsIo, "it is not memory", ""},
    {R::kNotABar, "it is none of BARs 0 to 5, which alone are exported", ""},
    {R::kNonMappable,
     "the kernel holds the function's BARs for not mappable "
     "(non_mappable_bars)",
     ""},
    {R::kNonMappableExported,
     "the function's BARs are not mappable, but this kernel exports them all "
     "the same",
     ""},
    {R::kNonMappableUnknown,
     "whether the kernel holds the function's BARs for not mappable is not "
     "known",
     ""},
    {R::kBarSmallerThanPage,
     "it is smaller than a page, and only whole pages are exported", ""},
    {R::kPageSizeUnknown,
     "the page size is not known, and pages of up to 64 KiB exist", ""},
    {R::kBarBusy,
     "something else[, \"{d}\",] lies in the BAR, so VFIO cannot claim it", ""},
    {R::kBarBusyExported,
     "something else[, \"{d}\",] lies in the BAR, and this kernel exports it "
     "unclaimed (CVE-2026-64042)",
     ""},
    {R::kClaimNotVerified,
     "whether something else lies in the BAR was not seen; only root may look "
     "(/proc/iomem)",
     ""},
    {R::kMsixInside,
     "the MSI-X table or pending bits lie in it, so a peer can write them", ""},
    {R::kNvgraceMemory,
     "what is exported is the GPU's memory behind the region, not the BAR", ""},
    {R::kNvgraceUnknown,
     "whether the GPU's memory is behind this region, as ACPI says, is not "
     "known",
     ""},
    {R::kSizedByResize, "it is resizable; its current size counts", ""},
    {R::kNoSuchImporter, "this kernel has no such importer[: {d}]", ""},
    {R::kImporterUnknown,
     "whether this kernel has this importer[, {d},] is not known", ""},
    {R::kNoPeerToPeer, "the importer does not do peer-to-peer", ""},
    {R::kNoInvalidate,
     "the importer cannot be told to let go of the memory (no invalidate "
     "callback)",
     ""},
    {R::kPinRefused, "the exporter refuses to be pinned", ""},
    {R::kImplicitPinRefused,
     "without CONFIG_DMABUF_MOVE_NOTIFY the kernel pins for every importer, "
     "which the exporter refuses",
     ""},
    {R::kMoveNotifyUnknown,
     "whether CONFIG_DMABUF_MOVE_NOTIFY is set is not known; without it "
     "nothing but iommufd can map",
     ""},
    {R::kRevoked,
     "the dma-buf is revoked: the device was closed, or its memory is off[ "
     "({d})]",
     ""},
    {R::kMemoryStateOpen,
     "whether the device's memory is on at this moment is up to the process "
     "that has it open",
     ""},
    {R::kExporterRefusesAll, "the exporter[, {d},] refuses this importer", ""},
    {R::kSystemMemory,
     "the buffer moves to system memory[ ({d})]: it works, but not peer to "
     "peer",
     ""},
    {R::kOtherFunctionImports,
     "not this function does the DMA but another one: ask for that one", ""},
    {R::kOptionMissing, "the kernel lacks an option that this needs[: {d}]",
     ""},
    {R::kMapTypeRefused,
     "the kernel does not connect the pair: NOT_SUPPORTED[ ({d})]", ""},
    {R::kDistanceRefused,
     "the exporter asks the kernel, which does not connect the pair", ""},
    {R::kMapTypeOpen, "how the kernel connects the pair is not decided[: {d}]",
     ""},
    {R::kNotPciDevice, "the importing device is not a PCI function", ""},
    {R::kBusAddress,
     "direct, by bus address: neither IOMMU nor DMA mask nor bounce buffers "
     "take part",
     ""},
    {R::kThroughIommu,
     "through the host bridge, by an address that the importer's IOMMU "
     "translates",
     ""},
    {R::kDirectDma,
     "through the host bridge, by CPU address, which nothing translates", ""},
    {R::kDmaPathUnknown,
     "whether an IOMMU translates for the importer is not known[ ({d})]", ""},
    {R::kMaskTooSmall,
     "the range ends beyond what the importer can address[ ({n} bits)]", ""},
    {R::kMaskUnknown,
     "how many address bits the importer's driver has set is not known", ""},
    {R::kMaskNotChecked,
     "the bus address may be beyond what the importer can address[ ({n} "
     "bits)], and the kernel does not check",
     ""},
    {R::kIovaTooSmall,
     "no IOVA block of that length lies within what the importer can address[ "
     "({n} bits)]",
     ""},
    {R::kForcedBounce,
     "the kernel is told to bounce all DMA (swiotlb=force), which memory of a "
     "device cannot",
     ""},
    {R::kConfidential,
     "in a confidential guest[ ({d})] the kernel refuses to map a device's "
     "memory untranslated",
     ""},
    {R::kConfidentialUnknown,
     "whether this is a confidential guest is not known", ""},
    {R::kConfidentialNotChecked,
     "the kernel would map it, but in a confidential guest[ ({d})] a device "
     "may not reach another's memory, and the kernel does not check",
     ""},
    {R::kArchRefusesMmio,
     "DMA operations of this architecture[ ({d})] refuse a device's memory",
     ""},
    {R::kArchOneFunctionPerBus,
     "on s390 each function is alone below its bus, so no pair connects", ""},
    {R::kArchUnknown,
     "what DMA operations of this architecture[ ({d})] do is not known", ""},
    {R::kTwoRangesCollide,
     "ranges after the first collide with it in the IOVA block[ (kernels "
     "{d})]",
     ""},
    {R::kLengthTruncated,
     "4 GiB and more are mapped with their length cut: entries of length 0[ "
     "(mended in {d})]",
     ""},
    {R::kLengthUnaligned,
     "4 GiB and more are mapped in entries of 4 GiB - 1 byte, which few "
     "importers take[ (mended in {d})]",
     ""},
    {R::kLengthUnknown,
     "whether this kernel maps 4 GiB and more rightly is not known[ "
     "(mended in {d})]",
     ""},
    {R::kBusLimitUnknown,
     "a limit of the importer's bus (bus_dma_limit) cannot be read; none is "
     "assumed",
     ""},
    {R::kAssumesNoForce,
     "the command line was not recorded; swiotlb=force is taken to be absent",
     ""},
    {R::kNvidiaTopology,
     "NVIDIA's module refuses the pair by a rule of its own[ ({d})]", ""},
    {R::kNvidiaUnknown,
     "what NVIDIA's module makes of this host is not known[ ({d})]", ""},
    {R::kPayloadDiffers,
     "[{f} ]takes smaller payloads than one of the two may send[ ({n} bytes)], "
     "and the kernel does not check",
     ""},
    {R::kNoIommufd,
     "this kernel has no IOMMU_IOAS_MAP_FILE[; kernels from {d} on do]", ""},
    {R::kIommufdNotVfio, "iommufd takes dma-bufs of VFIO only", ""},
    {R::kIommufdOneRange, "iommufd takes dma-bufs of one range only", ""},
    {R::kIommufdNoTopology,
     "iommufd does not ask whether the pair connects (NOT_SUPPORTED for "
     "others)",
     ""},
    {R::kIommufdMisrouted,
     "nothing sends the importer's requests up to the IOMMU[ ({d})]: they "
     "would go astray below a switch",
     ""},
    {R::kType1Legacy,
     "it works, but nothing holds the memory: after reset, close or unplug the "
     "mapping still points there",
     ""},
    {R::kNotMmapable, "the BAR cannot be mapped into a process[ ({d})]", ""},
    {R::kNoPeerMemory,
     "this kernel has no peer memory with struct pages[; kernels from {d} on "
     "do]",
     ""},
    {R::kPeerMemory,
     "peer memory with struct pages[, {s}][, {d} by the driver of {f}]", ""},
    {R::kNoType1, "this kernel has no VFIO type1 container[ ({d})]", ""},
    {R::kPoolUnaligned,
     "start and size of P2P memory have to be multiples of 2 MiB", ""},
    {R::kPoolOutsideBar, "it would not lie within the BAR", ""},
    {R::kPoolRefusedByArch,
     "this architecture[ ({d})] has no struct pages for a device's memory", ""},
    {R::kPoolAboveDirectMap,
     "whether it lies below the end of the kernel's direct map cannot be seen",
     ""},
    {R::kRequestInvalid, "the request itself makes no sense", ""},
    {R::kRangeInvalid, "a range is empty, too long, or not made of whole pages",
     ""},
    {R::kRangeWraps, "a range wraps around", ""},
    {R::kRangeOutsideBar, "a range ends beyond the BAR", ""},
    {R::kNotOpened, "the device was not opened", ""},
    {R::kVfioNotBuiltIn, "this kernel was built without vfio-pci[ ({d})]", ""},
    {R::kCoherencyAssumed,
     "that the IOMMU keeps caches coherent cannot be seen; it is assumed", ""},
    {R::kIsolationAssumed,
     "whether interrupts are isolated was not recorded; it is assumed", ""},
    {R::kReservesRestOfPage,
     "mmap of it takes the rest of the page too, which has to be free", ""},
    {R::kExportsOtherBar, "its driver[, {d},] exports another BAR[: {n}]", ""},
    {R::kDriverMemoryOnly,
     "only what the driver placed in the BAR[ ({d})] is exported", ""},
    {R::kIommufdTakesMemfd,
     "this kernel's iommufd takes the dma-buf for a memfd[; kernels from {d} "
     "on "
     "know better]",
     ""},
    {R::kIommufdBadRange, "the range is not within the dma-buf", ""},
    {R::kIommufdNoMmap,
     "iommufd takes no address at which a BAR is mapped, but its dma-buf", ""},
    {R::kIommufdUnaligned, "start, length or IOVA are not whole pages", ""},
    {R::kIommufdReserved,
     "the IOVA is one that the IOMMU keeps for itself[: {x}]", ""},
    {R::kIommufdCached,
     "in a domain that is attached later the range loses its MMIO attribute[ "
     "(mended in {d})]",
     ""},
};

const Sentence* SentenceOf(DmabufRule rule) {
  for (const Sentence& sentence : kSentences)
    if (sentence.rule == rule) return &sentence;
  return nullptr;
}

// What a letter stands for; none: not known.
std::optional<std::string> Filled(char letter, const StepReason& reason) {
  if (letter == 'f' && reason.function) return ToString(*reason.function);
  if (letter == 'd' && !reason.detail.empty()) return Printable(reason.detail);
  if (!reason.value.known()) return std::nullopt;
  uint64_t value = reason.value.value();
  if (letter == 's') return SizeText(value);
  if (letter == 'x') return fmt::format("{:#x}", value);
  if (letter == 'n') return fmt::format("{}", value);
  return std::nullopt;
}

// One part of a template; none where something in it is not known.
std::optional<std::string> FillPart(std::string_view part,
                                    const StepReason& reason) {
  std::string out;
  for (size_t i = 0; i < part.size(); ++i) {
    if (part[i] != '{') {
      out += part[i];
      continue;
    }
    auto filled = Filled(part[i + 1], reason);
    if (!filled) return std::nullopt;
    out += *filled;
    i += 2;  // The letter and the brace behind it.
  }
  return out;
}

std::string Fill(std::string_view text, const StepReason& reason) {
  std::string out;
  while (!text.empty()) {
    size_t open = std::min(text.find('['), text.size());
    out += FillPart(text.substr(0, open), reason).value_or("");
    text.remove_prefix(open);
    if (text.empty()) break;
    size_t close = text.find(']');
    out += FillPart(text.substr(1, close - 1), reason).value_or("");
    text.remove_prefix(close + 1);
  }
  return out;
}

// A rule that is an unknown says so itself; of any other its sentence is what
// may be.
bool SaysUnknownItself(DmabufRule rule) {
  switch (rule) {
    case R::kBarNotRecorded:
    case R::kMapTypeOpen:
    case R::kMemoryStateOpen:
    case R::kClaimNotVerified: return true;
    default: break;
  }
  std::string_view name = DmabufRuleName(rule);
  constexpr std::string_view kEnd = "-unknown";
  return name.size() > kEnd.size() &&
         name.substr(name.size() - kEnd.size()) == kEnd;
}

constexpr std::string_view kRoot =
    "root (CAP_SYS_ADMIN in the initial user namespace)";
constexpr std::string_view kAnyone = "anyone on the host: p2pcheck record";
constexpr std::string_view kUser = "whoever asks: --kernel names it";

struct Missing {
  DmabufRule rule;
  DmabufFact fact;
};
constexpr Missing kMissing[] = {
    {R::kDriverUnknown, {"driver", "sysfs driver", kAnyone}},
    {R::kBuiltInUnknown,
     {"config", "/proc/config.gz, /boot/config-RELEASE, /proc/kallsyms",
      kAnyone}},
    {R::kKernelUnknown,
     {"kernel_release", "/proc/sys/kernel/osrelease", kUser}},
    {R::kHeaderUnknown, {"header_type", "config space, byte 0x0e", kAnyone}},
    {R::kGroupUnknown, {"iommu_group", "sysfs iommu_group", kAnyone}},
    {R::kNoIommuGroup,
     {"noiommu_mode", "/sys/module/vfio/parameters", kAnyone}},
    {R::kDenied,
     {"disable_denylist", "/sys/module/vfio_pci/parameters", kAnyone}},
    {R::kVfsEnabled, {"sriov_numvfs", "sysfs sriov_numvfs", kAnyone}},
    {R::kGroupViableUnknown, {"driver", "sysfs driver", kAnyone}},
    {R::kGroupNotViable, {"driver", "sysfs driver", kAnyone}},
    {R::kNoInterruptIsolation,
     {"interrupt_remapping", "/proc/interrupts, kernel log", kAnyone}},
    {R::kBarNotRecorded, {"resource", "sysfs resource", kAnyone}},
    {R::kNonMappableUnknown,
     {"architecture", "uname -m; the kernel's release", kAnyone}},
    {R::kPageSizeUnknown, {"page_size", "getconf PAGESIZE", kAnyone}},
    {R::kBarBusy, {"busy_regions", "/proc/iomem", kRoot}},
    {R::kClaimNotVerified, {"busy_regions", "/proc/iomem", kRoot}},
    {R::kNvgraceUnknown,
     {"gpu_memory", "ACPI properties nvidia,gpu-mem-base-pa and -size",
      "whoever knows the firmware"}},
    {R::kImporterUnknown,
     {"kernel_release", "/proc/sys/kernel/osrelease", kUser}},
    {R::kMoveNotifyUnknown,
     {"config", "CONFIG_DMABUF_MOVE_NOTIFY in /boot/config-RELEASE", kAnyone}},
    {R::kMemoryStateOpen,
     {"memory_enabled", "the process that has the device open",
      "that process"}},
    {R::kOptionMissing,
     {"config", "/proc/config.gz, /boot/config-RELEASE", kAnyone}},
    {R::kMapTypeRefused,
     {"map_type", "what p2pcheck pair lists as missing", kRoot}},
    {R::kMapTypeOpen,
     {"map_type", "what p2pcheck pair lists as missing", kRoot}},
    {R::kDistanceRefused,
     {"map_type", "what p2pcheck pair lists as missing", kRoot}},
    {R::kDmaPathUnknown,
     {"iommu_group_type", "/sys/kernel/iommu_groups/N/type", kAnyone}},
    {R::kMaskUnknown, {"dma_mask_bits", "sysfs dma_mask_bits", kAnyone}},
    {R::kMaskTooSmall, {"dma_mask_bits", "sysfs dma_mask_bits", kAnyone}},
    {R::kIovaTooSmall, {"dma_mask_bits", "sysfs dma_mask_bits", kAnyone}},
    {R::kForcedBounce, {"command_line", "/proc/cmdline", kAnyone}},
    {R::kConfidentialUnknown,
     {"confidential_guest",
      "CPU flags, /dev/tdx_guest, /dev/sev-guest, kernel "
      "log",
      kRoot}},
    {R::kConfidential,
     {"confidential_guest",
      "CPU flags, /dev/tdx_guest, /dev/sev-guest, kernel "
      "log",
      kRoot}},
    {R::kArchUnknown, {"architecture", "uname -m", kAnyone}},
    {R::kArchRefusesMmio, {"architecture", "uname -m", kAnyone}},
    {R::kTwoRangesCollide,
     {"kernel_release", "/proc/sys/kernel/osrelease", kUser}},
    {R::kLengthUnknown,
     {"kernel_release", "/proc/sys/kernel/osrelease", kUser}},
    {R::kNvidiaTopology,
     {"nvidia_params", "/proc/driver/nvidia/params", kAnyone}},
    {R::kNvidiaUnknown,
     {"nvidia_params", "/proc/driver/nvidia/params", kAnyone}},
    {R::kNoIommufd,
     {"config", "CONFIG_IOMMUFD in /boot/config-RELEASE", kAnyone}},
    {R::kNoPeerMemory, {"p2pmem", "sysfs p2pmem", kAnyone}},
    {R::kNotMmapable, {"architecture", "uname -m", kAnyone}},
    {R::kNoVfioDmabuf, {"kernel_release", "/proc/sys/kernel/osrelease", kUser}},
};

}  // namespace

std::string DmabufSentence(const StepReason& reason) {
  const Sentence* sentence = SentenceOf(reason.rule);
  if (!sentence) return "";
  bool remark = reason.says == Ternary::kYes && !sentence->remark.empty();
  std::string text = Fill(remark ? sentence->remark : sentence->text, reason);
  bool may_be =
      reason.says == Ternary::kUnknown && !SaysUnknownItself(reason.rule);
  return may_be ? "it may be that " + text : text;
}

bool IsRemark(const StepReason& reason) {
  if (reason.says != Ternary::kYes || reason.warning) return false;
  switch (reason.rule) {
    case R::kNoInterruptIsolation:
    case R::kClaimNotVerified:
    case R::kSizedByResize:
    case R::kMemoryStateOpen:
    case R::kMaskUnknown:
    case R::kBusLimitUnknown:
    case R::kAssumesNoForce:
    case R::kPoolAboveDirectMap:
    case R::kCoherencyAssumed:
    case R::kIsolationAssumed:
    case R::kArchOneFunctionPerBus:
    case R::kVfTokenNeeded: return true;
    default: return false;
  }
}

std::vector<StepReason> MergedReasons(const StepVerdict& verdict) {
  std::vector<StepReason> merged;
  for (const StepReason& reason : verdict.reasons) {
    auto same = std::find_if(merged.begin(), merged.end(), [&](StepReason a) {
      a.detail = reason.detail;
      return a == reason;
    });
    if (same == merged.end())
      merged.push_back(reason);
    else if (same->detail != reason.detail)
      same->detail += ", " + reason.detail;
  }
  return merged;
}

std::string SizeText(uint64_t bytes) {
  static constexpr const char* kUnits[] = {"bytes", "KiB", "MiB",
                                           "GiB",   "TiB", "PiB"};
  size_t unit = 0;
  while (bytes != 0 && bytes % 1024 == 0 && unit + 1 < std::size(kUnits)) {
    bytes /= 1024;
    ++unit;
  }
  return fmt::format("{} {}", bytes, kUnits[unit]);
}

const DmabufFact* MissingFactOf(DmabufRule rule) {
  for (const Missing& missing : kMissing)
    if (missing.rule == rule) return &missing.fact;
  return nullptr;
}

}  // namespace p2pcheck
