// SPDX-License-Identifier: GPL-2.0-or-later
//
// Hiding a fact about an import only ever makes an answer unknown, never
// another one: mask, group and its type, the evidence of a confidential guest,
// an option, map types (by adding one), for random combinations.  Two things
// are assumptions that the verdict names, not facts: without a command line
// swiotlb=force is ruled out, so it is hidden only where it says nothing; and
// a driver's mask below 32 bits is not reckoned with.
#include <gtest/gtest.h>

#include <cstdio>
#include <random>

#include "support/import_case.h"
#include "support/judge.h"

namespace p2pcheck {
namespace {

constexpr uint64_t kGiB = uint64_t{1} << 30;

class Maker {
 public:
  explicit Maker(unsigned seed) : random_(seed) {}

  ImportCase Make();
  void Hide(ImportCase* made);

 private:
  size_t Below(size_t bound) { return random_() % bound; }
  template <class T>
  T Pick(std::initializer_list<T> from) {
    return *(from.begin() + Below(from.size()));
  }

  std::mt19937 random_;
};

ImportCase Maker::Make() {
  // RDMA core exports from 7.0 on.
  const char* exporter = Pick(
      {"vfio-pci", "vfio-pci", "amdgpu", "habanalabs", "nvidia", "rdma-core"});
  bool late = exporter == std::string_view("rdma-core");
  ImportCase made(
      late ? Pick({"7.0", "7.1", "7.2", "7.3"})
           : Pick({"6.12", "6.17", "6.19", "7.0", "7.1", "7.2", "7.3"}));
  made.Exporter(exporter);
  made.Importer(Pick({"dynamic", "pinned", "pinned-revocable", "static"}));
  made.Types(MapTypeSet::FromBits(static_cast<uint8_t>(1 + Below(7))));
  made.Group(Pick({"identity", "DMA", "DMA-FQ", "unknown", "none"}));
  made.BarAt(Pick({uint64_t{0xf0000000}, uint64_t{0xfe00000000},
                   uint64_t{0x200000000}}),
             Pick({uint64_t{4096}, uint64_t{16} << 20, kGiB, 8 * kGiB}));
  if (Below(4) == 0) made.Ranges({{0, 4096}, {0, 4096}});
  if (Below(4) == 0) made.CommandLine("quiet swiotlb=force");
  if (Below(3) == 0) made.Guest(Pick({"tdx", "sev-snp", "cca"}));
  made.Config("DMABUF_MOVE_NOTIFY", Pick({"y", "n"}));
  made.Config("PCI_P2PDMA", Pick({"y", "y", "n"}));
  made.named = false;
  made.question.memory_enabled = Pick({Ternary::kYes, Ternary::kNo});
  // The mask as it was recorded, so that it can be hidden.
  made.question.mask_bits.reset();
  FunctionRecord& importer = RecordAt(&made.snapshot, "02:00.0");
  importer.dma_mask_bits = Pick<uint8_t>({32, 40, 48, 64});
  return made;
}

void Maker::Hide(ImportCase* made) {
  HostFacts& host = made->snapshot.host;
  FunctionRecord& importer = RecordAt(&made->snapshot, "02:00.0");
  switch (Below(9)) {
    case 0: importer.dma_mask_bits = ReadFailure::kNotRecorded; break;
    case 1: importer.iommu_group = ReadFailure::kNotRecorded; break;
    case 2: made->snapshot.groups.clear(); break;
    case 3: host.confidential_guest = ReadFailure::kNotRecorded; break;
    case 4: host.hypervisor = ReadFailure::kNotRecorded; break;
    case 5: made->config.erase("DMABUF_MOVE_NOTIFY"); break;
    case 6: importer.driver = ReadFailure::kNotRecorded; break;
    case 7:
      made->question.map_type =
          made->question.map_type |
          MapTypeSet::FromBits(static_cast<uint8_t>(1 + Below(7)));
      break;
    default:
      if (host.command_line.value_or("").find("force") == std::string::npos)
        host.command_line = ReadFailure::kNotRecorded;
  }
}

bool Widens(Ternary before, Ternary after) {
  return after == before || after == Ternary::kUnknown;
}

TEST(ImportHiding, OnlyWidens) {
  Maker maker(4711);
  size_t widened = 0, decided = 0;
  for (int i = 0; i < 6000; ++i) {
    ImportCase made = maker.Make();
    PairVerdict before = made.Ask();
    for (int hidden = 0; hidden < 3; ++hidden) maker.Hide(&made);
    PairVerdict after = made.Ask();
    ASSERT_TRUE(Widens(before.attach.answer(), after.attach.answer()))
        << i << ": " << Summary(before.attach) << " became "
        << Summary(after.attach);
    ASSERT_TRUE(Widens(before.map.answer(), after.map.answer()))
        << i << ": " << Summary(before.map) << " became " << Summary(after.map);
    ASSERT_TRUE(Widens(before.system_memory, after.system_memory)) << i;
    // An errno that is promised stays true.
    if (after.map.error()) {
      ASSERT_EQ(before.map.error(), after.map.error()) << i;
    }
    decided += before.map.answer() != Ternary::kUnknown;
    widened += before.map.answer() != after.map.answer();
  }
  std::printf("%zu of 6000 imports were decided, %zu became unknown\n", decided,
              widened);
  EXPECT_GT(widened, 500u);
}

}  // namespace
}  // namespace p2pcheck
