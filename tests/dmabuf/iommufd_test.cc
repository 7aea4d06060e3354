// SPDX-License-Identifier: GPL-2.0-or-later
//
// The worked cases of spec/kernel-dmabuf.md 9.3: IOMMU_IOAS_MAP_FILE.
#include <gtest/gtest.h>

#include "support/import_case.h"
#include "support/judge.h"

namespace p2pcheck {
namespace {

IommufdQuestion Piece(uint64_t start, uint64_t length,
                      bool domain_attached = true) {
  IommufdQuestion asked;
  asked.start = start;
  asked.length = length;
  asked.domain_attached = domain_attached;
  return asked;
}

ImportCase Iommufd(std::string_view kernel) {
  return ImportCase(kernel).Importer("iommufd").Types(kThru);
}

TEST(DmabufCases, I1OneRange) {
  EXPECT_EQ(Summary(Iommufd("7.3.4").MapFile()), "yes");
  EXPECT_EQ(Summary(Iommufd("7.3.3").MapFile()), "yes: iommufd-cached");
}

TEST(DmabufCases, I2NoTopologyIsLookedAt) {
  EXPECT_EQ(Summary(Iommufd("7.3.4").Types(kNot).MapFile()),
            "yes: iommufd-no-topology");
  EXPECT_EQ(Summary(Iommufd("7.3.4").Types(kBus).MapFile()),
            "yes: iommufd-misrouted");
}

TEST(DmabufCases, I3TwoRanges) {
  EXPECT_EQ(Summary(Iommufd("7.3").Ranges({{0, 4096}, {8192, 4096}}).MapFile()),
            "no EOPNOTSUPP: iommufd-one-range");
}

TEST(DmabufCases, I4BeyondTheEnd) {
  ImportCase made = Iommufd("7.3.4").Ranges({{0, 0x10000}});
  EXPECT_EQ(Summary(made.MapFile(Piece(0, 0x20000))),
            "no EINVAL: iommufd-bad-range");
  EXPECT_EQ(Summary(made.MapFile(Piece(0x10000, 0x1000))),
            "no EINVAL: iommufd-bad-range");
  EXPECT_EQ(Summary(made.MapFile(Piece(0, 0))), "no EINVAL: iommufd-bad-range");
  EXPECT_EQ(Summary(made.MapFile(Piece(0x1000, ~uint64_t{0}))),
            "no EOVERFLOW: iommufd-bad-range");
  EXPECT_EQ(Summary(made.MapFile(Piece(0xf000, 0x1000))), "yes");
}

TEST(DmabufCases, I5UnalignedWithADomain) {
  ImportCase made = Iommufd("7.3");
  EXPECT_EQ(Summary(made.MapFile(Piece(0x800, 0x1000))),
            "no EINVAL: iommufd-unaligned");
  EXPECT_EQ(Summary(made.MapFile(Piece(0, 0x800))),
            "no EINVAL: iommufd-unaligned");
  IommufdQuestion at = Piece(0, 0x1000);
  at.iova = 0x820800;
  EXPECT_EQ(Summary(made.MapFile(at)), "no EINVAL: iommufd-unaligned");
}

TEST(DmabufCases, I6UnalignedWithoutADomain) {
  EXPECT_EQ(Summary(Iommufd("7.3.4").MapFile(Piece(0x800, 0x1000, false))),
            "yes: iommufd-unaligned");
}

TEST(DmabufCases, I7MemoryOff) {
  ImportCase made = Iommufd("7.3.4");
  made.question.memory_enabled = Ternary::kNo;
  EXPECT_EQ(Summary(made.MapFile()), "no ENODEV: revoked");
  made.question.memory_enabled = Ternary::kYes;
  EXPECT_EQ(Summary(made.MapFile()), "yes");
}

// The state after a reset is that after open: nothing lasts but the old area.
TEST(DmabufCases, I8AfterAReset) {
  StepVerdict again = Iommufd("7.3.4").MapFile();
  EXPECT_EQ(Summary(again), "yes");
  EXPECT_TRUE(again.Has(DmabufRule::kMemoryStateOpen));
}

TEST(DmabufCases, I9ReservedIova) {
  ImportCase made = Iommufd("7.3.4");
  IommufdQuestion at = Piece(0, 0x1000);
  at.iova = 0xfee00000;
  EXPECT_EQ(Summary(made.MapFile(at)), "no EINVAL: iommufd-reserved");
  at.iova = 0xfedff000;
  EXPECT_EQ(Summary(made.MapFile(at)), "yes");
  at.length = 0x2000;
  EXPECT_EQ(Summary(made.MapFile(at)), "no EINVAL: iommufd-reserved");
  at.domain_attached = false;
  EXPECT_EQ(Summary(made.MapFile(at)), "yes");
}

TEST(DmabufCases, I9ReservedIovaOfTheGroup) {
  ImportCase made = Iommufd("7.3.4");
  made.snapshot.groups[2].reserved_regions =
      StringList{"0x0000000008000000 0x00000000080fffff msi",
                 "0x0000000000000000 0x0000000000ffffff direct-relaxable"};
  IommufdQuestion at = Piece(0, 0x1000);
  at.iova = 0x8000000;
  EXPECT_EQ(Summary(made.MapFile(at)), "no EINVAL: iommufd-reserved");
  at.iova = 0xfee00000;
  EXPECT_EQ(Summary(made.MapFile(at)), "yes");
  at.iova = 0x1000;
  EXPECT_EQ(Summary(made.MapFile(at)), "yes");
}

TEST(DmabufCases, I10MmapedBar) {
  EXPECT_EQ(Summary(JudgeIommufdMmap(true)), "no EFAULT: iommufd-no-mmap");
  EXPECT_EQ(Summary(JudgeIommufdMmap(false)), "yes: iommufd-no-mmap");
}

TEST(DmabufCases, I11MoveNotifyDoesNotMatter) {
  EXPECT_EQ(Summary(Iommufd("7.0").Config("DMABUF_MOVE_NOTIFY", "n").MapFile()),
            "yes: iommufd-cached");
}

TEST(DmabufCases, I12TakenForAMemfd) {
  ImportCase made = ImportCase("6.17");
  EXPECT_EQ(Summary(made.MapFile()), "no EINVAL: iommufd-takes-memfd");
  EXPECT_EQ(Summary(made.MapFile(Piece(0, 0x1000, false))),
            "yes: iommufd-takes-memfd");
}

TEST(DmabufCases, I13UnknownIoctl) {
  EXPECT_EQ(Summary(ImportCase("6.12").MapFile()), "no ENOTTY: no-iommufd");
}

TEST(DmabufCases, I14DmabufOfAmdgpu) {
  EXPECT_EQ(Summary(Iommufd("7.3").Exporter("amdgpu").MapFile()),
            "no EOPNOTSUPP: iommufd-not-vfio");
}

TEST(Iommufd, NeedsItsOption) {
  EXPECT_EQ(Summary(ImportCase("7.2.12").Config("IOMMUFD", "n").MapFile()),
            "no: option-missing");
  ImportCase open("7.2.12");
  open.named = false;
  open.config.erase("IOMMUFD");
  EXPECT_EQ(open.MapFile().answer(), Ternary::kUnknown);
}

TEST(Iommufd, AtsSpeaksThePeersOwnAddresses) {
  ImportCase made = Iommufd("7.3.4").Types(kBus);
  ConfigSpace& config = RecordAt(&made.snapshot, "02:00.0").config;
  PutDword(&config, 0x100, 0x0001000f);  // ATS, the only extended capability
  PutWord(&config, 0x106, 0x8000);
  EXPECT_EQ(Summary(made.MapFile()), "yes");
}

TEST(Iommufd, AsAnImporterIsOneMapFile) {
  PairVerdict verdict = Iommufd("7.3.4").Ask();
  EXPECT_EQ(Summary(verdict.attach), "yes");
  EXPECT_EQ(Summary(verdict.map), "yes");
  EXPECT_EQ(Summary(Iommufd("7.3.4").Types(kNot).Map()),
            "yes: iommufd-no-topology");
}

}  // namespace
}  // namespace p2pcheck
