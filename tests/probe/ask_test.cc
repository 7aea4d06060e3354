// SPDX-License-Identifier: GPL-2.0-or-later
#include "probe/ask.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cerrno>

#include "support/fake_vfio.h"
#include "support/sketch.h"

namespace p2pcheck {
namespace {

using Calls = std::vector<std::string>;

ProbeTarget Target() {
  ProbeTarget target;
  target.function = 3;
  target.node = "vfio5";
  target.group = 12;
  target.regions = {{0, 0x1000000, 0x1000000}, {1, 0x100, 0x1000}};
  return target;
}

// Every test ends with everything closed, once.
class Ask : public testing::Test {
 protected:
  ProbeAnswer Run(const ProbeTarget& target = Target()) {
    return AskKernel(&kernel_, target, AddressOf("0000:41:00.0"));
  }
  void TearDown() override {
    EXPECT_EQ(kernel_.open_files(), 0u);
    EXPECT_EQ(kernel_.bad_closes(), 0u);
  }
  bool Called(const std::string& call) const {
    const Calls& all = kernel_.calls();
    return std::find(all.begin(), all.end(), call) != all.end();
  }
  // That nothing was done that opens the function.
  void ExpectUntouched() const {
    for (const std::string& call : kernel_.calls())
      EXPECT_EQ(call.rfind("open ", 0), 0u) << call;
  }
  FakeVfio kernel_;
};

TEST_F(Ask, GoesByCdevAndIommufd) {
  ProbeAnswer answer = Run();
  EXPECT_TRUE(answer.opened());
  EXPECT_FALSE(answer.by_group);
  EXPECT_EQ(answer.function, 3u);
  EXPECT_EQ(answer.feature_error, 0);
  ASSERT_EQ(answer.regions.size(), 2u);
  EXPECT_EQ(answer.regions[0].export_error, 0);
  EXPECT_EQ(answer.regions[0].map_error, 0);
  EXPECT_EQ(kernel_.calls(),
            (Calls{"open /dev/vfio/12", "open /dev/vfio/devices/vfio5",
                   "open /dev/iommu", "bind", "probe", "export 0 0x1000000",
                   "alloc-ioas", "map-file 0x1000000", "export 1 0x1000",
                   "map-file 0x1000"}));
  EXPECT_EQ(kernel_.closed(), (Calls{"/dev/vfio/12", "dma-buf", "dma-buf",
                                     "/dev/vfio/devices/vfio5", "/dev/iommu"}));
}

TEST_F(Ask, WithAnObstacleCallsNothing) {
  for (int i = 0; i <= static_cast<int>(ProbeObstacle::kPageSizeUnknown); ++i) {
    ProbeTarget target = Target();
    target.obstacle = static_cast<ProbeObstacle>(i);
    target.other = 8;
    ProbeAnswer answer = Run(target);
    EXPECT_EQ(answer.obstacle, target.obstacle);
    EXPECT_EQ(answer.other, 8u);
    EXPECT_FALSE(answer.feature_error);
  }
  EXPECT_EQ(kernel_.calls(), Calls{});
}

TEST_F(Ask, LeavesABusyGroupAlone) {
  kernel_.Fail("open /dev/vfio/12", EBUSY);
  ProbeAnswer answer = Run();
  EXPECT_EQ(answer.obstacle, ProbeObstacle::kInUse);
  EXPECT_EQ(answer.step, ProbeStep::kOpenGroup);
  EXPECT_EQ(answer.error, EBUSY);
  EXPECT_EQ(kernel_.calls(), Calls{"open /dev/vfio/12"});
}

TEST_F(Ask, NeedsNoGroupNodeForTheCdev) {
  for (int error : {ENOENT, EACCES}) {
    kernel_.Fail("open /dev/vfio/12", error);
    EXPECT_TRUE(Run().opened()) << error;
  }
}

TEST_F(Ask, WithoutCdevGoesByGroup) {
  kernel_.Fail("open /dev/vfio/devices/vfio5", ENOENT);
  ProbeAnswer answer = Run();
  EXPECT_TRUE(answer.opened());
  EXPECT_TRUE(answer.by_group);
  EXPECT_EQ(answer.error, 0);
  ASSERT_EQ(answer.regions.size(), 2u);
  EXPECT_EQ(answer.regions[0].map_error, std::nullopt);
  EXPECT_EQ(kernel_.calls(),
            (Calls{"open /dev/vfio/12", "open /dev/vfio/devices/vfio5",
                   "open /dev/vfio/vfio", "open /dev/vfio/12", "set-container",
                   "set-type1", "get-device 0000:41:00.0", "probe",
                   "export 0 0x1000000", "export 1 0x1000"}));
  EXPECT_EQ(kernel_.closed(),
            (Calls{"/dev/vfio/12", "dma-buf", "dma-buf", "device",
                   "/dev/vfio/12", "/dev/vfio/vfio"}));
}

TEST_F(Ask, WithoutIommufdGoesByGroup) {
  kernel_.Fail("open /dev/iommu", ENOENT);
  EXPECT_TRUE(Run().by_group);
  EXPECT_FALSE(Called("bind"));
  EXPECT_FALSE(Called("alloc-ioas"));
}

TEST_F(Ask, WithoutRightToTheCdevTriesTheGroup) {
  kernel_.Fail("open /dev/vfio/devices/vfio5", EACCES);
  ProbeAnswer answer = Run();
  EXPECT_TRUE(answer.opened());
  EXPECT_TRUE(answer.by_group);
}

TEST_F(Ask, WithoutAnyRightIsDenied) {
  for (const char* node : {"devices/vfio5", "12", "vfio"})
    kernel_.Fail(std::string("open /dev/vfio/") + node, EACCES);
  ProbeAnswer answer = Run();
  EXPECT_EQ(answer.obstacle, ProbeObstacle::kDenied);
  EXPECT_EQ(answer.error, EACCES);
  ExpectUntouched();
}

TEST_F(Ask, DeniedByOneAndLackingTheOtherIsDenied) {
  kernel_.Fail("open /dev/vfio/devices/vfio5", EACCES);
  kernel_.Fail("open /dev/vfio/vfio", ENOENT);
  ProbeAnswer answer = Run();
  EXPECT_EQ(answer.obstacle, ProbeObstacle::kDenied);
  EXPECT_EQ(answer.step, ProbeStep::kOpenNode);
}

TEST_F(Ask, LackingOneAndDeniedByTheOtherIsDenied) {
  kernel_.Fail("open /dev/vfio/devices/vfio5", ENOENT);
  kernel_.Fail("open /dev/vfio/12", EPERM);
  ProbeAnswer answer = Run();
  EXPECT_EQ(answer.obstacle, ProbeObstacle::kDenied);
  EXPECT_EQ(answer.step, ProbeStep::kOpenGroup);
  EXPECT_EQ(answer.error, EPERM);
}

TEST_F(Ask, WithoutAnyNodeSaysSo) {
  kernel_.Fail("open /dev/vfio/devices/vfio5", ENOENT);
  kernel_.Fail("open /dev/vfio/12", ENOENT);
  ProbeAnswer answer = Run();
  EXPECT_EQ(answer.obstacle, ProbeObstacle::kNoNode);
  EXPECT_EQ(answer.error, ENOENT);
  ExpectUntouched();
}

TEST_F(Ask, AFailedBindIsTheEnd) {
  struct Row {
    int error;
    ProbeObstacle obstacle;
  } rows[] = {{EPERM, ProbeObstacle::kRefused},   // group, interrupts
              {EINVAL, ProbeObstacle::kRefused},  // open by cdev, or a BAR
              {EACCES, ProbeObstacle::kRefused},  // VF token
              {EBUSY, ProbeObstacle::kInUse}};
  for (const Row& row : rows) {
    kernel_.Fail("bind", row.error);
    ProbeAnswer answer = Run();
    EXPECT_EQ(answer.obstacle, row.obstacle);
    EXPECT_EQ(answer.step, ProbeStep::kBind);
    EXPECT_EQ(answer.error, row.error);
    EXPECT_EQ(kernel_.calls().back(), "bind");
    EXPECT_FALSE(answer.feature_error);
  }
}

TEST_F(Ask, AGroupThatIsNotViableIsTheEnd) {
  kernel_.Fail("open /dev/iommu", ENOENT);
  kernel_.Fail("set-container", EPERM);
  ProbeAnswer answer = Run();
  EXPECT_EQ(answer.obstacle, ProbeObstacle::kRefused);
  EXPECT_EQ(answer.step, ProbeStep::kSetContainer);
  EXPECT_EQ(kernel_.calls().back(), "set-container");
  EXPECT_TRUE(answer.by_group);
}

TEST_F(Ask, AContainerWithoutIommuIsTheEnd) {
  kernel_.Fail("open /dev/iommu", ENOENT);
  kernel_.Fail("set-type1", ENODEV);
  EXPECT_EQ(Run().step, ProbeStep::kSetIommu);
  EXPECT_EQ(kernel_.calls().back(), "set-type1");
}

TEST_F(Ask, ADeviceThatDoesNotOpenIsTheEnd) {
  kernel_.Fail("open /dev/iommu", ENOENT);
  kernel_.Fail("get-device 0000:41:00.0", EINVAL);
  ProbeAnswer answer = Run();
  EXPECT_EQ(answer.step, ProbeStep::kOpenDevice);
  EXPECT_EQ(answer.error, EINVAL);
  kernel_.Fail("get-device 0000:41:00.0", EBUSY);
  EXPECT_EQ(Run().obstacle, ProbeObstacle::kInUse);
}

TEST_F(Ask, AGroupTakenInBetweenIsInUse) {
  kernel_.Fail("open /dev/iommu", ENOENT);
  kernel_.Fail("set-container", EBUSY);
  EXPECT_EQ(Run().obstacle, ProbeObstacle::kInUse);
}

TEST_F(Ask, AFeatureThatIsNotThereEndsTheQuestions) {
  for (int error : {ENOTTY, EOPNOTSUPP}) {
    kernel_.Fail("probe", error);
    ProbeAnswer answer = Run();
    EXPECT_TRUE(answer.opened());
    EXPECT_EQ(answer.feature_error, error);
    EXPECT_TRUE(answer.regions.empty());
    EXPECT_EQ(kernel_.calls().back(), "probe");
  }
}

TEST_F(Ask, ARegionThatIsRefusedDoesNotEndIt) {
  kernel_.Fail("export 0 0x1000000", ENODEV);
  kernel_.Fail("map-file 0x1000", EOPNOTSUPP);
  ProbeAnswer answer = Run();
  ASSERT_EQ(answer.regions.size(), 2u);
  EXPECT_EQ(answer.regions[0].export_error, ENODEV);
  EXPECT_EQ(answer.regions[0].map_error, std::nullopt);
  EXPECT_EQ(answer.regions[1].export_error, 0);
  EXPECT_EQ(answer.regions[1].map_error, EOPNOTSUPP);
}

TEST_F(Ask, WithoutAnIoasMapsNothing) {
  kernel_.Fail("alloc-ioas", ENOMEM);
  ProbeAnswer answer = Run();
  EXPECT_EQ(answer.regions[0].export_error, 0);
  EXPECT_EQ(answer.regions[0].map_error, std::nullopt);
}

}  // namespace
}  // namespace p2pcheck
