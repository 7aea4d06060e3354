// SPDX-License-Identifier: GPL-2.0-or-later
//
// The worked cases of spec/kernel-dmabuf.md 9.2: attach and map of a VFIO
// dma-buf.  Each is named for its row; what a row says as "any" is asked for
// each map type.
#include <gtest/gtest.h>

#include <ostream>

#include "support/import_case.h"
#include "support/judge.h"

namespace p2pcheck {
namespace {

constexpr uint64_t kGiB = uint64_t{1} << 30;

ImportCase OnBus(std::string_view kernel) {
  return ImportCase(kernel).Types(kBus);
}

ImportCase Identity(std::string_view kernel) {
  return ImportCase(kernel).Types(kThru).Group("identity");
}

ImportCase Translated(std::string_view kernel) {
  return ImportCase(kernel).Types(kThru).Group("DMA");
}

ImportCase Large(ImportCase made) { return made.BarAt(0xfc00000000, 8 * kGiB); }

std::vector<DmabufRange> TwoRanges() { return {{0, 4096}, {8192, 4096}}; }

// What attach answers, whatever the map type.
void ExpectAttach(ImportCase made, const char* expected) {
  for (MapTypeSet types : {kNot, kBus, kThru, MapTypeSet::All()})
    EXPECT_EQ(Summary(made.Types(types).Attach()), expected);
}

TEST(DmabufCases, M1NotSupportedFailsToMap) {
  PairVerdict verdict = ImportCase("7.3").Types(kNot).Ask();
  EXPECT_EQ(Summary(verdict.attach), "yes");
  EXPECT_EQ(Summary(verdict.map), "no EINVAL: map-type-refused");
  EXPECT_EQ(verdict.answer(), Ternary::kNo);
}

TEST(DmabufCases, M2BusAddress) {
  EXPECT_EQ(Summary(OnBus("7.3").Map()), "yes");
  EXPECT_TRUE(OnBus("7.3").Map().Has(DmabufRule::kBusAddress));
}

TEST(DmabufCases, M3BusAddressIgnoresTheMask) {
  EXPECT_EQ(Summary(OnBus("7.3").Mask(32).Map()), "yes: mask-not-checked");
  EXPECT_EQ(Summary(OnBus("7.3").Mask(40).Map()), "yes");
}

TEST(DmabufCases, M4IdentityWithAWideMask) {
  EXPECT_EQ(Summary(Identity("7.3").Map()), "yes");
  EXPECT_TRUE(Identity("7.3").Map().Has(DmabufRule::kDirectDma));
}

TEST(DmabufCases, M5IdentityWithANarrowMask) {
  EXPECT_EQ(Summary(Identity("7.3").Mask(32).Map()),
            "no ENOMEM: mask-too-small");
}

TEST(DmabufCases, M6AnIovaFitsANarrowMask) {
  EXPECT_EQ(Summary(Translated("7.3").Group("DMA-FQ").Mask(32).Map()), "yes");
}

TEST(DmabufCases, M7NoIovaForALargeBar) {
  EXPECT_EQ(Summary(Large(Translated("7.3")).Mask(32).Map()),
            "no ENOMEM: iova-too-small");
}

TEST(DmabufCases, M8ForcedBounceFailsIdentity) {
  EXPECT_EQ(Summary(Identity("7.3").CommandLine("swiotlb=force").Map()),
            "no ENOMEM: forced-bounce");
  EXPECT_EQ(Summary(Identity("6.17").CommandLine("swiotlb=force").Map()),
            "yes");
}

TEST(DmabufCases, M9ForcedBounceLeavesTranslation) {
  EXPECT_EQ(Summary(Translated("7.3").CommandLine("swiotlb=force").Map()),
            "yes");
}

TEST(DmabufCases, M10ForcedBounceLeavesBusAddresses) {
  EXPECT_EQ(Summary(OnBus("7.3").CommandLine("swiotlb=force").Map()), "yes");
}

TEST(DmabufCases, M11TwoRangesCollideAsIovas) {
  EXPECT_EQ(Summary(Translated("7.3").Ranges(TwoRanges()).Map()),
            "no EADDRINUSE: two-ranges-collide");
}

// The errno was seen on VT-d only.
TEST(DmabufCases, M11OtherIommusGiveAnotherErrno) {
  ImportCase made = Translated("7.3").Ranges(TwoRanges());
  RecordAt(&made.snapshot, "02:00.0").iommu = std::string("ivhd0");
  EXPECT_EQ(Summary(made.Map()), "no: two-ranges-collide");
}

TEST(DmabufCases, M12TwoRangesElsewhere) {
  EXPECT_EQ(Summary(Identity("7.3").Ranges(TwoRanges()).Map()), "yes");
  EXPECT_EQ(Summary(OnBus("7.3").Ranges(TwoRanges()).Map()), "yes");
}

TEST(DmabufCases, M13LongMapIsTruncated) {
  EXPECT_EQ(Summary(Large(Translated("7.0")).Map()), "yes: length-truncated");
}

TEST(DmabufCases, M14LongMapIsUnaligned) {
  EXPECT_EQ(Summary(Large(Identity("7.0")).Map()), "yes: length-unaligned");
  EXPECT_EQ(Summary(Large(OnBus("7.0")).Map()), "yes: length-unaligned");
}

TEST(DmabufCases, M15LongMapIsFixed) {
  for (const char* kernel : {"7.3", "7.2.8"})
    for (ImportCase made :
         {Translated(kernel), Identity(kernel), OnBus(kernel)})
      EXPECT_EQ(Summary(Large(std::move(made)).Map()), "yes") << kernel;
  EXPECT_EQ(Summary(Large(OnBus("7.2.7")).Map()), "yes: length-unaligned");
}

TEST(DmabufCases, M16PinnedCannotAttach) {
  ExpectAttach(ImportCase("7.3").Importer("efa-mr"),
               "no EOPNOTSUPP: no-invalidate");
}

TEST(DmabufCases, M17PinnedCannotPin) {
  ExpectAttach(ImportCase("7.0").Importer("efa-mr"),
               "no EOPNOTSUPP: pin-refused");
}

TEST(DmabufCases, M18RevocablePin) {
  PairVerdict verdict = OnBus("7.3").Importer("irdma-mr").Ask();
  EXPECT_EQ(Summary(verdict.attach), "yes");
  EXPECT_EQ(Summary(verdict.map), "yes");
}

TEST(DmabufCases, M19IrdmaOf70CannotPin) {
  ExpectAttach(ImportCase("7.0").Importer("irdma-mr"),
               "no EOPNOTSUPP: pin-refused");
}

TEST(DmabufCases, M20WithoutMoveNotifyNobodyMaps) {
  for (MapTypeSet types : {kNot, kBus, kThru})
    EXPECT_EQ(Summary(ImportCase("7.0")
                          .Importer("mlx5-mr")
                          .Types(types)
                          .Config("DMABUF_MOVE_NOTIFY", "n")
                          .Map()),
              "no EOPNOTSUPP: implicit-pin-refused");
}

TEST(DmabufCases, M21MoveNotifyUnknown) {
  ImportCase made = OnBus("7.0").Importer("mlx5-mr");
  made.named = false;
  made.config.erase("DMABUF_MOVE_NOTIFY");
  EXPECT_EQ(Summary(made.Map()), "unknown: move-notify-unknown");
  made.named = true;
  EXPECT_EQ(Summary(made.Map()), "yes");
}

TEST(DmabufCases, M22StaticCannotAttach) {
  for (const char* kernel : {"7.0", "7.2", "7.3"})
    ExpectAttach(ImportCase(kernel).Importer("net-devmem"),
                 "no EOPNOTSUPP: no-peer-to-peer");
}

TEST(DmabufCases, M23DataDirectCannotAttach) {
  StepVerdict attach = ImportCase("7.3").Importer("mlx5-data-direct").Attach();
  EXPECT_EQ(Summary(attach), "no EOPNOTSUPP: no-invalidate");
  EXPECT_TRUE(attach.Has(DmabufRule::kOtherFunctionImports));
}

TEST(DmabufCases, M24MemoryOff) {
  ImportCase made("7.3");
  made.question.memory_enabled = Ternary::kNo;
  ExpectAttach(made, "no ENODEV: revoked");
  EXPECT_EQ(Summary(made.Map()), "no ENODEV: revoked");
  made.question.memory_enabled = Ternary::kYes;
  ExpectAttach(made, "yes");
}

TEST(DmabufCases, M24bMemoryOffOnAVf) {
  ImportCase made("7.3");
  made.question.memory_enabled = Ternary::kNo;
  RecordAt(&made.snapshot, "01:00.0").physfn = AddressOf("00:01.0");
  ExpectAttach(made, "yes");
  EXPECT_EQ(Summary(made.Types(kBus).Map()), "yes");
  RecordAt(&made.snapshot, "01:00.0").physfn = ReadFailure::kNotRecorded;
  EXPECT_EQ(Summary(made.Attach()), "unknown: revoked");
}

TEST(DmabufCases, M25DeviceClosed) {
  ImportCase made("7.3");
  made.question.device_closed = true;
  ExpectAttach(made, "no ENODEV: revoked");
}

TEST(DmabufCases, M26SnpGuestOf72) {
  EXPECT_EQ(Summary(Identity("7.2").Guest("sev-snp").Map()),
            "no ENOMEM: confidential");
  EXPECT_EQ(Summary(Identity("6.17").Guest("sev-snp").Map()), "yes");
}

TEST(DmabufCases, M27SnpGuestOf73) {
  EXPECT_EQ(Summary(Identity("7.3").Guest("sev-snp").Map()),
            "no ENOMEM: confidential");
}

TEST(DmabufCases, M28TdxGuestByBusAddress) {
  EXPECT_EQ(Summary(OnBus("7.3").Guest("tdx").Map()),
            "yes: confidential-not-checked");
}

TEST(DmabufCases, M29TdxGuestBehindAVirtualIommu) {
  EXPECT_EQ(Summary(Translated("7.3").Guest("tdx").Map()),
            "yes: confidential-not-checked");
}

TEST(DmabufCases, M30PowerBelowOneSwitch) {
  EXPECT_EQ(Summary(OnBus("7.3").Architecture("ppc64le").Map()), "yes");
}

TEST(DmabufCases, M31PowerAcrossRootPorts) {
  EXPECT_EQ(
      Summary(ImportCase("7.3").Types(kNot).Architecture("ppc64le").Map()),
      "no EINVAL: map-type-refused");
}

// It never arises, and nobody claims that it works.
TEST(DmabufCases, M31PowerThroughTheHostBridge) {
  EXPECT_EQ(Summary(Translated("7.3").Architecture("ppc64le").Map()),
            "unknown: dma-path-unknown");
}

TEST(DmabufCases, M32ImporterIsNoPciDevice) {
  ImportCase made = OnBus("7.3");
  made.question.not_pci = true;
  EXPECT_EQ(Summary(made.Map()), "no EINVAL: not-pci-device");
}

TEST(DmabufCases, M33GroupTypeUnknown) {
  StepVerdict map =
      Translated("7.3").Group("unknown").CommandLine("swiotlb=force").Map();
  EXPECT_EQ(map.answer(), Ternary::kUnknown);
  EXPECT_TRUE(map.Has(DmabufRule::kDmaPathUnknown));
  EXPECT_EQ(map.error(), std::nullopt);
}

// Where both paths agree, the type does not matter.
TEST(DmabufCases, M33BothPathsAgree) {
  EXPECT_EQ(Summary(Translated("7.3").Group("unknown").Map()), "yes");
  EXPECT_EQ(Summary(Large(Translated("7.3")).Group("unknown").Mask(32).Map()),
            "no ENOMEM: dma-path-unknown mask-too-small iova-too-small");
}

// Neither mask nor group type is known: a BAR below 4 GiB needs neither.
TEST(DmabufCases, M34TextOfLspciAlone) {
  ImportCase made = Translated("7.3").BarAt(0xfe000000, 1 << 20);
  made.question.mask_bits.reset();
  FunctionRecord& importer = RecordAt(&made.snapshot, "02:00.0");
  importer.dma_mask_bits = ReadFailure::kNotRecorded;
  importer.iommu_group = ReadFailure::kNotRecorded;
  made.snapshot.host.command_line = ReadFailure::kNotRecorded;
  StepVerdict map = made.Map();
  EXPECT_EQ(Summary(map), "yes");
  EXPECT_TRUE(map.Has(DmabufRule::kAssumesNoForce));
  EXPECT_EQ(made.CommandLine("swiotlb=force").Map().answer(),
            Ternary::kUnknown);
  made.CommandLine("");
  made.snapshot.host.hypervisor = ReadFailure::kNotRecorded;
  made.snapshot.host.confidential_guest = ReadFailure::kNotRecorded;
  EXPECT_EQ(Summary(made.Map()),
            "unknown: dma-path-unknown confidential-unknown");
  made.BarAt(0xfe00000000, 1 << 20);
  made.snapshot.host.hypervisor = false;
  EXPECT_EQ(Summary(made.Map()), "unknown: dma-path-unknown mask-unknown");
}

// Table 2.2, every cell: kernel, option, kind.
struct AttachCell {
  const char* kernel;
  const char* move_notify;
  const char* kind;
  const char* attach;
  const char* map;
};

void PrintTo(const AttachCell& cell, std::ostream* out) {
  *out << cell.kernel << " " << cell.move_notify << " " << cell.kind;
}

class AttachTable : public testing::TestWithParam<AttachCell> {};

TEST_P(AttachTable, IsThatOfTheSpec) {
  const AttachCell& cell = GetParam();
  PairVerdict verdict = OnBus(cell.kernel)
                            .Importer(cell.kind)
                            .Config("DMABUF_MOVE_NOTIFY", cell.move_notify)
                            .Ask();
  EXPECT_EQ(Summary(verdict.attach), cell.attach);
  EXPECT_EQ(Summary(verdict.map), cell.map);
}

constexpr const char kNoP2p[] = "no EOPNOTSUPP: no-peer-to-peer";
constexpr const char kNoPin[] = "no EOPNOTSUPP: pin-refused";
constexpr const char kNoLetGo[] = "no EOPNOTSUPP: no-invalidate";
constexpr const char kCorePins[] = "no EOPNOTSUPP: implicit-pin-refused";

INSTANTIATE_TEST_SUITE_P(
    Kernels, AttachTable,
    testing::Values(
        AttachCell{"6.19", "y", "static", kNoP2p, "yes"},
        AttachCell{"6.19", "y", "pinned", kNoPin, "yes"},
        AttachCell{"6.19", "y", "pinned-revocable", kNoPin, "yes"},
        AttachCell{"6.19", "y", "dynamic", "yes", "yes"},
        AttachCell{"6.19", "n", "static", kNoP2p, kCorePins},
        AttachCell{"6.19", "n", "pinned", kNoPin, kCorePins},
        AttachCell{"6.19", "n", "pinned-revocable", kNoPin, kCorePins},
        AttachCell{"6.19", "n", "dynamic", "yes", kCorePins},
        AttachCell{"7.0.14", "y", "static", kNoP2p, "yes"},
        AttachCell{"7.0.14", "y", "pinned", kNoPin, "yes"},
        AttachCell{"7.0.14", "y", "pinned-revocable", kNoPin, "yes"},
        AttachCell{"7.0.14", "y", "dynamic", "yes", "yes"},
        AttachCell{"7.0.14", "n", "static", kNoP2p, kCorePins},
        AttachCell{"7.0.14", "n", "pinned", kNoPin, kCorePins},
        AttachCell{"7.0.14", "n", "pinned-revocable", kNoPin, kCorePins},
        AttachCell{"7.0.14", "n", "dynamic", "yes", kCorePins},
        AttachCell{"7.1", "n", "static", kNoP2p, "yes"},
        AttachCell{"7.1", "n", "pinned", kNoLetGo, "yes"},
        AttachCell{"7.1", "n", "pinned-revocable", "yes", "yes"},
        AttachCell{"7.1", "n", "dynamic", "yes", "yes"},
        AttachCell{"7.2", "n", "static", kNoP2p, "yes"},
        AttachCell{"7.2", "n", "pinned", kNoLetGo, "yes"},
        AttachCell{"7.2", "n", "pinned-revocable", "yes", "yes"},
        AttachCell{"7.2", "n", "dynamic", "yes", "yes"},
        AttachCell{"7.3", "n", "static", kNoP2p, "yes"},
        AttachCell{"7.3", "n", "pinned", kNoLetGo, "yes"},
        AttachCell{"7.3", "n", "pinned-revocable", "yes", "yes"},
        AttachCell{"7.3", "n", "dynamic", "yes", "yes"}));

// A set of map types: all yes, all no, split.
TEST(ImportOfAMapTypeSet, AnswersWhereAllAgree) {
  EXPECT_EQ(Summary(Identity("7.3").Types(kBus | kThru).Map()), "yes");
  EXPECT_EQ(Summary(Identity("7.3").Mask(32).Types(kNot | kThru).Map()),
            "no: map-type-open map-type-refused mask-too-small");
  EXPECT_EQ(Summary(Identity("7.3").Mask(32).Types(kBus | kThru).Map()),
            "unknown: map-type-open mask-not-checked mask-too-small");
  EXPECT_EQ(Summary(OnBus("7.3").Types(MapTypeSet::All()).Map()),
            "unknown: map-type-open map-type-refused");
}

TEST(Swiotlb, IsReadAsTheKernelReadsIt) {
  for (const char* value :
       {"force", "1024,force", "1024,4,force", "0x400,force", ",force"})
    EXPECT_EQ(Summary(Identity("7.2")
                          .CommandLine(std::string("quiet swiotlb=") + value)
                          .Map()),
              "no ENOMEM: forced-bounce")
        << value;
  for (const char* value :
       {"noforce", "1024", "forced", "force=1", "any,force", ""})
    EXPECT_EQ(
        Summary(
            Identity("7.2").CommandLine(std::string("swiotlb=") + value).Map()),
        "yes")
        << value;
}

TEST(Swiotlb, LaterFormsAndBuildsWithout) {
  constexpr const char kTracked[] = "swiotlb=force,track_hiwater";
  EXPECT_EQ(Summary(Identity("7.3").CommandLine(kTracked).Map()),
            "no ENOMEM: forced-bounce");
  EXPECT_EQ(Summary(Identity("7.2").CommandLine(kTracked).Map()), "yes");
  EXPECT_EQ(Summary(Identity("7.3")
                        .CommandLine("swiotlb=force")
                        .Config("SWIOTLB", "n")
                        .Map()),
            "yes");
  // Sticky: a later one does not take it back.
  EXPECT_EQ(
      Summary(Identity("7.3").CommandLine("swiotlb=force swiotlb=1024").Map()),
      "no ENOMEM: forced-bounce");
}

TEST(Confidential, AnX86GuestWithoutEvidenceStaysOpen) {
  ImportCase made = Identity("7.3");
  made.snapshot.host.hypervisor = true;
  EXPECT_EQ(Summary(made.Map()), "unknown: confidential-unknown");
  EXPECT_EQ(Summary(made.Types(kBus).Map()), "yes");
  EXPECT_EQ(Summary(made.Types(kThru).Architecture("s390x").Map()), "yes");
}

TEST(Masks, OfABoundImporterOnly) {
  ImportCase made = Identity("7.3").Importer("mlx5-mr");
  made.question.mask_bits.reset();
  FunctionRecord& importer = RecordAt(&made.snapshot, "02:00.0");
  importer.dma_mask_bits = uint8_t{64};
  EXPECT_EQ(Summary(made.Map()), "yes");
  importer.driver = std::string("vfio-pci");
  EXPECT_EQ(Summary(made.Map()), "unknown: mask-unknown");
  importer.driver = Absent{};
  EXPECT_EQ(Summary(made.Map()), "unknown: mask-unknown");
  made.Types(kBus);
  EXPECT_EQ(Summary(made.Map()), "yes");
  EXPECT_TRUE(made.Map().Has(DmabufRule::kMaskUnknown));
}

TEST(Masks, RangesCountNotTheBar) {
  ImportCase made = Identity("7.3").Mask(36).BarAt(0xf00000000, 8 * kGiB);
  EXPECT_EQ(Summary(made.Map()), "no ENOMEM: mask-too-small");
  EXPECT_EQ(Summary(made.Ranges({{0, kGiB}}).Map()), "yes");
}

// `lspci -x` has no sizes.
TEST(Masks, SizeUnknownLeavesOnlyWideMasks) {
  ImportCase made = OnBus("7.3");
  made.question.bar.size = made.question.exported.size = 0;
  made.question.bar.recorded = false;
  EXPECT_EQ(Summary(made.Mask(32).Map()), "yes");
  made.Types(kThru);
  EXPECT_EQ(Summary(made.Map()), "unknown: length-unknown");
  EXPECT_EQ(Summary(made.Group("identity").Map()), "unknown: mask-too-small");
  EXPECT_EQ(Summary(made.Mask(64).Map()), "yes");
  EXPECT_EQ(Summary(made.Group("DMA").Map()), "yes");
}

TEST(Payload, SmallerOnTheWayIsToldAndUnreadIsNot) {
  ImportCase made = OnBus("7.3");
  auto put = [&](const char* address, uint16_t control) {
    // DevCtl of the PCIe capability, which sketches put at 0x50.
    PutWord(&RecordAt(&made.snapshot, address).config, 0x58, control);
  };
  put("01:00.0", 0x20);
  put("02:00.0", 0x20);
  put("00:01.0", 0x20);
  put("00:02.0", 0x20);
  EXPECT_EQ(Summary(made.Map()), "yes");
  put("00:02.0", 0x00);
  EXPECT_EQ(Summary(made.Map()), "yes: payload-differs");
  HideConfig(&RecordAt(&made.snapshot, "02:00.0"), 64);
  EXPECT_EQ(Summary(made.Map()), "yes");
}

TEST(DmaPath, FollowsTheDefaultDomain) {
  auto path = [](std::string_view type) {
    return ImportCase("7.3").Group(type).Ask().path;
  };
  EXPECT_EQ(path("identity"), DmaPath::kDirect);
  EXPECT_EQ(path("DMA"), DmaPath::kIommu);
  EXPECT_EQ(path("DMA-FQ"), DmaPath::kIommu);
  EXPECT_EQ(path("none"), DmaPath::kDirect);
  for (const char* type : {"unknown", "blocked", "unmanaged"})
    EXPECT_EQ(path(type), DmaPath::kUnknown) << type;
  EXPECT_EQ(ImportCase("7.3").Architecture("sparc64").Ask().path,
            DmaPath::kRefused);
  EXPECT_EQ(Summary(Identity("7.3").Architecture("sparc64").Map()),
            "no ENOMEM: arch-refuses-mmio");
}

TEST(S390, EveryFunctionIsAloneOnItsBus) {
  StepVerdict map = ImportCase("7.3").Types(kNot).Architecture("s390x").Map();
  EXPECT_EQ(Summary(map), "no EINVAL: map-type-refused");
  EXPECT_TRUE(map.Has(DmabufRule::kArchOneFunctionPerBus));
}

}  // namespace
}  // namespace p2pcheck
