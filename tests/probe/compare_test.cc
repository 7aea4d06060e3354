// SPDX-License-Identifier: GPL-2.0-or-later
#include "probe/compare.h"

#include <gtest/gtest.h>

#include <cerrno>

#include "rules/kernel_version.h"
#include "support/judge.h"
#include "support/sketch.h"

namespace p2pcheck {
namespace {

constexpr ProbeRegion kLarge = {0, 0x1000000, 0x1000000};
constexpr ProbeRegion kSmall = {1, 0x100, 0x1000};
constexpr ProbeRegion kNone = {2, 0, 0x1000};

// A function on vfio-pci, alone in its group, with a large BAR, one smaller
// than a page and no others.
HostSnapshot OneFunction() {
  HostSnapshot host = Sketch(
      "root 0 0\n"
      "dev 0000:00:01.0 id=8086:2030 t=4 sec=1 driver=pcieport group=9\n"
      "dev 0000:01:00.0 id=10de:2330 t=0 driver=vfio-pci group=1\n");
  host.host.page_size = 4096;
  host.host.architecture = std::string("x86_64");
  for (FunctionRecord& f : host.functions) {
    f.resource = ResourceList(7);
    f.vfio_dev = Absent{};
    f.sriov_numvfs = Absent{};
  }
  FunctionRecord& gpu = RecordAt(&host, "01:00.0");
  gpu.vfio_dev = std::string("vfio0");
  gpu.resource.value()[0] = {0xfe000000, 0xfeffffff, 0x40200};
  gpu.resource.value()[1] = {0xfd000000, 0xfd0000ff, 0x40200};
  return host;
}

// What comes of an answer when a kernel's rules are held to it; "": one that
// is not known.
class Compare : public testing::Test {
 protected:
  Compare() { answer_.feature_error = 0; }

  std::vector<ProbeComparison> Run(std::string_view kernel = "7.3.4") {
    Host host(snapshot_);
    answer_.function = host.At("01:00.0");
    auto version = ParseKernelVersion(kernel);
    auto known =
        version ? Observed<KernelVersion>(*version) : ReadFailure::kNotRecorded;
    DmabufRules rules =
        Rules().DmabufRulesOf(known, version.has_value(), host.snapshot().host);
    DmabufContext context{host.topology(), rules, nullptr, version.has_value()};
    return CompareProbe(context, answer_);
  }

  // The comparison of that step, "-" where there is none.
  std::string Agrees(ProbeStep step, std::string_view kernel = "7.3.4") {
    for (const ProbeComparison& compared : Run(kernel))
      if (compared.step == step)
        return compared.agrees == Ternary::kYes  ? "yes"
               : compared.agrees == Ternary::kNo ? "no"
                                                 : "?";
    return "-";
  }

  std::string Export(const ProbeRegion& region, int error,
                     std::string_view kernel = "7.3.4") {
    answer_.regions = {{region, error, std::nullopt}};
    return Agrees(ProbeStep::kExport, kernel);
  }

  void Refused(ProbeStep step, int error) {
    answer_.feature_error.reset();
    answer_.obstacle = ProbeObstacle::kRefused;
    answer_.step = step;
    answer_.error = error;
  }

  HostSnapshot snapshot_ = OneFunction();
  ProbeAnswer answer_;
};

TEST_F(Compare, StepsComeInTheOrderInWhichTheyWereAsked) {
  answer_.regions = {{kLarge, 0, 0}, {kSmall, EINVAL, std::nullopt}};
  auto compared = Run();
  std::vector<ProbeStep> steps;
  for (const ProbeComparison& c : compared) steps.push_back(c.step);
  EXPECT_EQ(steps,
            (std::vector<ProbeStep>{ProbeStep::kBind, ProbeStep::kFeature,
                                    ProbeStep::kExport, ProbeStep::kMapFile,
                                    ProbeStep::kExport}));
  EXPECT_EQ(compared[4].region->index, 1);
  EXPECT_EQ(compared[4].answered, EINVAL);
  for (const ProbeComparison& c : compared)
    EXPECT_EQ(c.agrees, Ternary::kYes) << ProbeStepName(c.step);
}

TEST_F(Compare, ARefusalOfWhatWasAllowedDiffers) {
  EXPECT_EQ(Export(kLarge, 0), "yes");
  EXPECT_EQ(Export(kLarge, ENODEV), "no");
}

TEST_F(Compare, WhatWasRefusedAndIsExportedDiffers) {
  EXPECT_EQ(Export(kSmall, EINVAL), "yes");
  EXPECT_EQ(Export(kSmall, 0), "no");
}

TEST_F(Compare, AnotherErrnoThanTheCertainOneDiffers) {
  EXPECT_EQ(Export(kNone, ENODEV), "yes");
  EXPECT_EQ(Export(kNone, EINVAL), "no");
  EXPECT_EQ(Export(kNone, EINVAL, "7.0.0"), "yes");
}

TEST_F(Compare, ARefusalWithoutACertainErrnoAgreesWithEachButNotWithSuccess) {
  EXPECT_EQ(Export(kNone, ENODEV, ""), "yes");
  EXPECT_EQ(Export(kNone, EINVAL, ""), "yes");
  EXPECT_EQ(Export(kNone, 0, ""), "no");
}

TEST_F(Compare, WhatWasNotPredictedIsOpen) {
  // x86 has one size of pages, arm64 several.
  snapshot_.host.architecture = std::string("aarch64");
  snapshot_.host.page_size = ReadFailure::kNotRecorded;
  RecordAt(&snapshot_, "01:00.0").resource.value()[0].end = 0xfe003fff;
  ProbeRegion region = {0, 0x4000, 0x4000};
  EXPECT_EQ(Export(region, 0), "?");
  EXPECT_EQ(Export(region, EINVAL), "?");
}

TEST_F(Compare, AKernelThatExportsBeforeItsTimeDiffers) {
  EXPECT_EQ(Agrees(ProbeStep::kFeature, "6.12"), "no");
  answer_.feature_error = ENOTTY;
  EXPECT_EQ(Agrees(ProbeStep::kFeature, "6.12"), "yes");
  EXPECT_EQ(Agrees(ProbeStep::kFeature, "7.3.4"), "no");
}

TEST_F(Compare, BehindADifferenceInProbeAllIsOpen) {
  EXPECT_EQ(Export(kLarge, 0, "6.12"), "?");
  EXPECT_EQ(Export(kSmall, EINVAL, "6.12"), "?");
}

TEST_F(Compare, WhatProbeHasAnsweredDoesNotCountAgain) {
  EXPECT_EQ(Export(kLarge, 0, ""), "yes");
  EXPECT_EQ(Agrees(ProbeStep::kFeature, ""), "?");
  EXPECT_EQ(Export(kLarge, EINVAL, ""), "no");
}

TEST_F(Compare, AVariantWithoutDmabufAnswersWithItsErrno) {
  RecordAt(&snapshot_, "01:00.0").driver = std::string("mlx5_vfio_pci");
  answer_.feature_error = EOPNOTSUPP;
  EXPECT_EQ(Agrees(ProbeStep::kFeature), "yes");
  answer_.feature_error = ENOTTY;
  EXPECT_EQ(Agrees(ProbeStep::kFeature), "no");
}

TEST_F(Compare, ARefusedOpeningProvesNothingByItself) {
  for (int error : {EPERM, EINVAL}) {
    Refused(ProbeStep::kBind, error);
    EXPECT_EQ(Agrees(ProbeStep::kBind), "?");
    EXPECT_EQ(Run().size(), 1u);
  }
}

TEST_F(Compare, ARefusedOpeningThatWasPredictedAgrees) {
  RecordAt(&snapshot_, "01:00.0").resource.value()[3] = {0, 0xff, 0x20040101};
  Refused(ProbeStep::kBind, EINVAL);
  EXPECT_EQ(Agrees(ProbeStep::kBind), "yes");
  answer_ = ProbeAnswer();
  answer_.feature_error = 0;
  EXPECT_EQ(Agrees(ProbeStep::kBind), "no");
}

TEST_F(Compare, OpenedThroughTheGroupIsTheSameStepUnderItsName) {
  answer_.by_group = true;
  EXPECT_EQ(Agrees(ProbeStep::kOpenDevice), "yes");
  EXPECT_EQ(Agrees(ProbeStep::kBind), "-");
}

TEST_F(Compare, WhatWasNotAskedIsNotCompared) {
  answer_.feature_error.reset();
  for (auto obstacle : {ProbeObstacle::kInUse, ProbeObstacle::kDenied,
                        ProbeObstacle::kNoNode, ProbeObstacle::kNotVfio}) {
    answer_.obstacle = obstacle;
    EXPECT_TRUE(Run().empty());
  }
}

TEST_F(Compare, IommufdTakesWhatVfioExported) {
  answer_.regions = {{kLarge, 0, 0}};
  EXPECT_EQ(Agrees(ProbeStep::kMapFile), "yes");
  answer_.regions[0].map_error = EOPNOTSUPP;
  EXPECT_EQ(Agrees(ProbeStep::kMapFile), "no");
}

// Kernels that take any file for a memfd look at it when there is a domain.
TEST_F(Compare, IommufdIsAskedWithoutADomain) {
  answer_.regions = {{kLarge, 0, 0}};
  EXPECT_EQ(Agrees(ProbeStep::kMapFile, "6.17"), "yes");
}

}  // namespace
}  // namespace p2pcheck
