// SPDX-License-Identifier: GPL-2.0-or-later
//
// The worked cases of spec/kernel-dmabuf.md 9.1, by their row; [R] there means
// that a running kernel was seen to answer so.
#include "dmabuf/export.h"

#include <gtest/gtest.h>

#include "support/bar_case.h"
#include "support/sketch.h"

namespace p2pcheck {
namespace {

constexpr uint64_t kMiB = 1 << 20;

// BAR 2, 16 MiB, 64-bit prefetchable.
void Put16MiB(BarCase* c) {
  c->Resource(2, 0xfe00000000, 0xfe00ffffff, 0x14220c);
}

// The whole BAR in one range.
ExportRequest Whole(uint32_t region, uint64_t length) {
  ExportRequest request;
  request.region = region;
  request.ranges = {{0, length}};
  return request;
}

void PutMsix(BarCase* c, uint32_t table_bar, uint32_t pending_bar) {
  ConfigSpace& config = c->function().config;
  PutWord(&config, 0x06, 0x0010);
  PutWord(&config, 0x34, 0x0040);
  PutWord(&config, 0x40, 0x0011);
  PutDword(&config, 0x44, 0x2000 | table_bar);
  PutDword(&config, 0x48, 0x3000 | pending_bar);
}

TEST(DmabufCases, E1_KernelsWithoutAnExporter) {
  for (const char* kernel : {"6.1", "6.12", "6.18"}) {
    BarCase c(kernel);
    BarExport answer = c.AsBound();
    EXPECT_EQ(Said(answer.verdict), "no ENOTTY") << kernel;
    EXPECT_TRUE(answer.verdict.Has(DmabufRule::kNoVfioDmabuf));
    EXPECT_EQ(answer.size, 0u);
  }
}

TEST(DmabufCases, E2_E3_MemoryBar) {
  for (const char* kernel : {"7.3", "7.0", "6.19"}) {
    BarCase c(kernel);
    Put16MiB(&c);
    BarExport answer = c.AsBound(2);
    EXPECT_EQ(Said(answer.verdict), "yes") << kernel;
    EXPECT_EQ(answer.start, 0xfe00000000u);
    EXPECT_EQ(answer.size, 16 * kMiB);
    EXPECT_EQ(answer.by->id, "vfio-pci");
    EXPECT_EQ(Said(c.Ask(Whole(2, 16 * kMiB))), "yes");
  }
}

TEST(DmabufCases, E4_OnePage) {
  BarCase c("7.3");
  c.Resource(0, 0xfe800000, 0xfe800fff, 0x40200);
  EXPECT_EQ(Said(c.AsBound().verdict), "yes");
  EXPECT_EQ(c.AsBound().size, 4096u);
}

TEST(DmabufCases, E5_E6_IoPorts) {
  for (const char* kernel : {"7.3", "7.0"}) {
    BarCase c(kernel);
    c.Resource(1, 0xe000, 0xe0ff, 0x40101);
    EXPECT_EQ(Said(c.AsBound(1).verdict), "no EINVAL") << kernel;
    EXPECT_TRUE(c.AsBound(1).verdict.Has(DmabufRule::kBarIsIo));
    EXPECT_EQ(Said(c.Ask(Whole(1, 4096))), "no EINVAL");
    EXPECT_EQ(Said(c.Mmap(1)), "no EINVAL");
  }
}

TEST(DmabufCases, E7_SmallerThanAPageCanBeMappedOnly) {
  BarCase c("7.3");
  c.Resource(1, 0xfe440000, 0xfe4400ff, 0x40200);
  EXPECT_EQ(Said(c.AsBound(1).verdict), "no EINVAL");
  EXPECT_TRUE(c.AsBound(1).verdict.Has(DmabufRule::kBarSmallerThanPage));
  EXPECT_EQ(Said(c.Ask(Whole(1, 4096))), "no EINVAL");
  EXPECT_EQ(Said(c.Mmap(1)), "yes");
  EXPECT_EQ(RulesIn(c.Mmap(1)), "reserves-rest-of-page");
}

TEST(DmabufCases, E8_E9_E10_UpperHalfAndAbsent) {
  for (auto [kernel, answer] : {std::pair{"7.3", "no ENODEV"},
                                {"7.0.0", "no EINVAL"},
                                {"7.0.10", "no EINVAL"},
                                {"7.0.11", "no ENODEV"},
                                {"6.19", "no EINVAL"}}) {
    BarCase c(kernel);
    Put16MiB(&c);
    EXPECT_EQ(Said(c.AsBound(3).verdict), answer) << kernel;
    EXPECT_TRUE(c.AsBound(3).verdict.Has(DmabufRule::kBarAbsent));
    EXPECT_EQ(Said(c.Ask(Whole(3, 4096))), answer) << kernel;
  }
}

TEST(DmabufCases, E11_Rom) {
  BarCase c("7.3");
  c.Resource(6, 0xfe700000, 0xfe73ffff, 0x46200);
  EXPECT_EQ(Said(c.AsBound(6).verdict), "no ENODEV");
  EXPECT_TRUE(c.AsBound(6).verdict.Has(DmabufRule::kNotABar));
  EXPECT_EQ(Said(c.Ask(Whole(6, 4096))), "no ENODEV");
  EXPECT_EQ(Said(c.Mmap(6)), "no EINVAL");
}

TEST(DmabufCases, E12_MsixTableInside) {
  BarCase c("7.3");
  PutMsix(&c, 0, 1);
  for (uint8_t bar : {0, 1}) {
    EXPECT_EQ(Said(c.AsBound(bar).verdict), "yes");
    EXPECT_EQ(RulesIn(c.AsBound(bar).verdict), "msix-inside");
    EXPECT_TRUE(c.AsBound(bar).verdict.reasons[0].warning);
  }
  BarCase without("7.3");
  EXPECT_EQ(RulesIn(without.AsBound().verdict), "");
}

TEST(DmabufCases, E13_LargePages) {
  BarCase c("7.3");
  c.host().architecture = std::string("aarch64");
  c.host().page_size = 65536;
  EXPECT_EQ(Said(c.AsBound().verdict), "no EINVAL");
  EXPECT_EQ(Said(c.Ask(Whole(0, 16384))), "no EINVAL");
}

TEST(DmabufCases, E14_PageSizeUnknown) {
  BarCase c("7.3");
  c.host().architecture = ReadFailure::kNotRecorded;
  c.host().page_size = ReadFailure::kNotRecorded;
  EXPECT_EQ(Said(c.AsBound().verdict), "unknown");
  EXPECT_TRUE(c.AsBound().verdict.Has(DmabufRule::kPageSizeUnknown));
  BarCase x86("7.3");
  x86.host().page_size = ReadFailure::kNotRecorded;
  EXPECT_EQ(Said(x86.AsBound().verdict), "yes") << "x86 has one size";
}

TEST(DmabufCases, E15_AnyPageSizeFits) {
  BarCase c("7.3");
  Put16MiB(&c);
  c.host().architecture = ReadFailure::kNotRecorded;
  c.host().page_size = ReadFailure::kNotRecorded;
  EXPECT_EQ(Said(c.AsBound(2).verdict), "yes");
  EXPECT_EQ(c.AsBound(2).size, 16 * kMiB);
}

TEST(DmabufCases, E16_UnassignedKeepsTheFunctionShut) {
  BarCase c("7.3");
  c.Resource(2, 0, 0xffffff, 0x20140204);
  EXPECT_EQ(Said(c.AsBound(2).verdict), "no EINVAL");
  EXPECT_TRUE(c.AsBound(2).verdict.Has(DmabufRule::kBarUnassigned));
  EXPECT_EQ(Said(c.AsBound(0).verdict), "no EINVAL");
  EXPECT_TRUE(c.AsBound(0).verdict.Has(DmabufRule::kOtherBarUnassigned));
}

TEST(DmabufCases, E17_SoDoesAnIoBar) {
  BarCase c("7.3");
  Put16MiB(&c);
  c.Resource(4, 0, 0xff, 0x20040101);
  EXPECT_EQ(Said(c.AsBound(2).verdict), "no EINVAL");
  EXPECT_TRUE(c.AsBound(2).verdict.Has(DmabufRule::kOtherBarUnassigned));
  EXPECT_EQ(Said(c.Mmap(2)), "no EINVAL");
}

TEST(DmabufCases, E18_E19_StateBeforeOpenIsIrrelevant) {
  BarCase c("7.3");
  PutWord(&c.function().config, 0x04, 0x0000);
  c.function().power_state = std::string("D3hot");
  c.function().enable = uint8_t{0};
  EXPECT_EQ(Said(c.AsBound().verdict), "yes");
}

TEST(DmabufCases, E20_VirtualFunctionsHaveNoRegisters) {
  BarCase c("7.3");
  FunctionRecord& pf = c.Add("0000:01:10.0");
  pf.iommu_group = 2;
  c.function().physfn = pf.address;
  c.function().config.Truncate(0, ReadFailure::kNotRecorded);
  const uint8_t zeros[64] = {};
  c.function().config.Put(0, zeros, sizeof zeros);
  EXPECT_EQ(Said(c.AsBound().verdict), "yes");
  EXPECT_EQ(c.AsBound().size, 16384u);
}

TEST(DmabufCases, E21_PhysicalFunctionWithVfs) {
  BarCase c("7.3");
  c.Unbind();
  c.function().sriov_numvfs = uint16_t{4};
  EXPECT_EQ(Said(c.IfVfio().verdict), "no EBUSY");
  EXPECT_TRUE(c.IfVfio().verdict.Has(DmabufRule::kVfsEnabled));
  BarCase bound("7.3");
  bound.function().sriov_numvfs = uint16_t{4};
  EXPECT_EQ(Said(bound.IfVfio().verdict), "yes") << "asked at the bind only";
}

TEST(DmabufCases, E22_VfBarsAreNoneOfThePfs) {
  BarCase c("7.3");
  c.Resource(7, 0xfd000000, 0xfd00ffff, 0x140204);
  for (const BarVerdicts& verdicts : c.All()) EXPECT_LT(verdicts.bar.index, 2);
  EXPECT_EQ(c.All().size(), 2u);
}

TEST(DmabufCases, E23_Bridge) {
  BarCase c("7.3");
  c.Bind("pcieport");
  PutWord(&c.function().config, 0x0e, 0x0001);
  EXPECT_EQ(Said(c.IfVfio().verdict), "no EINVAL");
  EXPECT_TRUE(c.IfVfio().verdict.Has(DmabufRule::kIsBridge));
}

TEST(DmabufCases, E24_VariantWithoutDmabuf) {
  BarCase c("7.3");
  c.Bind("mlx5_vfio_pci");
  EXPECT_EQ(Said(c.AsBound().verdict), "no EOPNOTSUPP");
  ExportRequest probe;
  probe.probe = true;
  EXPECT_EQ(Said(c.Ask(probe)), "no EOPNOTSUPP");
  EXPECT_EQ(Said(c.IfVfio().verdict), "yes");
}

TEST(DmabufCases, E25_VariantWithoutFeatures) {
  BarCase c("7.3");
  c.Bind("qat_vfio_pci");
  EXPECT_EQ(Said(c.AsBound().verdict), "no ENOTTY");
  EXPECT_TRUE(c.AsBound().verdict.Has(DmabufRule::kVariantNoFeatures));
}

TEST(DmabufCases, E26_GraceMemory) {
  BarCase c("7.3");
  c.Bind("nvgrace_gpu_vfio_pci");
  c.Resource(4, 0xfe10000000, 0xfe11ffffff, 0x14220c);
  c.function().gpu_memory = MemoryRange{0x400000000000, 96ull << 30};
  BarExport answer = c.AsBound(4);
  EXPECT_EQ(Said(answer.verdict), "yes");
  EXPECT_EQ(answer.start, 0x400000000000u) << "not the PCI BAR";
  EXPECT_EQ(answer.size, 0u) << "what the driver keeps is not known";
  ASSERT_TRUE(answer.verdict.Has(DmabufRule::kNvgraceMemory));
  EXPECT_TRUE(answer.verdict.reasons.back().value.Is(96ull << 30));
  EXPECT_EQ(c.AsBound(0).start, 0xfe000000u) << "others are BARs";
  BarCase live("7.3");
  live.Bind("nvgrace_gpu_vfio_pci");
  EXPECT_EQ(Said(live.AsBound().verdict), "unknown") << "sysfs lacks it";
}

TEST(DmabufCases, E27_BoundToAnotherDriver) {
  BarCase c("7.3");
  c.Bind("nvme");
  EXPECT_EQ(Said(c.AsBound().verdict), "no");
  EXPECT_TRUE(c.AsBound().verdict.Has(DmabufRule::kDriverNotVfio));
  EXPECT_EQ(c.AsBound().by, nullptr);
  EXPECT_EQ(Said(c.IfVfio().verdict), "yes");
}

TEST(DmabufCases, E28_Amdgpu) {
  BarCase c("7.3");
  c.Bind("amdgpu");
  c.Resource(0, 0xfc00000000, 0xfc0fffffff, 0x14220c);
  c.function().resizable = StringList{"0:0x7f00"};
  BarExport bound = c.AsBound();
  EXPECT_EQ(Said(bound.verdict), "yes");
  EXPECT_EQ(bound.by->id, "amdgpu");
  EXPECT_EQ(bound.size, 256 * kMiB) << "the window, not what the BAR could be";
  EXPECT_EQ(RulesIn(bound.verdict), "driver-memory-only sized-by-resize");
  EXPECT_EQ(Said(c.IfVfio().verdict), "yes");
  EXPECT_EQ(Said(c.AsBound(1).verdict), "no");
  EXPECT_TRUE(c.AsBound(1).verdict.Has(DmabufRule::kExportsOtherBar));
}

TEST(DmabufCases, E29_Denylisted) {
  BarCase c("7.3");
  c.Unbind();
  c.function().vendor = uint16_t{0x8086};
  c.function().device = uint16_t{0x0b25};
  EXPECT_EQ(Said(c.IfVfio().verdict), "no EINVAL");
  EXPECT_TRUE(c.IfVfio().verdict.Has(DmabufRule::kDenied));
  BarCase lifted("7.3");
  lifted.Unbind();
  lifted.function().vendor = uint16_t{0x8086};
  lifted.function().device = uint16_t{0x0b25};
  lifted.host().module_parameters.value()["vfio_pci.disable_denylist"] = "Y";
  EXPECT_EQ(Said(lifted.IfVfio().verdict), "yes");
}

TEST(DmabufCases, E30_NoGroup) {
  BarCase c("7.3");
  c.Unbind();
  c.function().iommu_group = Absent{};
  c.function().iommu = Absent{};
  EXPECT_EQ(Said(c.IfVfio().verdict), "no EINVAL");
  EXPECT_TRUE(c.IfVfio().verdict.Has(DmabufRule::kNoIommuGroup));
}

TEST(DmabufCases, E31_NoiommuMode) {
  BarCase c("7.3");
  c.Unbind();
  c.function().iommu_group = Absent{};
  c.function().iommu = Absent{};
  c.host().module_parameters.value()["vfio.enable_unsafe_noiommu_mode"] = "Y";
  EXPECT_EQ(Said(c.IfVfio().verdict), "yes");
  EXPECT_EQ(RulesIn(c.IfVfio().verdict), "vfio-noiommu");
}

TEST(DmabufCases, E32_GroupNotViable) {
  BarCase c("7.3");
  c.Unbind();
  FunctionRecord& other = c.Add("0000:01:00.1");
  other.iommu_group = 1;
  other.driver = std::string("e1000e");
  EXPECT_EQ(Said(c.IfVfio().verdict), "no EPERM");
  EXPECT_TRUE(c.IfVfio().verdict.Has(DmabufRule::kGroupNotViable));
  for (const char* driver : {"vfio-pci", "pcieport", "pci-stub"}) {
    BarCase safe("7.3");
    FunctionRecord& member = safe.Add("0000:01:00.1");
    member.iommu_group = 1;
    member.driver = std::string(driver);
    EXPECT_EQ(Said(safe.IfVfio().verdict), "yes") << driver;
  }
}

TEST(DmabufCases, E33_NoInterruptIsolation) {
  BarCase c("7.3");
  c.Unbind();
  c.host().interrupt_remapping = ReadFailure::kNotRecorded;
  c.host().command_line = std::string("quiet intremap=off");
  EXPECT_EQ(Said(c.IfVfio().verdict), "no EPERM");
  EXPECT_TRUE(c.IfVfio().verdict.Has(DmabufRule::kNoInterruptIsolation));
  BarCase lifted("7.3");
  lifted.host().interrupt_remapping = false;
  EXPECT_EQ(Said(lifted.AsBound().verdict), "no EPERM");
  BarCase unsafe("7.3");
  unsafe.host().interrupt_remapping = false;
  unsafe.host().module_parameters.value()["iommufd.allow_unsafe_interrupts"] =
      "Y";
  EXPECT_EQ(Said(unsafe.AsBound().verdict), "yes");
  BarCase untold("7.3");
  untold.host().interrupt_remapping = ReadFailure::kNotRecorded;
  EXPECT_EQ(RulesIn(untold.AsBound().verdict), "isolation-assumed");
}

TEST(DmabufCases, E34_P2pdmaNotBuiltIn) {
  BarCase c("7.3");
  c.SetOption("PCI_P2PDMA", "n");
  EXPECT_EQ(Said(c.AsBound().verdict), "no ENOTTY");
  EXPECT_TRUE(c.AsBound().verdict.Has(DmabufRule::kNotBuiltIn));
}

TEST(DmabufCases, E35_ASymbolShowsIt) {
  BarCase c("7.3");
  c.host().config = ReadFailure::kNotRecorded;
  c.host().symbols = StringMap{{"vfio_pci_core_feature_dma_buf", "yes"}};
  EXPECT_EQ(Said(c.AsBound().verdict), "yes");
  BarCase without("7.3");
  without.host().config = ReadFailure::kNotRecorded;
  EXPECT_EQ(Said(without.AsBound().verdict), "unknown");
  EXPECT_TRUE(without.AsBound().verdict.Has(DmabufRule::kBuiltInUnknown));
}

TEST(DmabufCases, E36_VendorKernel) {
  BarCase c("5.14.0-611.el9.x86_64");
  c.host().config = ReadFailure::kNotRecorded;
  EXPECT_EQ(Said(c.AsBound().verdict), "unknown");
  EXPECT_TRUE(c.AsBound().verdict.Has(DmabufRule::kKernelUnknown));
}

TEST(DmabufCases, E37_NonMappable) {
  BarCase c("7.2");
  c.OnS390();
  EXPECT_EQ(Said(c.AsBound().verdict), "no ENODEV");
  EXPECT_TRUE(c.AsBound().verdict.Has(DmabufRule::kNonMappable));
  EXPECT_EQ(Said(c.Ask(Whole(0, 4096))), "no ENODEV");
  EXPECT_EQ(Said(c.Mmap()), "no EINVAL");
}

TEST(DmabufCases, E38_NonMappableExportedByMistake) {
  BarCase c("7.0.5");
  c.OnS390();
  EXPECT_EQ(Said(c.AsBound().verdict), "yes");
  EXPECT_EQ(RulesIn(c.AsBound().verdict), "non-mappable-exported");
  EXPECT_TRUE(c.AsBound().verdict.reasons[0].warning);
  EXPECT_EQ(Said(c.Mmap()), "no EINVAL") << "the CPU may not map it";
}

TEST(DmabufCases, E39_IsmDriver) {
  BarCase c("7.3");
  c.OnS390();
  c.Bind("ism_vfio_pci");
  EXPECT_EQ(Said(c.AsBound().verdict), "no EOPNOTSUPP");
}

TEST(DmabufCases, E40_NobodyReadThatKernel) {
  BarCase c("7.1");
  c.OnS390();
  EXPECT_EQ(Said(c.AsBound().verdict), "unknown");
  EXPECT_TRUE(c.AsBound().verdict.Has(DmabufRule::kNonMappableUnknown));
}

TEST(DmabufCases, E41_BusyBar) {
  BarCase c("7.3");
  c.host().busy_regions = StringList{"fe000000-fe000fff efifb"};
  EXPECT_EQ(Said(c.AsBound().verdict), "no ENODEV");
  EXPECT_TRUE(c.AsBound().verdict.Has(DmabufRule::kBarBusy));
  EXPECT_EQ(Said(c.Ask(Whole(0, 4096))), "no ENODEV");
  EXPECT_EQ(Said(c.Mmap()), "no EBUSY");
  EXPECT_EQ(Said(c.AsBound(1).verdict), "yes") << "another BAR";
}

TEST(DmabufCases, E42_BusyBarExported) {
  BarCase c("6.19");
  c.host().busy_regions = StringList{"fe000000-fe000fff efifb"};
  EXPECT_EQ(Said(c.AsBound().verdict), "yes");
  EXPECT_EQ(RulesIn(c.AsBound().verdict), "bar-busy-exported");
  EXPECT_TRUE(c.AsBound().verdict.reasons[0].warning);
}

TEST(DmabufCases, E43_WithoutIommufd) {
  BarCase c("7.2");
  c.host().kernel_release = std::string("7.2.6+deb14-amd64");
  c.SetOption("IOMMUFD", "n");
  Put16MiB(&c);
  EXPECT_EQ(Said(c.AsBound(2).verdict), "yes");
}

TEST(DmabufCases, E44_BadArguments) {
  BarCase c("7.3");
  Put16MiB(&c);
  ExportRequest none;
  none.region = 2;
  EXPECT_EQ(Said(c.Ask(none)), "no EINVAL") << "no ranges";
  ExportRequest flags = Whole(2, 4096);
  flags.flags = 1;
  EXPECT_EQ(Said(c.Ask(flags)), "no EINVAL");
  for (DmabufRange range : {DmabufRange{0x800, 0x1000},
                            {0, 0x800},
                            {0, 0},
                            {16 * kMiB, 0x1000},
                            {0, 16 * kMiB + 0x1000},
                            {0, uint64_t{1} << 63}}) {
    ExportRequest request;
    request.region = 2;
    request.ranges = {range};
    EXPECT_EQ(Said(c.Ask(request)), "no EINVAL")
        << range.offset << "+" << range.length;
    request.ranges.insert(request.ranges.begin(), {0, 0x1000});
    EXPECT_EQ(Said(c.Ask(request)), "no EINVAL") << "as the second range";
  }
}

TEST(DmabufCases, E45_RangeThatWraps) {
  BarCase c("7.3");
  Put16MiB(&c);
  ExportRequest request;
  request.region = 2;
  request.ranges = {{uint64_t{0} - 4096, 4096}};
  EXPECT_EQ(Said(c.Ask(request)), "no EOVERFLOW");
}

TEST(DmabufCases, E46_OrderOfChecks) {
  BarCase c("7.3");
  ExportRequest request = Whole(9, 4096);
  request.flags = 1;
  EXPECT_EQ(Said(c.Ask(request)), "no EINVAL");
  request = Whole(9, 0x800);
  EXPECT_EQ(Said(c.Ask(request)), "no ENODEV");
}

TEST(DmabufCases, E47_ProbeLooksAtNoBar) {
  BarCase c("7.3");
  c.Resource(1, 0xe000, 0xe0ff, 0x40101);
  for (uint32_t region : {0, 1, 5, 9}) {
    ExportRequest probe;
    probe.region = region;
    probe.probe = true;
    EXPECT_EQ(Said(c.Ask(probe)), "yes") << region;
    probe.opened = false;
    EXPECT_EQ(Said(c.Ask(probe)), "no EINVAL") << region;
  }
}

// Beyond the rows.

TEST(Exports, RangesMayOverlapAndRepeat) {
  BarCase c("7.3");
  ExportRequest request;
  request.ranges = {{0x1000, 0x3000}, {0, 0x2000}, {0, 0x2000}};
  EXPECT_EQ(Said(c.Ask(request)), "yes");
}

TEST(Exports, LengthsOfWhichTheSumWrapsAreInvalid) {
  BarCase c("7.3");
  ExportRequest request;
  request.ranges = {{0, uint64_t{1} << 62}, {0, uint64_t{1} << 62}};
  EXPECT_EQ(Said(c.Ask(request)), "no EINVAL");
  EXPECT_TRUE(c.Ask(request).Has(DmabufRule::kRangeInvalid));
}

TEST(Exports, TheDriversOwnClaimGoesWithIt) {
  BarCase c("7.3");
  c.Bind("nvme");
  c.host().busy_regions = StringList{"fe000000-fe003fff nvme"};
  EXPECT_EQ(Said(c.IfVfio().verdict), "yes");
  BarCase nobody("7.3");
  nobody.Unbind();
  nobody.host().busy_regions = StringList{"fe000000-fe003fff nvme"};
  EXPECT_EQ(Said(nobody.IfVfio().verdict), "no ENODEV") << "left over";
  BarCase vfio("7.3");
  vfio.host().busy_regions = StringList{"fe000000-fe003fff vfio"};
  EXPECT_EQ(Said(vfio.AsBound().verdict), "yes") << "VFIO's own";
}

TEST(Exports, TheBootFramebufferLeavesAVgaDevice) {
  for (auto [class_code, answer] :
       {std::pair{0x030000u, "yes"}, {0x038000u, "no ENODEV"}}) {
    BarCase c("7.3");
    c.Unbind();
    c.function().class_code = class_code;
    c.host().busy_regions = StringList{"fe000000-fe000fff BOOTFB"};
    EXPECT_EQ(Said(c.IfVfio().verdict), answer);
  }
}

TEST(Exports, WhatOnlyRootSeesIsANote) {
  BarCase c("7.3");
  c.host().busy_regions = ReadFailure::kPermissionDenied;
  EXPECT_EQ(RulesIn(c.AsBound().verdict), "claim-not-verified");
  BarCase old("7.0.5");
  old.host().busy_regions = ReadFailure::kPermissionDenied;
  EXPECT_EQ(RulesIn(old.AsBound().verdict), "") << "nobody claims there";
}

TEST(Exports, RestOfThePageMayBeTaken) {
  BarCase c("7.3");
  c.Resource(1, 0xfe440000, 0xfe4400ff, 0x40200);
  FunctionRecord& other = c.Add("0000:01:00.1");
  other.iommu_group = 2;
  other.resource.value()[0] = {0xfe440800, 0xfe4408ff, 0x40200};
  EXPECT_EQ(Said(c.Mmap(1)), "no EINVAL");
  BarCase shifted("7.3");
  shifted.Resource(1, 0xfe440100, 0xfe4401ff, 0x40200);
  EXPECT_EQ(Said(shifted.Mmap(1)), "no EINVAL") << "not at a page's start";
}

TEST(Exports, NoDriverIsNoExporter) {
  BarCase c("7.3");
  c.Unbind();
  EXPECT_EQ(RulesIn(c.AsBound().verdict), "no-driver");
  BarCase unknown("7.3");
  unknown.function().driver = ReadFailure::kNotRecorded;
  EXPECT_EQ(Said(unknown.AsBound().verdict), "unknown");
  BarCase out_of_tree("7.3");
  out_of_tree.Bind("nvidia-vgpu-vfio");
  EXPECT_EQ(Said(out_of_tree.AsBound().verdict), "unknown");
  BarCase i915("7.3");
  i915.Bind("i915");
  EXPECT_EQ(RulesIn(i915.AsBound().verdict), "driver-not-exporter");
}

TEST(Exports, VfOfAVfioPfNeedsItsToken) {
  BarCase c("7.3");
  FunctionRecord& pf = c.Add("0000:01:10.0");
  pf.iommu_group = 2;
  pf.driver = std::string("vfio-pci");
  c.function().physfn = pf.address;
  EXPECT_EQ(RulesIn(c.AsBound().verdict), "vf-token-needed");
}

TEST(Exports, VfioPciMayNotBeBuilt) {
  BarCase c("7.3");
  c.Bind("nvme");
  c.SetOption("VFIO_PCI", "n");
  EXPECT_EQ(Said(c.IfVfio().verdict), "no");
  EXPECT_TRUE(c.IfVfio().verdict.Has(DmabufRule::kVfioNotBuiltIn));
}

TEST(Exports, WithoutResourceOnlyNosAreSaid) {
  BarCase c("7.3");
  c.function().resource = ReadFailure::kNotRecorded;
  PutDword(&c.function().config, 0x10, 0xfe000004);
  PutDword(&c.function().config, 0x18, 0x0000e001);
  std::vector<BarVerdicts> all = c.All();
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(Said(all[0].as_bound.verdict), "unknown");
  EXPECT_EQ(Said(all[1].as_bound.verdict), "no EINVAL");
  EXPECT_EQ(all[1].bar.index, 2) << "register 1 is the first one's upper half";
}

TEST(Bars, RegistersThatReadZeroTellOnlyWhereTheyHold) {
  auto kinds = [](BarCase* c) {
    std::vector<Bar> bars = BarsInConfig(c->context().topology[0]);
    return std::pair{bars[0].kind, bars[5].kind};
  };
  BarCase plain("7.3");
  EXPECT_EQ(kinds(&plain), (std::pair{BarKind::kAbsent, BarKind::kAbsent}));
  BarCase vf("7.3");
  vf.function().physfn = AddressOf("0000:01:10.0");
  EXPECT_EQ(kinds(&vf), (std::pair{BarKind::kUnknown, BarKind::kUnknown}));
  BarCase enhanced("7.3");
  PutWord(&enhanced.function().config, 0x06, 0x0010);
  PutWord(&enhanced.function().config, 0x34, 0x0040);
  PutWord(&enhanced.function().config, 0x40, 0x0014);
  EXPECT_EQ(kinds(&enhanced),
            (std::pair{BarKind::kUnknown, BarKind::kUnknown}));
}

TEST(Bars, MissingResourceFilesShowTheFlag) {
  BarCase c("7.3");
  c.function().resource_files = Absent{};
  EXPECT_EQ(c.NonMappable(), Ternary::kYes);
  EXPECT_EQ(Said(c.AsBound().verdict), "no ENODEV");
  BarCase recorded("7.3");
  recorded.function().resource_files = StringList{"0"};
  EXPECT_EQ(recorded.NonMappable(), Ternary::kNo);
  BarCase unknown("7.3");
  EXPECT_EQ(unknown.NonMappable(), Ternary::kNo);
}

TEST(Bars, IsmOnAnUnknownArchitectureIsDoubtful) {
  BarCase c("7.3");
  c.function().vendor = uint16_t{0x1014};
  c.function().device = uint16_t{0x04ed};
  EXPECT_EQ(c.NonMappable(), Ternary::kNo) << "x86";
  BarCase unknown("7.3");
  unknown.host().architecture = ReadFailure::kNotRecorded;
  unknown.function().vendor = uint16_t{0x1014};
  unknown.function().device = uint16_t{0x04ed};
  EXPECT_EQ(unknown.NonMappable(), Ternary::kUnknown);
}

TEST(Bars, FlagsAreTakenApart) {
  BarCase c("7.3");
  c.Resource(0, 0xfc00000000, 0xfc0fffffff, 0x14220c);
  c.Resource(1, 0, 0, 0);
  c.Resource(2, 0xe000, 0xe0ff, 0x40101);
  c.Resource(3, 0, 0xfffff, 0x20040200);
  c.Resource(4, 1, 2, 0x300);
  c.Resource(5, 0, 0, 0x40200);
  c.Resource(6, 0, 0, 0x2);
  std::vector<Bar> bars = BarsOf(c.context().topology[0]).value();
  ASSERT_EQ(bars.size(), 7u);
  EXPECT_TRUE(bars[0].is_64bit && bars[0].prefetchable);
  EXPECT_EQ(bars[0].size, 256 * kMiB);
  EXPECT_EQ(bars[1].kind, BarKind::kAbsent);
  EXPECT_EQ(bars[2].kind, BarKind::kIo);
  EXPECT_TRUE(bars[3].unassigned);
  EXPECT_EQ(bars[4].kind, BarKind::kNeither);
  EXPECT_EQ(bars[5].kind, BarKind::kMemory);
  EXPECT_EQ(bars[5].size, 0u);
  EXPECT_EQ(bars[6].kind, BarKind::kAbsent) << "the ROM's shadow bit alone";
}

}  // namespace
}  // namespace p2pcheck
