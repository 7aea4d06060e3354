// SPDX-License-Identifier: GPL-2.0-or-later
//
// What every rule about BARs and dma-bufs means and what to do about it, and
// the matters around them that no rule names.  Sources name the kernel
// function and the versions in which it was read; "run" says that it was seen
// on a running kernel.
#include "report/dmabuf_sentences.h"

namespace p2pcheck {
namespace {

struct RuleExplanation {
  DmabufRule rule;
  std::string_view title, text, source;
};

// kKernelUnknown is not here: verdicts on pairs have a rule of that name too.
using R = DmabufRule;
constexpr RuleExplanation kRules[] = {
    {R::kDriverNotVfio, "the driver is no VFIO driver",
     "Only VFIO drivers export any memory BAR. As bound, this one does not; "
     "bars shows what would be if vfio-pci had the function (by: vfio-pci?).\n"
     "--assume driver=vfio-pci:ADDRESS asks as if it had.",
     "vfio_pci_core_feature_dma_buf, 6.19 to 7.3"},
    {R::kNoDriver, "no driver is bound",
     "Nobody exports a BAR of a function without a driver. bars shows what "
     "would be if vfio-pci had it.",
     "spec/kernel-dmabuf.md 4.3"},
    {R::kDriverUnknown, "the driver is not known",
     "The source does not say which driver is bound. lspci -k, or a recording, "
     "would.",
     "sysfs driver"},
    {R::kDriverNotExporter, "the driver does not export this BAR",
     "Some drivers export dma-bufs whose memory is never a BAR (i915, V4L2, "
     "udmabuf, dma heaps), and GPU drivers only the BAR that shows their "
     "VRAM.",
     "spec/kernel-dmabuf.md 4.1; drm, 6.1 to 7.3"},
    {R::kVariantNoDmabuf, "a VFIO variant without dma-bufs",
     "mlx5_vfio_pci, hisi_acc_vfio_pci, pds_vfio_pci, virtio_vfio_pci, "
     "xe-vfio-pci and ism_vfio_pci lack the operation: EOPNOTSUPP, also for "
     "the PROBE question. Bind vfio-pci itself.",
     "vfio_pci_core_feature_dma_buf, get_dmabuf_phys, 7.0, 7.2, 7.3"},
    {R::kVariantNoFeatures, "a VFIO variant without features",
     "qat_vfio_pci has no feature handler: ENOTTY, which looks like an old "
     "kernel.",
     "vfio_ioctl_device_feature, 7.0 to 7.3"},
    {R::kNoVfioDmabuf, "the kernel's VFIO exports no dma-bufs",
     "VFIO_DEVICE_FEATURE_DMA_BUF came with 6.19; before, the ioctl says "
     "ENOTTY for every BAR.\n"
     "Distributions port it back: a symbol such as "
     "vfio_pci_core_get_dmabuf_phys shows it whatever the number says.",
     "commit 5d74781ebc86; 6.12, 7.0 to 7.3"},
    {R::kNotBuiltIn, "the kernel was built without it",
     "VFIO_PCI_DMABUF cannot be chosen: it is on where VFIO_PCI_CORE, "
     "PCI_P2PDMA and DMA_SHARED_BUFFER are. Without it the ioctl says ENOTTY. "
     "Debian has PCI_P2PDMA from 6.13.7 on.",
     "drivers/vfio/pci/Kconfig, 7.0 to 7.3"},
    {R::kBuiltInUnknown, "whether it was built in is not known",
     "Neither the kernel's configuration nor its symbols were recorded. Where "
     "the user names a kernel (--kernel), what it needs counts as built in.",
     "/proc/config.gz, /boot/config-*, /proc/kallsyms"},
    {R::kIsBridge, "bridges are not exported",
     "vfio-pci binds functions with header type 0 only: EINVAL at probe.",
     "vfio_pci_core_init_dev, 6.1 to 7.3"},
    {R::kHeaderUnknown, "the header type is not known",
     "Byte 0x0e of config space, which every user may read, was not recorded.",
     "sysfs config"},
    {R::kDenied, "vfio-pci's denylist",
     "Some Intel QAT, DSA and IAX functions are refused by vfio-pci because a "
     "guest could hang the host: EINVAL at probe. vfio_pci.disable_denylist=Y "
     "overrides it.",
     "vfio_pci_dev_in_denylist, 6.1 to 7.3"},
    {R::kVfsEnabled, "virtual functions are enabled",
     "vfio-pci does not bind a physical function while sriov_numvfs is not 0: "
     "EBUSY. Turn the VFs off, or export a VF's own BARs.",
     "vfio_pci_core_register_device, 6.1 to 7.3"},
    {R::kNoIommuGroup, "no IOMMU group",
     "VFIO wants an IOMMU group with coherent DMA. Without one there is no "
     "VFIO node, unless noiommu mode is on "
     "(vfio.enable_unsafe_noiommu_mode=Y).\n"
     "Turn the IOMMU on, in firmware and on the command line.",
     "vfio_group_find_or_alloc, 6.1 to 7.3"},
    {R::kNoIommu, "VFIO without an IOMMU",
     "noiommu mode opens the function and exports its BARs as well (seen "
     "run on 7.3). Nothing keeps the device from all of memory, the kernel is "
     "tainted, and nobody supports peer-to-peer that way.",
     "vfio_noiommu, 6.1 to 7.3; run 7.3"},
    {R::kGroupUnknown, "the IOMMU group is not known",
     "Without it we can't tell whether VFIO opens the function.",
     "sysfs iommu_group"},
    {R::kGroupNotViable, "the IOMMU group is not viable",
     "Every other function of the group must be unbound or have a driver that "
     "does no DMA of its own (vfio-pci and its variants, pcieport, pci-stub): "
     "else EPERM when the device is bound to iommufd or its group to a "
     "container. Bind them all to vfio-pci, or part the group (p2pcheck "
     "groups, p2pcheck advise).",
     "iommu_device_claim_dma_owner, 6.1 to 7.3; run 7.0, 7.3"},
    {R::kGroupViableUnknown, "whether the group is viable is not known",
     "The driver of another function of the group was not recorded.",
     "sysfs iommu_groups"},
    {R::kNoInterruptIsolation, "interrupts are not isolated",
     "Without interrupt remapping a device could send any interrupt: EPERM, "
     "unless allow_unsafe_interrupts=Y of iommufd or vfio_iommu_type1. Where "
     "nothing shows whether it is on, it is taken to be.",
     "iommufd_device_bind, msi_device_has_isolated_msi, 6.1 to 7.3; run 7.3"},
    {R::kVfTokenNeeded, "the VF token",
     "A VF whose physical function is with vfio-pci too opens only for who "
     "knows the token that the PF's user set: EACCES else.",
     "vfio_pci_validate_vf_token, 6.1 to 7.3"},
    {R::kBarNotRecorded, "the BAR was not recorded",
     "sysfs' resource has the address and size of every BAR. lspci -x has "
     "addresses only; a virtual function's config space has none at all.",
     "sysfs resource"},
    {R::kBarAbsent, "there is no such BAR",
     "Not implemented, or the upper half of the 64-bit BAR before it. The "
     "export says EINVAL on 6.19 to 7.0.10 and ENODEV after.",
     "vfio_pci_core_feature_dma_buf, pcim_p2pdma_provider, 7.0, 7.2, 7.3; run"},
    {R::kBarUnassigned, "the BAR has no address",
     "The kernel found no room for it. pci_enable_device() refuses the whole "
     "function, so VFIO cannot open it: EINVAL. The kernel log has \"not "
     "assigned\"; pci=realloc or a firmware option for large BARs may help.",
     "pci_enable_resources, 6.1 to 7.3"},
    {R::kOtherBarUnassigned, "another BAR has no address",
     "One unassigned BAR, were it an I/O BAR, makes all BARs of the function "
     "unexportable, because the function cannot be opened: EINVAL.",
     "pci_enable_resources, 6.1 to 7.3"},
    {R::kBarIsIo, "not memory", "An I/O BAR has no memory to share: EINVAL.",
     "pcim_p2pdma_provider, 6.19 to 7.3; run 7.0, 7.3"},
    {R::kNotABar, "not one of BARs 0 to 5",
     "The ROM is region 6 of VFIO, config space 7, VGA 8; what is not 0 to 5 "
     "is not exported: ENODEV.",
     "vfio_pci_core_feature_dma_buf, 6.19 to 7.3; run"},
    {R::kNonMappable, "BARs that cannot be mapped",
     "The kernel's flag non_mappable_bars, so far set for one function only: "
     "IBM ISM on s390. From 7.2 on p2pdma honours it and VFIO does not claim "
     "such BARs: ENODEV.\n"
     "The flag is one for the whole function. A device of which only some "
     "BARs cannot be mapped would need one for each; there is none today.",
     "pcim_p2pdma_init, pcim_p2pdma_provider, commit 951ebc18d181; 7.0, 7.2"},
    {R::kNonMappableExported, "exported although it cannot be mapped",
     "6.19 and 7.0 checked the flag for mmap but not for the dma-buf: an "
     "importer gets addresses that do not work. 7.2 refuses.",
     "pcim_p2pdma_provider, 7.0, 7.2"},
    {R::kNonMappableUnknown, "whether the BARs can be mapped is not known",
     "1014:04ed (IBM ISM) on an architecture that is not known, or a kernel of "
     "which we can't tell whether it honours the flag (7.1).",
     "spec/kernel-dmabuf.md 8"},
    {R::kBarSmallerThanPage, "smaller than a page",
     "A range has to be whole pages and to end within the BAR: no range fits, "
     "EINVAL. VFIO's mmap of the same BAR works where the BAR starts on a "
     "page and the rest of the page can be reserved. With pages of 64 KiB "
     "(some arm64 and ppc64 kernels) a 16 KiB BAR is too small.",
     "validate_dmabuf_input, 7.0, 7.3; run"},
    {R::kPageSizeUnknown, "the page size is not known",
     "Pages are of 4, 16 or 64 KiB. A BAR of 64 KiB or more fits any.",
     "getconf PAGESIZE"},
    {R::kBarBusy, "the BAR is busy",
     "VFIO claims the BAR before it exports (7.0.11 and later; at open from "
     "7.1 on). A boot framebuffer, a firmware reservation or a leftover driver "
     "in it makes that fail: ENODEV. /proc/iomem shows who, to root.",
     "vfio_pci_core_setup_barmap, vfio_pci_core_enable, 7.0.14, 7.2"},
    {R::kBarBusyExported, "exported although busy",
     "Before 7.0.11 VFIO exported without claiming the BAR (CVE-2026-64042): "
     "an importer may write what somebody else uses.",
     "commits 702809dabdec, 05f2a68b407a"},
    {R::kClaimNotVerified, "the claim was not verified",
     "An ordinary user sees /proc/iomem with zeros, so whether something else "
     "lies in the BAR is not known. That is rare.",
     "/proc/iomem"},
    {R::kMsixInside, "MSI-X table or pending bits inside",
     "VFIO exports the whole BAR and cuts nothing out, unlike its read and "
     "write path: a peer that writes there changes where the device's "
     "interrupts go. Share a range beside it (--ranges).",
     "vfio_pci_core_feature_dma_buf, 7.0 to 7.3; run 7.3"},
    {R::kNvgraceMemory, "GPU memory behind the region",
     "nvgrace_gpu_vfio_pci shows the GPU's memory, whose place ACPI gives, as "
     "region 4 (and 2). The dma-buf spans that memory, not the PCI BAR.",
     "nvgrace_get_dmabuf_phys, 7.0 to 7.3"},
    {R::kNvgraceUnknown, "whether there is GPU memory behind it is not known",
     "The properties nvidia,gpu-mem-base-pa and nvidia,gpu-mem-size of ACPI "
     "decide; sysfs does not show them.",
     "nvgrace_gpu_fetch_memory_property, 7.0 to 7.3"},
    {R::kSizedByResize, "resizable",
     "The BAR can be made larger (resourceN_resize, with the driver unbound). "
     "What is exported is the size it has now: of a small BAR only the "
     "window.",
     "sysfs resourceN_resize, 6.1 to 7.3"},
    {R::kNoSuchImporter, "no such importer in this kernel",
     "The kernel is older than this use of dma-bufs.", "rules/importers.toml"},
    {R::kImporterUnknown, "whether the kernel has the importer is not known",
     "That hangs on the kernel's release. --kernel names one.",
     "rules/importers.toml"},
    {R::kNoPeerToPeer, "the importer does no peer-to-peer",
     "A static importer (net devmem, io_uring zcrx, V4L2, i915, nouveau, ...) "
     "does not say allow_peer2peer: exporters of BARs refuse it at attach with "
     "EOPNOTSUPP, amdgpu and xe hand out system memory instead.",
     "vfio_pci_dma_buf_attach, 7.0, 7.3; run"},
    {R::kNoInvalidate, "the importer cannot let go",
     "From 7.1 on VFIO asks for an importer that can be told to drop its "
     "mappings, pinned or not: else EOPNOTSUPP at attach. efa, bnxt_re, mana "
     "and ionic MRs cannot; mlx5 MRs can, irdma's from 7.1 on.",
     "dma_buf_attach_revocable, 7.2, 7.3; run"},
    {R::kPinRefused, "pinning refused",
     "VFIO of 6.19 and 7.0 and the RDMA core refuse to be pinned: EOPNOTSUPP. "
     "An RDMA MR that pins (efa, bnxt_re, irdma before 7.1) cannot use it.",
     "vfio_pci_dma_buf_pin, commit 61ceaf236115; 7.0; run 7.0"},
    {R::kImplicitPinRefused, "without MOVE_NOTIFY nothing maps",
     "On 6.19 and 7.0 a kernel without CONFIG_DMABUF_MOVE_NOTIFY pins for "
     "dynamic importers too, at map, and VFIO refuses: it exports, it "
     "attaches, and nobody but iommufd can map. 7.1 removed the option.",
     "dma_buf_map_attachment, 7.0; run 7.0"},
    {R::kMoveNotifyUnknown, "whether MOVE_NOTIFY is set is not known",
     "See implicit-pin-refused. It matters on 6.19 and 7.0 only.",
     "CONFIG_DMABUF_MOVE_NOTIFY, 7.0"},
    {R::kRevoked, "revoked",
     "The VFIO user turned memory decoding off, put the device to sleep, "
     "resets it right now, or closed it: attach and map say ENODEV. Turned on "
     "again, map works again; closed is for good. A VF's memory bit does not "
     "count. See dmabuf-revocation.",
     "vfio_pci_dma_buf_move, 7.0, 7.3; run"},
    {R::kMemoryStateOpen, "the memory's state is somebody else's",
     "Whether memory decoding is on at this moment is up to the process that "
     "has the VFIO device open, and cannot be seen. Right after the open it "
     "is on.",
     "vfio_pci_dma_buf_move, 7.0 to 7.3"},
    {R::kExporterRefusesAll, "the exporter refuses",
     "Exporters other than VFIO have rules of their own; see the exporters in "
     "p2pcheck rules.",
     "rules/exporters.toml"},
    {R::kSystemMemory, "it works, through system memory",
     "amdgpu and xe never refuse: where the importer does no peer-to-peer, or "
     "the kernel does not connect the pair, the buffer moves to system "
     "memory. Traffic then crosses memory twice. One importer without "
     "peer-to-peer takes the VRAM away from all others of the buffer.",
     "amdgpu_dma_buf_attach, xe_dma_buf_attach, 6.1 to 7.3"},
    {R::kOtherFunctionImports, "another function imports",
     "An mlx5 data-direct MR does its DMA by the data-direct PCI function, "
     "whose address is not the NIC's. Ask for that function.",
     "mlx5_ib, 6.12 to 7.3"},
    {R::kOptionMissing, "an option is missing",
     "The exporter or importer needs a kernel option that this kernel was "
     "built without. Debian's 7.2, for one, has no IOMMUFD.",
     "rules/importers.toml, rules/exporters.toml"},
    {R::kMapTypeRefused, "the kernel does not connect the pair",
     "p2pdma's answer for the pair is NOT_SUPPORTED: the export and the attach "
     "succeed and the map fails with EINVAL (EREMOTEIO for P2P pages). "
     "p2pcheck pair says why, p2pcheck advise what would help.",
     "dma_buf_phys_vec_to_sgt, pci_p2pdma_map_type, 7.0, 7.3; run"},
    {R::kDistanceRefused, "the exporter asks for the distance",
     "habanalabs attaches and then says EPERM at map where "
     "pci_p2pdma_distance() is negative.",
     "hl_map_dmabuf, 6.1 to 7.3"},
    {R::kMapTypeOpen, "the map type is open",
     "More than one of BUS_ADDR, THRU_HOST_BRIDGE and NOT_SUPPORTED is "
     "possible, and they do not all give the same answer. p2pcheck pair lists "
     "what would decide it.",
     "spec/kernel-dmabuf.md 2.10"},
    {R::kNotPciDevice, "the importer is no PCI device",
     "The common helper gives up where the importing struct device is not a "
     "PCI function (an auxiliary or platform device): EINVAL.",
     "pci_p2pdma_map_type, 7.0, 7.3"},
    {R::kBusAddress, "direct, by bus address",
     "A switch delivers. The importer gets CPU address plus bus offset; no "
     "IOMMU, no DMA mask, no bounce buffer and no confidential-computing check "
     "takes part.\n"
     "Most peer traffic does not pass the IOMMU: it goes this way, or comes "
     "translated by ATS.",
     "dma_buf_phys_vec_to_sgt, 7.0, 7.3; run"},
    {R::kThroughIommu, "through the host bridge, translated",
     "The importer's default domain translates (group type DMA or DMA-FQ): "
     "the BAR gets an IOVA, mapped without the cache attribute. Only the "
     "importer's group counts, never the exporter's.",
     "dma_iova_link, iommu_dma_map_phys, 7.0, 7.3; run"},
    {R::kDirectDma, "through the host bridge, by CPU address",
     "No IOMMU, or the importer's group is of type identity (iommu=pt): the "
     "DMA address is the CPU address, checked against the importer's mask.\n"
     "7.3 takes a device's dma_range_map into account; before, the raw "
     "address was used.",
     "dma_direct_map_phys, 7.0, 7.3; run"},
    {R::kDmaPathUnknown, "how the importer does DMA is not known",
     "The type of its IOMMU group decides, and was not recorded, or is one "
     "whose domain cannot be seen (unknown, blocked, unmanaged).",
     "/sys/kernel/iommu_groups/N/type"},
    {R::kMaskTooSmall, "beyond the importer's DMA mask",
     "Untranslated, the last byte of each range must lie below the importer's "
     "DMA mask: else ENOMEM. A translating domain for the importer's group "
     "helps.",
     "dma_capable, dma_direct_map_phys, 7.0, 7.3; run"},
    {R::kMaskUnknown, "the DMA mask is not known",
     "sysfs' dma_mask_bits is the bound driver's; without a driver it reads 32 "
     "and proves nothing.",
     "sysfs dma_mask_bits"},
    {R::kMaskNotChecked, "nobody checks the mask of a direct pair",
     "For BUS_ADDR pairs the kernel hands out bus addresses that the importer "
     "may not be able to send (seen run with masks of 28 and 32 bits).",
     "dma_buf_phys_vec_to_sgt, 7.0, 7.3; run"},
    {R::kIovaTooSmall, "no room below the importer's mask",
     "The IOVA block of the whole dma-buf must fit below the mask: 8 GiB with "
     "a 32-bit mask gives ENOMEM.",
     "dma_iova_try_alloc, 7.3; run"},
    {R::kForcedBounce, "swiotlb=force",
     "Bounce buffers cannot stand in for a device's memory: from 6.18 on an "
     "untranslated map fails with ENOMEM. Translated and BUS_ADDR pairs do "
     "not look at it.",
     "dma_direct_map_phys, is_swiotlb_force_bounce, 7.0, 7.3; run"},
    {R::kConfidential, "confidential guests refuse untranslated maps",
     "SEV, TDX, CCA, s390 and POWER protected guests: 6.18 to 7.2 force "
     "bouncing (is_realm_world() and its like), 7.3 refuses by the "
     "addressing check; either way ENOMEM, unless a virtual IOMMU translates. "
     "How an address is marked shared or private is the map's business.",
     "dma_capable, force_dma_unencrypted, 7.2, 7.3"},
    {R::kConfidentialUnknown, "whether it is a confidential guest",
     "Plain SEV leaves no trace that every user may read. It matters for "
     "untranslated maps in x86 guests.",
     "spec/kernel-dmabuf.md 7.4"},
    {R::kConfidentialNotChecked, "confidential guest, unchecked",
     "For BUS_ADDR pairs, and behind a virtual IOMMU, the kernel says yes up "
     "to 7.3: pci_p2pdma_bus_addr_map() knows nothing of confidential "
     "computing. A shared device cannot reach a private device's BAR all the "
     "same.",
     "pci_p2pdma_bus_addr_map, 7.3"},
    {R::kArchRefusesMmio, "DMA operations that refuse a device's memory",
     "alpha, sparc, parisc, mips jazz, ps3 and x86 with AMD's old GART have "
     "DMA operations that take pages only.",
     "dma_map_phys, 7.0, 7.3"},
    {R::kArchOneFunctionPerBus, "s390: nothing connects",
     "Each function is alone below its bus there, and no host bridge is "
     "listed: only a function with itself connects. iommufd does not ask.",
     "arch/s390/pci, 7.0 to 7.3"},
    {R::kArchUnknown, "the architecture's DMA operations are not known",
     "POWER's TCE code, and architectures not recorded. On POWER BUS_ADDR "
     "pairs work in the kernel and host bridges are not listed; nobody has "
     "tested the rest.",
     "spec/kernel-dmabuf.md 2.8"},
    {R::kTwoRangesCollide, "two ranges through an IOMMU",
     "A defect of 6.19 to 7.3: with an IOVA, every range is linked at the "
     "start of the block, so the second fails with EADDRINUSE. Export one "
     "range a dma-buf. Direct pairs are not affected.",
     "dma_buf_phys_vec_to_sgt, 7.0, 7.3; run"},
    {R::kLengthTruncated, "4 GiB and more, length cut",
     "Before 7.3 (7.2.8) a dma-buf of 4 GiB or more, translated, maps with its "
     "length modulo 4 GiB: a success with nothing behind. Export several "
     "dma-bufs below 4 GiB. iommufd is not affected.",
     "commits b344ca94e8cc, 06dd5e1ae8ce; run 7.0, 7.3"},
    {R::kLengthUnaligned, "4 GiB and more, odd entries",
     "Before 7.3 (7.2.8) a range of 4 GiB or more is cut into entries of 4 GiB "
     "- 1 byte, so the second starts at an odd address. Use ranges of at most "
     "2 GiB.",
     "commits b344ca94e8cc, 06dd5e1ae8ce; run 7.0, 7.3"},
    {R::kLengthUnknown, "whether 4 GiB and more work is not known",
     "No symbol shows the fix, and 7.1.y was not read.",
     "spec/kernel-dmabuf.md 0.1, V18"},
    {R::kBusLimitUnknown, "a bus limit cannot be seen",
     "Besides the device's mask there may be a limit of its bus (IORT, _DMA, "
     "dma-ranges; VIA bridges on x86). sysfs does not show it; none is "
     "assumed.",
     "bus_dma_limit, 6.1 to 7.3"},
    {R::kAssumesNoForce, "no command line",
     "Without it swiotlb=force cannot be ruled out; it is taken to be absent. "
     "--assume cmdline= sets one.",
     "/proc/cmdline"},
    {R::kNvidiaTopology, "NVIDIA's own rule",
     "NVIDIA's open modules do not ask p2pdma. They refuse (ENOTSUPP, 524) on "
     "Grace, Ampere Altra and AmpereOne hosts without a common switch, unless "
     "NVreg_GrdmaPciTopoCheckOverride=1.",
     "open-gpu-kernel-modules 595.45.04"},
    {R::kNvidiaUnknown, "NVIDIA's own rule, facts missing",
     "Chipset, or /proc/driver/nvidia/params, is not known.",
     "open-gpu-kernel-modules 595.45.04"},
    {R::kPayloadDiffers, "maximum payload sizes differ",
     "The kernel sets MPS below each root port, not for pairs, and the "
     "interconnect may merge writes: a TLP larger than a port on the way takes "
     "is an error there. pci=pcie_bus_peer2peer sets 128 everywhere.",
     "pcie_bus_configure_settings, 6.1 to 7.3"},
    {R::kNoIommufd, "iommufd takes no dma-bufs here",
     "IOMMU_IOAS_MAP_FILE takes VFIO's dma-bufs from 6.19 on, with "
     "CONFIG_IOMMUFD. From 6.13 to 6.18 it takes the fd for a memfd and fails "
     "when a domain is attached; 6.12 does not know the ioctl (ENOTTY).",
     "iommufd_ioas_map_file, commit 44ebaa1744fd; 7.0"},
    {R::kIommufdNotVfio, "iommufd takes VFIO's dma-bufs only",
     "It needs the physical address, for which only VFIO's exporter has a "
     "private way: EOPNOTSUPP for all others. GPU exporters are a plan.",
     "iopt_map_dmabuf, vfio_pci_dma_buf_iommufd_map, 7.0, 7.3"},
    {R::kIommufdOneRange, "iommufd takes one range",
     "A dma-buf of two or more ranges: EOPNOTSUPP.",
     "iopt_map_dmabuf, 7.3; run"},
    {R::kIommufdNoTopology, "iommufd does not check the topology",
     "MAP_FILE succeeds where the kernel says NOT_SUPPORTED to everybody else: "
     "it only proves that the IOMMU has a translation. The TLP has to be sent "
     "up (ACS redirect) and to come back down (a host bridge that forwards).",
     "iopt_map_dmabuf, 7.0, 7.3; run on Skylake, two root ports"},
    {R::kIommufdMisrouted, "requests do not reach the IOMMU",
     "Below one switch without ACS redirect the switch takes the IOVA for a "
     "bus address and delivers it somewhere else, or nowhere. Without ATS, "
     "translation needs redirect all the way up.",
     "PCIe 6.0, 6.12.3"},
    {R::kIommufdTakesMemfd, "a dma-buf taken for a memfd",
     "From 6.13 to 6.18 MAP_FILE knows memfds only and does not look before a "
     "domain is attached: accepted without one, EINVAL with one.",
     "iommufd_ioas_map_file, 6.17"},
    {R::kIommufdBadRange, "not within the dma-buf",
     "Start and length have to lie within the dma-buf: EINVAL; a sum that "
     "wraps: EOVERFLOW.",
     "iopt_map_file_pages, 7.3; run"},
    {R::kIommufdNoMmap, "an mmap'ed BAR is not for iommufd",
     "IOMMU_IOAS_MAP of such an address fails with EFAULT once a domain is "
     "attached; without one it is accepted and the attach fails. See "
     "iommufd-mmap.",
     "pfn_reader_user_pin, 7.3; run"},
    {R::kIommufdUnaligned, "not aligned",
     "Once a domain is attached, start, length and IOVA have to be multiples "
     "of its smallest page: EINVAL. Without one they are accepted, and the "
     "attach of a domain fails later with EADDRINUSE.",
     "iopt_map_file_pages, 7.3; run"},
    {R::kIommufdReserved, "a reserved IOVA",
     "The IOMMU keeps some addresses for itself (0xfee00000 on x86, for "
     "interrupts): EINVAL. Take another, or let the kernel pick.",
     "iopt_check_iova, 7.3; run"},
    {R::kIommufdCached, "a second domain loses the MMIO attribute",
     "Until 7.3.3, a domain that is attached to the IOAS later gets the range "
     "as ordinary memory. See mmio-attribute.",
     "iopt_area_fill_domain, 7.3.4"},
    {R::kType1Legacy, "the old way: VFIO type1",
     "VFIO_IOMMU_MAP_DMA of an mmap'ed BAR takes the page frame out of the "
     "page table. It asks no topology, maps with the cache attribute, and "
     "holds nothing: after reset, close or unplug of the target the mapping "
     "still points at its old address, a use after free. iommufd does not "
     "offer it.",
     "follow_fault_pfn, vaddr_get_pfns, 6.1 to 7.3"},
    {R::kNotMmapable, "the BAR cannot be mapped into a process",
     "mmap has rules of its own: not I/O, not empty, not non_mappable_bars; a "
     "BAR smaller than a page only where it starts on a page and the rest of "
     "the page is free. s390 before 6.15: never.",
     "vfio_pci_probe_mmaps, 6.1 to 7.3"},
    {R::kNoType1, "no type1 container",
     "VFIO_IOMMU_MAP_DMA needs CONFIG_VFIO_CONTAINER and type1, which x86, "
     "arm, arm64 and s390 have; POWER has a container of its own (spapr).",
     "drivers/vfio/Kconfig, 6.1 to 7.3"},
    {R::kNoPeerMemory, "no peer memory with struct pages",
     "nvme (CMB) and habanalabs register some. Start and size must be "
     "multiples of 2 MiB, below the end of the kernel's direct map, on an "
     "architecture with ZONE_DEVICE. VFIO's provider makes no p2pmem.",
     "pci_p2pdma_add_resource, 6.1 to 7.3"},
    {R::kPeerMemory, "peer memory with struct pages",
     "p2pmem/ in sysfs. Through p2pmem/allocate (6.2) a process can map it and "
     "use O_DIRECT with queues that take P2P pages (nvme-pci; md and "
     "multipath from 7.2). See p2pmem-longterm for what it cannot do.",
     "pci_p2pdma_add_resource, p2pmem_alloc_mmap, 6.2 to 7.3"},
    {R::kPoolUnaligned, "P2P memory comes in units of 2 MiB",
     "Struct pages of device memory are made for whole sections of 2 MiB: "
     "start (BAR plus offset) and size have to be multiples, else EINVAL.",
     "pci_p2pdma_add_resource, check_pfn_span, 6.1 to 7.3"},
    {R::kPoolOutsideBar, "beyond the BAR",
     "Offset and size of the pool have to lie within the BAR: EINVAL.",
     "pci_p2pdma_add_resource, 6.1 to 7.3"},
    {R::kPoolRefusedByArch, "no struct pages on this architecture",
     "ZONE_DEVICE is needed: x86_64, arm64, ppc64, riscv64, loongarch64; s390 "
     "refuses device pages that are not cached; 32 bit has none.",
     "memremap_pages, 6.1 to 7.3"},
    {R::kPoolAboveDirectMap, "beyond the direct map",
     "A BAR very high up may lie beyond the end of the kernel's direct map, "
     "which KASLR makes shorter (nokaslr helps). Nothing shows that end.",
     "mhp_range_allowed, 6.1 to 7.3"},
    {R::kRequestInvalid, "the request makes no sense",
     "No range, flags that are not 0, neither GET nor SET, or a structure "
     "that is too short: EINVAL, before the BAR is looked at.",
     "vfio_pci_core_feature_dma_buf, 7.0, 7.3; run"},
    {R::kRangeInvalid, "a range that VFIO refuses",
     "Each range has a length, and offset and length are multiples of a page; "
     "the sum has bit 63 clear: else EINVAL.",
     "validate_dmabuf_input, 7.0, 7.3; run"},
    {R::kRangeWraps, "a range that wraps",
     "Start of the BAR plus offset plus length passes 2^64: EOVERFLOW.",
     "vfio_pci_core_fill_phys_vec, 7.0, 7.3; run"},
    {R::kRangeOutsideBar, "a range beyond the BAR",
     "Each range has to end within the BAR as it is now: else EINVAL.",
     "vfio_pci_core_fill_phys_vec, 7.0, 7.3; run"},
    {R::kNotOpened, "not opened",
     "Every VFIO feature question, PROBE too, needs access to the device "
     "(cdev: after BIND_IOMMUFD): EINVAL before.",
     "vfio_device_fops_unl_ioctl, 7.0, 7.3; run"},
    {R::kVfioNotBuiltIn, "no vfio-pci in this kernel",
     "CONFIG_VFIO_PCI is off, so no function can be bound to vfio-pci.",
     "drivers/vfio/pci/Kconfig, 6.1 to 7.3"},
    {R::kCoherencyAssumed, "coherent DMA is assumed",
     "VFIO wants an IOMMU that keeps caches coherent "
     "(IOMMU_CAP_CACHE_COHERENCY). It always is on x86; on arm64 it is the "
     "SMMU's coherent flag, which sysfs does not show.",
     "vfio_device_set_group, 6.1 to 7.3"},
    {R::kIsolationAssumed, "interrupt isolation is assumed",
     "Without /proc/interrupts or the kernel log nothing tells whether "
     "interrupts are remapped; see no-interrupt-isolation.",
     "msi_device_has_isolated_msi, 6.1 to 7.3"},
    {R::kReservesRestOfPage, "mmap of less than a page",
     "VFIO lets a process map a BAR smaller than a page where it starts on "
     "one, by reserving the rest of the page. A dma-buf of it is refused "
     "(bar-smaller-than-page).",
     "vfio_pci_probe_mmaps, 6.1 to 7.3; run"},
    {R::kExportsOtherBar, "the driver exports another BAR",
     "GPU drivers export the BAR that shows their memory, RDMA drivers their "
     "doorbells; the others of the function they do not.",
     "rules/exporters.toml"},
    {R::kDriverMemoryOnly, "what the driver placed in the BAR",
     "The driver exports buffers that its own allocator put into the memory "
     "behind the BAR, as far as the BAR shows it, not the BAR as such.",
     "rules/exporters.toml"},
};

const std::vector<Explanation>& Topics() {
  static const std::vector<Explanation> kTopics = {
      {"host-bridge-hairpin", "why the way through the host bridge may be slow",
       "A request that turns at the top may leave the root port it came in by "
       "(a hairpin), cross the chip's own interconnect, or the link between "
       "sockets. Nothing in PCIe promises that any of these works; the "
       "kernel's list names chips on which it was seen to.\n"
       "On Arm even two devices below one root port may loop through the "
       "system's interconnect: THRU_HOST_BRIDGE, though no other port is "
       "passed.",
       "PCIe 6.0, 1.3.1; calc_map_type_and_dist, 5.14 to 7.3"},
      {"dmabuf-revocation", "revoke: how an exporter takes its memory back",
       "All mappings must be gone before the exporter's driver lets go of the "
       "device (its remove()). VFIO revokes a dma-buf when its user turns "
       "memory decoding off, puts the device to D3hot or low power, resets it "
       "(FLR, hot reset), or closes it. Dynamic importers map again on their "
       "own when it is back; after the last close it never is.\n"
       "6.19 and 7.0 tell the importer and do not wait; from 7.1 on VFIO waits "
       "for fences and for the last unmap. Resets from outside VFIO (sysfs "
       "reset, AER) are not noticed.",
       "vfio_pci_dma_buf_move, vfio_pci_dma_buf_cleanup, 7.0, 7.3; run"},
      {"dmabuf-lifetime", "two ways to keep memory from vanishing under DMA",
       "A dma-buf is invalidated synchronously: the exporter calls the "
       "importer, which has to stop. Struct pages (pgmap) are counted: the "
       "driver's removal waits until every user has dropped its reference, "
       "which a user may hold for long.",
       "dma_buf_invalidate_mappings, memunmap_pages, 7.2, 7.3"},
      {"no-struct-pages", "what a BAR without struct pages cannot do",
       "A BAR that VFIO or sysfs' resourceN maps into a process, and a VFIO "
       "dma-buf, have no struct pages: read(), write() and O_DIRECT with such "
       "an address, and RDMA registration of it, fail with EFAULT. Only "
       "importers that speak dma-buf take it. p2pmem has pages.",
       "follow_page, is_pci_p2pdma_page, 6.1 to 7.3"},
      {"p2pmem-longterm", "P2P pages cannot be pinned for long",
       "FOLL_LONGTERM is refused for them: no RDMA reg_mr of the address, no "
       "io_uring fixed buffer, no VFIO type1 and no iommufd IOAS_MAP. Short "
       "pins (FOLL_PCI_P2PDMA) are for O_DIRECT on queues that said they "
       "can.",
       "check_vma_flags, try_grab_folio, 6.12 to 7.3"},
      {"mmio-not-memory", "a BAR is not memory for the CPU",
       "The kernel address of P2P memory is MMIO behind struct pages: memcpy "
       "and the like are forbidden, a filesystem or a driver that touches the "
       "data with the CPU must not get it, and some CPUs fault.",
       "Documentation/driver-api/pci/p2pdma, 6.1 to 7.3"},
      {"move-notify", "move_notify, now invalidate_mappings",
       "The callback by which a dynamic importer is told to drop its mappings "
       "was called move_notify until 7.0 and is invalidate_mappings from 7.1 "
       "on, where it became optional and VFIO asks for it "
       "(dma_buf_attach_revocable). CONFIG_DMABUF_MOVE_NOTIFY is gone from "
       "7.1 on.",
       "dma_buf_attach_revocable, 7.2; 7.0"},
      {"mmio-attribute", "MMIO is mapped as MMIO, or not",
       "dma-iommu (6.18 on) and iommufd map a BAR with the MMIO attribute; "
       "VFIO type1 still maps it as cacheable memory. Until 7.3.3 iommufd "
       "loses the attribute in a second domain that is attached later.",
       "iommu_dma_map_phys, iopt_area_fill_domain, 7.0, 7.3"},
      {"iommu-transit", "when peer traffic passes the IOMMU",
       "Direct pairs (no ACS redirect) do not, nor do requests that a device "
       "had translated by ATS. It does where ACS redirects requests up to the "
       "root complex, which below one switch is mostly a configuration that "
       "nobody wanted, and between root ports. p2pcheck pair says which of "
       "them a pair is and what ATS does.\n"
       "A translated address needs redirect on the way up: without it the "
       "switch delivers it as a bus address.",
       "PCIe 6.0, 6.12.3, 10.2"},
      {"fails-at-map", "why attach succeeds and map fails",
       "The kernel asks for the map type and the address only when the "
       "importer maps. So the normal picture on host bridges that are not "
       "listed is: export yes, attach yes, map EINVAL. dmabuf predicts all "
       "three.",
       "dma_buf_phys_vec_to_sgt, 7.0, 7.3; run"},
      {"iommufd-revoke", "iommufd and a revoked dma-buf",
       "On revoke the range leaves every domain and never comes back by "
       "itself: user space must UNMAP and MAP_FILE again, around every FLR and "
       "reset of the exporting device too. The same fd will do once memory is "
       "on; mapping before says ENODEV.",
       "iopt_revoke_notify, 7.0, 7.3; run"},
      {"iommufd-private-interconnect", "how iommufd gets the address",
       "iommufd asks VFIO's exporter for the physical address by a private "
       "interconnect, not by the DMA API: the domain is its own business, no "
       "importing PCI device and so no map type is involved.",
       "vfio_pci_dma_buf_iommufd_map, 7.0, 7.3"},
      {"iommufd-mmap", "an mmap'ed BAR in iommufd",
       "IOMMU_IOAS_MAP of such an address fails with EFAULT once a domain is "
       "attached, and so does iommufd's type1 compatibility (vfio_compat). "
       "Pulling the dma-buf out of the mapping is planned and not in 7.3: use "
       "MAP_FILE.",
       "pfn_reader_user_pin, 7.3; run"},
      {"dmabuf-mmap", "mmap of a VFIO dma-buf",
       "VFIO's exporter has no mmap operation up to 7.3: EINVAL. Map the "
       "device's region instead; export and mmap have rules of their own "
       "(p2pcheck bars shows both).",
       "vfio_pci_dmabuf_ops, 7.0, 7.3; run"},
      {"cpu-and-peer-mappable", "mappable by the CPU, mappable by a peer",
       "Two facts: some functions (root complex integrated ones, IBM ISM) have "
       "BARs that only the CPU reaches, or only peers. non_mappable_bars meant "
       "the CPU until 7.1 and means both from 7.2 on. Other users of the P2P "
       "provider (RDMA core, p2pmem) get the check with it.",
       "pcim_p2pdma_provider, commit 951ebc18d181"},
  };
  return kTopics;
}

}  // namespace

std::vector<Explanation> DmabufExplanations() {
  std::vector<Explanation> all;
  for (const RuleExplanation& e : kRules)
    all.push_back({DmabufRuleName(e.rule), e.title, e.text, e.source});
  const std::vector<Explanation>& topics = Topics();
  all.insert(all.end(), topics.begin(), topics.end());
  return all;
}

}  // namespace p2pcheck
