// SPDX-License-Identifier: GPL-2.0-or-later
#include "probe/plan.h"

#include <gtest/gtest.h>

#include <set>

#include "support/judge.h"
#include "support/sketch.h"

namespace p2pcheck {
namespace {

const std::vector<std::string> kSafe = {"pcieport", "pci-stub"};

// 01:00.0 has group 1 for itself; 02:00.0 and .1 share one with their port.
HostSnapshot TwoSlots() {
  HostSnapshot host = Sketch(
      "root 0 0\n"
      "dev 0000:00:01.0 id=8086:1901 t=4 sec=1 driver=pcieport group=9\n"
      "dev 0000:01:00.0 id=10de:2330 t=0 driver=vfio-pci group=1\n"
      "dev 0000:00:02.0 id=8086:1905 t=4 sec=2 driver=pcieport group=2\n"
      "dev 0000:02:00.0 id=15b3:1021 t=0 mf driver=vfio-pci group=2\n"
      "dev 0000:02:00.1 id=15b3:1021 t=0 mf driver=vfio-pci group=2\n");
  host.host.page_size = 4096;
  int number = 0;
  for (FunctionRecord& f : host.functions) {
    f.vfio_dev = Absent{};
    f.sriov_numvfs = Absent{};
    f.resource = ResourceList(7);
    if (f.driver.Is("vfio-pci")) f.vfio_dev = "vfio" + std::to_string(number++);
  }
  return host;
}

class Plan {
 public:
  explicit Plan(HostSnapshot snapshot, std::string_view address)
      : host_(std::move(snapshot)),
        target_(PlanProbe(host_.topology(), kSafe, {host_.At(address)})[0]) {}
  const ProbeTarget& target() const { return target_; }
  std::string obstacle() const {
    return target_.obstacle ? std::string(ProbeObstacleName(*target_.obstacle))
                            : "";
  }
  std::string other() const {
    return target_.other == kNoIndex
               ? ""
               : ToString(host_.topology()[target_.other].address);
  }

 private:
  Host host_;
  ProbeTarget target_;
};

TEST(PlanProbe, AsksWhatIsAloneOnVfio) {
  Plan plan(TwoSlots(), "01:00.0");
  EXPECT_EQ(plan.obstacle(), "");
  EXPECT_EQ(plan.target().node, "vfio0");
  EXPECT_EQ(plan.target().group, 1u);
  EXPECT_EQ(plan.target().other, kNoIndex);
}

TEST(PlanProbe, SharesAGroupWithVfioAndWithDriversThatOwnNoDma) {
  EXPECT_EQ(Plan(TwoSlots(), "02:00.1").obstacle(), "");
}

TEST(PlanProbe, SharesAGroupWithAFunctionThatNobodyHas) {
  HostSnapshot host = TwoSlots();
  RecordAt(&host, "02:00.0").driver = Absent{};
  RecordAt(&host, "02:00.0").vfio_dev = Absent{};
  EXPECT_EQ(Plan(host, "02:00.1").obstacle(), "");
}

TEST(PlanProbe, LeavesAGroupAloneThatAHostDriverUses) {
  HostSnapshot host = TwoSlots();
  RecordAt(&host, "02:00.0").driver = std::string("mlx5_core");
  RecordAt(&host, "02:00.0").vfio_dev = Absent{};
  Plan plan(host, "02:00.1");
  EXPECT_EQ(plan.obstacle(), "group-has-other-driver");
  EXPECT_EQ(plan.other(), "0000:02:00.0");
  EXPECT_TRUE(plan.target().regions.empty());
}

TEST(PlanProbe, LeavesAGroupAloneOfWhichItCannotTell) {
  HostSnapshot host = TwoSlots();
  RecordAt(&host, "02:00.0").driver = ReadFailure::kVanished;
  RecordAt(&host, "02:00.0").vfio_dev = ReadFailure::kVanished;
  EXPECT_EQ(Plan(host, "02:00.1").obstacle(), "group-member-unknown");
  host = TwoSlots();
  RecordAt(&host, "01:00.0").iommu_group = ReadFailure::kVanished;
  Plan stranger(host, "02:00.1");
  EXPECT_EQ(stranger.obstacle(), "group-unknown");
  EXPECT_EQ(stranger.other(), "0000:01:00.0");
}

TEST(PlanProbe, NeverRebinds) {
  HostSnapshot host = TwoSlots();
  RecordAt(&host, "01:00.0").vfio_dev = Absent{};
  EXPECT_EQ(Plan(host, "01:00.0").obstacle(), "not-vfio");
  EXPECT_EQ(Plan(TwoSlots(), "00:01.0").obstacle(), "not-vfio");
}

TEST(PlanProbe, NeedsItsOwnFacts) {
  HostSnapshot host = TwoSlots();
  RecordAt(&host, "01:00.0").iommu_group = Absent{};
  EXPECT_EQ(Plan(host, "01:00.0").obstacle(), "no-group");
  RecordAt(&host, "01:00.0").iommu_group = ReadFailure::kNotRecorded;
  EXPECT_EQ(Plan(host, "01:00.0").obstacle(), "group-unknown");
  host = TwoSlots();
  RecordAt(&host, "01:00.0").resource = ReadFailure::kReadError;
  EXPECT_EQ(Plan(host, "01:00.0").obstacle(), "regions-unknown");
  host = TwoSlots();
  host.host.page_size = ReadFailure::kNotRecorded;
  EXPECT_EQ(Plan(host, "01:00.0").obstacle(), "page-size-unknown");
}

TEST(PlanProbe, DoesNotResetAPhysicalFunctionUnderItsVfs) {
  HostSnapshot host = TwoSlots();
  RecordAt(&host, "01:00.0").sriov_numvfs = uint16_t{0};
  EXPECT_EQ(Plan(host, "01:00.0").obstacle(), "");
  RecordAt(&host, "01:00.0").sriov_numvfs = uint16_t{2};
  EXPECT_EQ(Plan(host, "01:00.0").obstacle(), "has-vfs");
  RecordAt(&host, "01:00.0").sriov_numvfs = ReadFailure::kReadError;
  EXPECT_EQ(Plan(host, "01:00.0").obstacle(), "has-vfs");
}

TEST(PlanProbe, AsksForWholePagesAndForAtLeastOne) {
  HostSnapshot host = TwoSlots();
  RecordAt(&host, "01:00.0").resource = ResourceList{
      {0xfe000000, 0xfeffffff, 0x40200},  // 16 MiB
      {0xff000000, 0xff0000ff, 0x40200},  // smaller than a page
      {0, 0, 0},                          // none
      {0xff100000, 0xff1017ff, 0x40200},  // a page and a half
      {0, 0xffffff, 0x20140204},          // no address: 16 MiB all the same
      {0, 0, 0},
      {0xff200000, 0xff23ffff, 0x46200},    // ROM
      {0xfd000000, 0xfdffffff, 0x140204}};  // a VF's: not ours
  Plan plan(host, "01:00.0");
  std::vector<std::pair<uint64_t, uint64_t>> asked;
  for (const ProbeRegion& r : plan.target().regions)
    asked.emplace_back(r.size, r.length);
  std::vector<std::pair<uint64_t, uint64_t>> expected = {
      {0x1000000, 0x1000000}, {0x100, 0x1000},        {0, 0x1000},
      {0x1800, 0x1000},       {0x1000000, 0x1000000}, {0, 0x1000},
      {0x40000, 0x40000}};
  EXPECT_EQ(asked, expected);
  EXPECT_EQ(plan.target().regions.back().index, 6);
}

TEST(PlanProbe, FindsWhatIsOnVfio) {
  Host host(TwoSlots());
  std::vector<std::string> found;
  for (FunctionIndex i : VfioFunctions(host.topology()))
    found.push_back(ToString(host.topology()[i].address));
  EXPECT_EQ(found, (std::vector<std::string>{"0000:01:00.0", "0000:02:00.0",
                                             "0000:02:00.1"}));
}

TEST(ProbeNames, AreOneEach) {
  std::set<std::string_view> names;
  for (int i = 0; i <= static_cast<int>(ProbeObstacle::kRefused); ++i)
    names.insert(ProbeObstacleName(static_cast<ProbeObstacle>(i)));
  EXPECT_EQ(names.size(), static_cast<size_t>(ProbeObstacle::kRefused) + 1);
}

}  // namespace
}  // namespace p2pcheck
