// SPDX-License-Identifier: GPL-2.0-or-later
//
// Exporters other than VFIO, and pages: table 4.2 and the worked cases of
// spec/kernel-dmabuf.md 9.4.
#include <gtest/gtest.h>

#include <ostream>

#include "support/import_case.h"
#include "support/judge.h"

namespace p2pcheck {
namespace {

constexpr uint64_t kMiB = uint64_t{1} << 20;

ImportCase From(std::string_view exporter, std::string_view importer,
                std::string_view kernel = "7.3") {
  return ImportCase(kernel).Exporter(exporter).Importer(importer);
}

// "yes", "attach E", "RAM", "map EPERM": as the cells of table 4.2.
std::string Cell(const PairVerdict& verdict) {
  if (verdict.attach.answer() != Ternary::kYes)
    return "attach " + Summary(verdict.attach).substr(0, 13);
  if (verdict.map.answer() != Ternary::kYes)
    return "map " + Summary(verdict.map).substr(0, 8);
  if (verdict.system_memory == Ternary::kUnknown) return "RAM?";
  return verdict.system_memory == Ternary::kYes ? "RAM" : "BAR";
}

std::string Cell(const ImportCase& made) { return Cell(made.Ask()); }

// Table 4.2 (7.3): a row an importer.
struct Row {
  const char* importer;
  const char* vfio;
  const char* rdma_core;
  const char* amdgpu;
  const char* xe;
  const char* habanalabs;
  const char* nvidia;
};

void PrintTo(const Row& row, std::ostream* out) { *out << row.importer; }

class ExporterTable : public testing::TestWithParam<Row> {};

TEST_P(ExporterTable, IsThatOfTheSpec) {
  const Row& row = GetParam();
  auto cell = [&](const char* exporter) {
    return Cell(From(exporter, row.importer));
  };
  EXPECT_EQ(cell("vfio-pci"), row.vfio);
  EXPECT_EQ(cell("rdma-core"), row.rdma_core);
  EXPECT_EQ(cell("amdgpu"), row.amdgpu);
  EXPECT_EQ(cell("xe"), row.xe);
  EXPECT_EQ(cell("habanalabs"), row.habanalabs);
  EXPECT_EQ(cell("nvidia"), row.nvidia);
}

constexpr const char kE[] = "attach no EOPNOTSUPP";
constexpr const char kEperm[] = "map no EPERM";

INSTANTIATE_TEST_SUITE_P(
    Importers, ExporterTable,
    testing::Values(Row{"iommufd", "BAR", kE, kE, kE, kE, kE},
                    Row{"mlx5-mr", "BAR", "BAR", "BAR", "BAR", "BAR", "BAR"},
                    Row{"mlx5-data-direct", kE, kE, "BAR", "BAR", "BAR", "BAR"},
                    Row{"irdma-mr", "BAR", kE, "BAR", "BAR", "BAR", "BAR"},
                    Row{"efa-mr", kE, kE, "BAR", "BAR", "BAR", "BAR"},
                    Row{"bnxt-re-mr", kE, kE, "BAR", "BAR", "BAR", "BAR"},
                    Row{"mana-mr", kE, kE, "BAR", "BAR", "BAR", "BAR"},
                    Row{"ionic-mr", kE, kE, "BAR", "BAR", "BAR", "BAR"},
                    Row{"rdma-cq", kE, kE, "BAR", "BAR", "BAR", "BAR"},
                    Row{"amdgpu", "BAR", "BAR", "BAR", "BAR", "BAR", "BAR"},
                    Row{"xe", "BAR", "BAR", "BAR", "BAR", "BAR", "BAR"},
                    Row{"virtio-gpu", "BAR", "BAR", "BAR", "BAR", "BAR", "BAR"},
                    Row{"net-devmem", kE, kE, "RAM", "RAM", kEperm, "BAR"},
                    Row{"zcrx", kE, kE, "RAM", "RAM", kEperm, "BAR"},
                    Row{"i915", kE, kE, "RAM", "RAM", kEperm, "BAR"},
                    Row{"nouveau", kE, kE, "RAM", "RAM", kEperm, "BAR"},
                    Row{"vb2", kE, kE, "RAM", "RAM", kEperm, "BAR"},
                    Row{"qaic", kE, kE, "RAM", "RAM", kEperm, "BAR"},
                    Row{"ivpu", kE, kE, "RAM", "RAM", kEperm, "BAR"},
                    Row{"amdxdna", kE, kE, "RAM", "RAM", kEperm, "BAR"}));

// Pin E is said at the pin, not at the attach.
TEST(ExporterTable, RdmaCoreRefusesThePin) {
  EXPECT_EQ(Summary(From("rdma-core", "irdma-mr").Attach()),
            "no EOPNOTSUPP: pin-refused");
  EXPECT_EQ(Summary(From("rdma-core", "net-devmem").Attach()),
            "no EOPNOTSUPP: no-peer-to-peer");
  EXPECT_EQ(Summary(From("rdma-core", "mlx5-mr").Types(kNot).Map()),
            "no EINVAL: map-type-refused");
}

TEST(DmabufCases, X1AmdgpuToMlx5) {
  EXPECT_EQ(Cell(From("amdgpu", "mlx5-mr").Types(kBus)), "BAR");
  EXPECT_EQ(Cell(From("amdgpu", "mlx5-mr").Types(kThru)), "BAR");
}

TEST(DmabufCases, X2AmdgpuOutOfReach) {
  EXPECT_EQ(Cell(From("amdgpu", "mlx5-mr").Types(kNot)), "RAM");
  EXPECT_EQ(Cell(From("amdgpu", "mlx5-mr").Types(kNot | kBus)), "RAM?");
}

TEST(DmabufCases, X3AmdgpuToNetDevmem) {
  EXPECT_EQ(Cell(From("amdgpu", "net-devmem")), "RAM");
}

TEST(DmabufCases, X4PinsOf612GoToSystemMemory) {
  EXPECT_EQ(Cell(From("amdgpu", "efa-mr", "6.12")), "RAM");
  EXPECT_EQ(Cell(From("amdgpu", "efa-mr", "7.0")), "BAR");
  EXPECT_EQ(Cell(From("amdgpu", "efa-mr", "6.17")), "RAM?");
}

TEST(DmabufCases, X5WithoutMoveNotify) {
  for (const char* importer : {"mlx5-mr", "amdgpu", "dynamic"})
    EXPECT_EQ(
        Cell(From("amdgpu", importer, "7.0").Config("DMABUF_MOVE_NOTIFY", "n")),
        "RAM")
        << importer;
}

TEST(DmabufCases, X6AmdgpuNeverUsesABusAddress) {
  ImportCase made = From("amdgpu", "mlx5-mr")
                        .Types(kBus)
                        .Group("identity")
                        .CommandLine("swiotlb=force");
  EXPECT_EQ(Summary(made.Map()), "no: forced-bounce");
  EXPECT_EQ(made.Ask().system_memory, Ternary::kNo);
}

TEST(DmabufCases, X7BeforeForcedBounceCounted) {
  EXPECT_EQ(Cell(From("amdgpu", "mlx5-mr", "6.12")
                     .Types(kBus)
                     .Group("identity")
                     .CommandLine("swiotlb=force")),
            "BAR");
}

TEST(DmabufCases, X8HabanalabsOutOfReach) {
  for (const char* importer : {"mlx5-mr", "efa-mr", "net-devmem"})
    EXPECT_EQ(Cell(From("habanalabs", importer).Types(kNot)), kEperm);
}

TEST(DmabufCases, X9NvidiaToNetDevmem) {
  EXPECT_EQ(Cell(From("nvidia", "net-devmem").Types(kThru)), "BAR");
  EXPECT_EQ(Cell(From("nvidia", "net-devmem").Types(kNot)), "BAR");
}

// Ampere Altra, two root ports.
ImportCase OnAltra() {
  ImportCase made = From("nvidia", "mlx5-mr").Architecture("aarch64");
  FunctionRecord& root = RecordAt(&made.snapshot, "00:00.0");
  root.vendor = uint16_t{0x1def};
  root.device = uint16_t{0xe100};
  made.snapshot.host.module_parameters = StringMap{};
  return made;
}

TEST(DmabufCases, X10NvidiaOnAltra) {
  ImportCase made = OnAltra();
  auto override_with = [&](const char* value) {
    (made.snapshot.host.module_parameters)
        .value()["nvidia.NVreg_GrdmaPciTopoCheckOverride"] = value;
  };
  EXPECT_EQ(Summary(made.Attach()), "unknown: nvidia-unknown");
  override_with("0");
  EXPECT_EQ(Summary(made.Attach()), "no ENOTSUPP: nvidia-topology");
  override_with("1");
  EXPECT_EQ(Summary(made.Attach()), "yes");
  override_with("2");
  EXPECT_EQ(Summary(From("nvidia", "mlx5-mr").Attach()), "yes");
  EXPECT_EQ(Summary(made.Attach()), "no ENOTSUPP: nvidia-topology");
}

TEST(DmabufCases, X11WithoutP2pdma) {
  for (const char* importer : {"mlx5-mr", "efa-mr", "net-devmem", "xe"})
    EXPECT_EQ(Cell(From("amdgpu", importer).Config("PCI_P2PDMA", "n")), "RAM");
  EXPECT_EQ(Cell(From("habanalabs", "mlx5-mr").Config("PCI_P2PDMA", "n")),
            kEperm);
}

StepVerdict PoolOf(const ImportCase& made, uint64_t offset, uint64_t size) {
  return made.With([&](const DmabufContext& context,
                       const PairQuestion& asked) {
    return JudgePeerMemory(context, asked.exporter, asked.bar, offset, size);
  });
}

TEST(DmabufCases, X12SmallCmb) {
  EXPECT_EQ(
      Summary(PoolOf(ImportCase("7.3").BarAt(0xfe00000000, kMiB), 0, kMiB)),
      "no EINVAL: pool-unaligned");
}

TEST(DmabufCases, X13LargeCmb) {
  StepVerdict pool =
      PoolOf(ImportCase("7.3").BarAt(0xf4000000, 64 * kMiB), 0, 64 * kMiB);
  EXPECT_EQ(Summary(pool), "yes");
  ASSERT_TRUE(pool.Has(DmabufRule::kPeerMemory));
  EXPECT_TRUE(pool.reasons.front().value.Is(67108864));
}

TEST(PeerMemory, PlaceArchitectureAndFlag) {
  ImportCase made = ImportCase("7.3").BarAt(0xf4000000, 64 * kMiB);
  EXPECT_EQ(Summary(PoolOf(made, kMiB, 2 * kMiB)), "no EINVAL: pool-unaligned");
  EXPECT_EQ(Summary(PoolOf(made, 63 * kMiB, 2 * kMiB)),
            "no EINVAL: pool-outside-bar");
  EXPECT_EQ(Summary(PoolOf(made, ~uint64_t{0}, 2 * kMiB)),
            "no EINVAL: pool-outside-bar");
  EXPECT_EQ(Summary(PoolOf(made.Config("PCI_P2PDMA", "n"), 0, 2 * kMiB)),
            "no: option-missing");
  made.Config("PCI_P2PDMA", "y");
  EXPECT_EQ(Summary(PoolOf(made.Architecture("s390x"), 0, 2 * kMiB)),
            "no EINVAL: pool-refused-by-arch");
  EXPECT_EQ(Summary(PoolOf(made.Architecture("armv7l"), 0, 2 * kMiB)),
            "no EINVAL: pool-refused-by-arch");
  EXPECT_EQ(Summary(PoolOf(made.Architecture("aarch64"), 0, 2 * kMiB)), "yes");
  made.question.bar.kind = BarKind::kIo;
  EXPECT_EQ(Summary(PoolOf(made, 0, 2 * kMiB)), "no EINVAL: bar-is-io");
}

TEST(PeerMemory, APoolThatIsThereIsAYes) {
  ImportCase made = ImportCase("6.1").BarAt(0xf4000000, 64 * kMiB);
  RecordAt(&made.snapshot, "01:00.0").p2pmem =
      P2pMemory{16 * kMiB, 16 * kMiB, true};
  StepVerdict pool = PoolOf(made, 1, 1);
  EXPECT_EQ(Summary(pool), "yes");
  EXPECT_EQ(pool.reasons.front().detail, "published");
  EXPECT_TRUE(pool.reasons.front().value.Is(16 * kMiB));
}

TEST(PeerMemory, PagesFailWithTheirOwnErrno) {
  EXPECT_EQ(Summary(ImportCase("7.3").Types(kNot).MapPages()),
            "no EREMOTEIO: map-type-refused");
  EXPECT_EQ(Summary(ImportCase("7.3").Types(kBus).MapPages()), "yes");
  EXPECT_EQ(Summary(ImportCase("7.3").Types(kThru).MapPages()), "yes");
  EXPECT_EQ(Summary(ImportCase("7.3").Types(kNot | kBus).MapPages()),
            "unknown: map-type-open map-type-refused");
  EXPECT_EQ(
      Summary(ImportCase("7.3").Types(kBus).Architecture("ppc64le").MapPages()),
      "no: arch-refuses-mmio");
}

// Buffers lie anywhere in the aperture: what fits only in part is open.
TEST(GpuMemory, LiesAnywhereInTheAperture) {
  ImportCase made = From("amdgpu", "dynamic")
                        .Group("identity")
                        .Mask(36)
                        .BarAt(0xe00000000, uint64_t{16} << 30);
  EXPECT_EQ(Summary(made.Map()), "unknown: mask-too-small");
  EXPECT_EQ(Summary(made.BarAt(0x1000000000, kMiB).Map()),
            "no: mask-too-small");
}

// What never exports has nothing to attach to.
TEST(NoExporter, EndsAtTheAttach) {
  ImportCase made = ImportCase("7.3").Exporter("vfio-variant");
  EXPECT_EQ(made.Ask().answer(), Ternary::kUnknown);
  StepReason refusal;
  refusal.rule = DmabufRule::kVariantNoDmabuf;
  refusal.says = Ternary::kNo;
  refusal.error = 95;
  made.question.exported.verdict.Add(refusal);
  EXPECT_EQ(Summary(made.Attach()), "no: variant-no-dmabuf");
  EXPECT_EQ(made.Ask().answer(), Ternary::kNo);
}

}  // namespace
}  // namespace p2pcheck
