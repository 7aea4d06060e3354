// SPDX-License-Identifier: GPL-2.0-or-later
//
// The version matrix of spec/kernel-p2p.md 0.1: what each kernel changed, as
// pairs that it changed.
#include <gtest/gtest.h>

#include "support/judge.h"

namespace p2pcheck {
namespace {

// Two endpoints below two root ports, the host bridge's IDs given.
std::string TwoPorts(const std::string& ids, const std::string& cpu = "") {
  return cpu + "root 0 0\ndev 0000:00:00.0 id=" + ids +
         "\n"
         "dev 0000:00:01.0 id=8086:1901 t=4 sec=1\n"
         "dev 0000:00:02.0 id=8086:1905 t=4 sec=2\n"
         "dev 0000:01:00.0 id=10de:2330 t=0\n"
         "dev 0000:02:00.0 id=15b3:1021 t=0\n";
}

// The same on two host bridges.
std::string TwoBridges(const std::string& ids) {
  return "root 0 0\nroot 0 80\n"
         "dev 0000:00:00.0 id=" +
         ids +
         "\ndev 0000:00:01.0 id=8086:1901 t=4 sec=1\n"
         "dev 0000:80:00.0 id=" +
         ids +
         "\ndev 0000:80:01.0 id=8086:1901 t=4 sec=81\n"
         "dev 0000:01:00.0 id=10de:2330 t=0\n"
         "dev 0000:81:00.0 id=15b3:1021 t=0\n";
}

MapTypeSet Ports(const std::string& ids, const char* kernel,
                 const std::string& cpu = "") {
  return Host(Sketch(TwoPorts(ids, cpu)))
      .Ask("01:00.0", "02:00.0", kernel)
      .possible;
}

MapTypeSet Bridges(const std::string& ids, const char* kernel) {
  return Host(Sketch(TwoBridges(ids)))
      .Ask("01:00.0", "81:00.0", kernel)
      .possible;
}

// Refused up to one kernel and mapped from the next on.
void ExpectBorder(const std::string& ids, const char* last_without,
                  const char* first_with) {
  SCOPED_TRACE(ids);
  EXPECT_EQ(Ports(ids, last_without), kNot) << last_without;
  EXPECT_EQ(Ports(ids, first_with), kThru) << first_with;
  EXPECT_EQ(Bridges(ids, last_without), kNot) << last_without;
  EXPECT_EQ(Bridges(ids, first_with), kThru) << first_with;
}

constexpr const char kZen[] = "cpu 2 0x17\n";

TEST(Kernels, Before420ThereIsNothingToAsk) {
  Verdict verdict = SketchedHost("P01").Ask("03:00.0", "04:00.0", "4.19");
  EXPECT_EQ(verdict.possible, kNot);
  EXPECT_EQ(RulesIn(verdict), "no-p2pdma-yet");
}

TEST(Kernels, From420ASwitchAndNothingElse) {
  for (const char* kernel : {"4.20", "5.0", "5.1"}) {
    SCOPED_TRACE(kernel);
    EXPECT_EQ(SketchedHost("P01").Ask("03:00.0", "04:00.0", kernel).possible,
              kBus);
    Verdict zen = SketchedHost("P03").Ask("03:00.0", "04:00.0", kernel);
    EXPECT_EQ(zen.possible, kNot);
    EXPECT_EQ(RulesIn(zen), "acs-redirect-refused");
    EXPECT_EQ(RulesIn(SketchedHost("P17").Ask("01:00.0", "02:00.0", kernel)),
              "no-common-bridge-refused");
  }
}

TEST(Kernels, From420UnreadableAcsLeavesTheSwitchOrNothing) {
  Host host = SketchedHost("P03", {.as_user = true});
  EXPECT_EQ(host.Ask("03:00.0", "04:00.0", "4.20").possible, kBus | kNot);
  EXPECT_EQ(host.Ask("03:00.0", "04:00.0", "5.3").possible, kBus | kNot);
}

TEST(Kernels, In52ZenRootsWithoutAnIommu) {
  HostSnapshot snapshot = Sketch(TwoPorts("1022:1450", kZen));
  for (const char* kernel : {"5.2", "5.3"}) {
    SCOPED_TRACE(kernel);
    EXPECT_EQ(Host(snapshot).Ask("01:00.0", "02:00.0", kernel).possible, kThru);
    EXPECT_EQ(Ports("8086:2f00", kernel), kNot);
    HostSnapshot grouped = snapshot;
    RecordAt(&grouped, "01:00.0").iommu_group = uint32_t{1};
    Verdict refused = Host(grouped).Ask("01:00.0", "02:00.0", kernel);
    EXPECT_EQ(refused.possible, kNot);
    EXPECT_EQ(RulesIn(refused), "no-common-bridge iommu-active-refused");
  }
  EXPECT_EQ(Ports("1022:1450", "5.1", kZen), kNot);
}

TEST(Kernels, In52AnUnknownIommuLeavesBoth) {
  HostSnapshot snapshot = Sketch(TwoPorts("1022:1450", kZen));
  for (FunctionRecord& record : snapshot.functions)
    record.iommu_group = ReadFailure::kNotRecorded;
  Host host(std::move(snapshot));
  Verdict verdict = host.Ask("01:00.0", "02:00.0", "5.2");
  EXPECT_EQ(verdict.possible, kThru | kNot);
  EXPECT_EQ(verdict.missing.size(), 1u);
}

TEST(Kernels, From54RedirectedPairsMayUseTheHostBridge) {
  std::string text = SketchText("P02");
  text.replace(text.find("8086:3e30"), 9, "8086:2f00");
  Host host(Sketch(text));
  EXPECT_EQ(host.Ask("03:00.0", "04:00.0", "5.3").possible, kNot);
  Verdict verdict = host.Ask("03:00.0", "04:00.0", "5.4");
  EXPECT_EQ(verdict.possible, kThru);
  EXPECT_EQ(verdict.distance, 4u);  // the marker is for pairs without a common
}

TEST(Kernels, From54HostBridgesOfOneSocketAndTheMarker) {
  Host host = SketchedHost("P18");
  for (const char* kernel : {"5.4", "5.13"}) {
    Verdict verdict = host.Ask("01:00.0", "02:00.0", kernel);
    EXPECT_EQ(verdict.possible, kThru);
    EXPECT_EQ(verdict.distance, 0x1004u);
  }
  EXPECT_EQ(host.Ask("01:00.0", "02:00.0", "5.14").distance, 4u);
  EXPECT_EQ(Ports("8086:3c01", "5.4"), kThru);
  EXPECT_EQ(Bridges("8086:3c01", "5.4"), kNot);
}

TEST(Kernels, TablesGrow) {
  ExpectBorder("8086:2030", "5.5", "5.6");
  ExpectBorder("8086:2020", "5.5", "5.6");
  ExpectBorder("8086:2033", "5.6", "5.7");
  ExpectBorder("8086:09a2", "5.17", "5.18");
  ExpectBorder("1ae0:1234", "7.0.14", "7.1");
  ExpectBorder("8086:0b25", "6.12.95", "7.2");
  ExpectBorder("8086:4948", "7.0.13", "7.0.14");
  ExpectBorder("8086:11fb", "7.1.2", "7.1.3");
  ExpectBorder("10de:2f98", "7.2.13", "7.3");
  ExpectBorder("1d17:1008", "7.3", "7.4");
}

TEST(Kernels, ZhaoxinInOneSocketIsPending) {
  EXPECT_EQ(Ports("1d17:1003", "7.3.4"), kNot);
  EXPECT_EQ(Ports("1d17:1003", "7.4"), kThru);
  EXPECT_EQ(Bridges("1d17:1003", "7.4"), kNot);
  EXPECT_TRUE(RulesOf("7.4").pending);
  EXPECT_FALSE(RulesOf("7.3.4").pending);
}

// Where nobody looked which stable release got an entry.
TEST(Kernels, UnsureStableReleasesLeaveBoth) {
  EXPECT_EQ(Ports("8086:0b25", "6.18.15"), kNot);
  EXPECT_EQ(Ports("8086:0b25", "6.18.16"), kThru | kNot);
  EXPECT_EQ(Ports("8086:0b25", "7.0.5"), kNot);
  EXPECT_EQ(Ports("8086:0b25", "7.1.2"), kNot);
  EXPECT_EQ(Ports("8086:0b25", "7.1"), kThru | kNot);
}

TEST(Kernels, From59TheCpuAndNotItsHostBridge) {
  EXPECT_EQ(Ports("1022:1450", "5.8", kZen), kThru);
  EXPECT_EQ(Ports("1022:15d0", "5.7", kZen), kNot);
  EXPECT_EQ(Ports("1022:15d0", "5.8", kZen), kThru);
  EXPECT_EQ(Ports("1022:1480", "5.8", kZen), kNot);
  EXPECT_EQ(Ports("1022:1480", "5.9", kZen), kThru);
  EXPECT_EQ(Ports("1022:1450", "5.9"), kNot);
}

TEST(Kernels, From514TheFirstFunctionIsAsked) {
  std::string text =
      "root 0 0\n"
      "dev 0000:00:00.1 id=8086:2034\n"
      "dev 0000:00:00.0 id=8086:2020\n"
      "dev 0000:00:01.0 id=8086:1901 t=4 sec=1\n"
      "dev 0000:00:02.0 id=8086:1901 t=4 sec=2\n"
      "dev 0000:01:00.0 id=10de:2330 t=0\n"
      "dev 0000:02:00.0 id=10de:2330 t=0\n";
  Host host(Sketch(text));
  EXPECT_EQ(host.Ask("01:00.0", "02:00.0", "5.13").possible, kThru);
  EXPECT_EQ(host.Ask("01:00.0", "02:00.0", "5.14").possible, kNot);
}

TEST(Kernels, From519ARootPortMayBeTheFirst) {
  Host host = SketchedHost("P20");
  for (const char* kernel : {"5.13", "5.14", "5.18"})
    EXPECT_EQ(host.Ask("18:00.0", "3b:00.0", kernel).possible, kNot) << kernel;
  EXPECT_EQ(host.Ask("18:00.0", "3b:00.0", "5.19").possible, kThru);
}

TEST(Kernels, NewerThanTheRulesMayListMore) {
  EXPECT_EQ(Ports("8086:3e30", "9.1"), kThru | kNot);
  EXPECT_EQ(Ports("8086:2020", "9.1"), kThru);
}

HostSnapshot WithoutKernel(const char* sketch) {
  HostSnapshot snapshot = Sketch(SketchText(sketch));
  snapshot.host.kernel_release = ReadFailure::kNotRecorded;
  snapshot.host.kernel_version = ReadFailure::kNotRecorded;
  return snapshot;
}

TEST(Kernels, UnknownKernelIsTheUnionOfThem) {
  Host host(WithoutKernel("P34"));
  Verdict verdict = host.Ask("01:00.0", "02:00.0");
  EXPECT_EQ(verdict.possible, kThru | kNot);
  EXPECT_EQ(verdict.distance, 4u);
  ASSERT_FALSE(verdict.missing.empty());
  EXPECT_EQ(verdict.missing.back().kind, FactKind::kKernelVersion);
  MapTypeSet joined;
  for (const auto& [label, says] : verdict.by_kernel) joined = joined | says;
  EXPECT_EQ(joined, verdict.possible);
  EXPECT_EQ(verdict.by_kernel.size(), Rules().ForUnknownKernel().size());
}

TEST(Kernels, UnknownKernelSaysNothingMoreWhereAllAgree) {
  Host host(WithoutKernel("P02"));
  Verdict verdict = host.Ask("03:00.0", "04:00.0");
  EXPECT_EQ(verdict.possible, kNot);
  EXPECT_TRUE(verdict.by_kernel.empty());
  EXPECT_TRUE(verdict.missing.empty());
}

// Every pair of every worked case, whatever the kernel from 5.14 on.
TEST(Kernels, UnknownKernelHoldsWhatEachKernelSays) {
  const char* kernels[] = {"5.14",    "5.18",   "5.19",   "6.1.176",
                           "6.12.95", "6.18.0", "7.0.14", "7.1.2",
                           "7.1.3",   "7.2.13", "7.3.4"};
  for (int n = 1; n <= 37; ++n) {
    std::string name = (n < 10 ? "P0" : "P") + std::to_string(n);
    Host host(WithoutKernel(name.c_str()));
    KernelQuestion question = QuestionOf(host.snapshot());
    auto count = static_cast<FunctionIndex>(host.topology().functions().size());
    for (const char* kernel : kernels) {
      RuleSet rules = RulesOf(kernel);
      for (FunctionIndex p = 0; p < count; ++p)
        for (FunctionIndex c = 0; c < count; ++c)
          EXPECT_TRUE(Decide(host.topology(), rules, host.cpu(), p, c)
                          .possible.Within(Decide(host.topology(), question,
                                                  host.cpu(), p, c)
                                               .possible))
              << name << " " << kernel << " " << p << " " << c;
    }
  }
}

}  // namespace
}  // namespace p2pcheck
