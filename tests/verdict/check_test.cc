// SPDX-License-Identifier: GPL-2.0-or-later
#include "verdict/check.h"

#include <gtest/gtest.h>

#include <map>

#include "support/judge.h"
#include "verdict/path.h"
#include "verdict/peer_census.h"

namespace p2pcheck {
namespace {

std::vector<DeviceKind> KindsOf(const Host& host) {
  std::vector<DeviceKind> kinds;
  for (const FunctionRecord& record : host.snapshot().functions)
    kinds.push_back(KindOf(Rules().kinds(), record));
  return kinds;
}

std::vector<Finding> CheckOf(const Host& host,
                             std::vector<FunctionIndex> asked = {}) {
  KernelQuestion question = QuestionOf(host.snapshot());
  Observed<KernelVersion> kernel = KernelVersionOf(host.snapshot().host);
  std::vector<DeviceKind> kinds = KindsOf(host);
  return CheckHost({host.topology(), Rules(), question, kernel, host.cpu(),
                    kinds, std::move(asked)});
}

// "acs-redirect-on-path 2, device-asleep 1"
std::string Summary(const std::vector<Finding>& findings) {
  std::map<FindingId, int> counts;
  for (const Finding& finding : findings) ++counts[finding.id];
  std::string text;
  for (auto [id, count] : counts)
    text += (text.empty() ? "" : ", ") + std::string(FindingName(id)) + " " +
            std::to_string(count);
  return text;
}

TEST(Check, ACleanHostHasNoFindings) {
  EXPECT_EQ(Summary(CheckOf(SketchedHost("P01"))), "");
}

TEST(Check, NamesThePortsThatRedirectAndCountsTheirPairs) {
  std::vector<Finding> findings = CheckOf(SketchedHost("P02"));
  EXPECT_EQ(Summary(findings), "acs-redirect-on-path 2");
  EXPECT_EQ(findings[0].pairs, 2u);
  EXPECT_EQ(findings[0].facts[0].value.value(), 0x1du);
}

TEST(Check, AskedDevicesCountWhateverTheyAre) {
  // P30: an NVMe and a management function; nothing there pairs by kind.
  Host host = SketchedHost("P30");
  EXPECT_EQ(Summary(CheckOf(host)), "");
  std::vector<Finding> findings =
      CheckOf(host, {host.At("01:00.1"), host.At("03:00.0")});
  EXPECT_EQ(Summary(findings), "acs-redirect-on-path 1");
  EXPECT_EQ(findings[0].functions,
            std::vector<FunctionIndex>{host.At("00:01.0")});
}

TEST(Check, HostBridgeThatPairsNeedAndTheKernelRefuses) {
  EXPECT_EQ(Summary(CheckOf(SketchedHost("P16"))),
            "host-bridge-not-listed-on-path 1");
  EXPECT_EQ(Summary(CheckOf(SketchedHost("P17"))), "");
  EXPECT_EQ(Summary(CheckOf(SketchedHost("P19"))),
            "host-bridge-not-listed-on-path 1");
}

TEST(Check, KernelWithoutP2pdma) {
  HostSnapshot snapshot = Sketch(SketchText("P01"));
  snapshot.host.config = StringMap{{"PCI_P2PDMA", "n"}};
  Host host(std::move(snapshot));
  KernelQuestion question = QuestionOf(host.snapshot());
  question.p2pdma_built_in = P2pdmaBuiltIn(host.snapshot());
  Observed<KernelVersion> kernel = KernelVersionOf(host.snapshot().host);
  std::vector<DeviceKind> kinds = KindsOf(host);
  EXPECT_EQ(
      Summary(CheckHost(
          {host.topology(), Rules(), question, kernel, host.cpu(), kinds, {}})),
      "no-p2pdma 1");
}

TEST(Check, AUserIsToldWhatRootWouldAdd) {
  std::vector<Finding> findings =
      CheckOf(SketchedHost("P02", {.as_user = true}));
  EXPECT_EQ(Summary(findings), "unknown-for-privileges 1");
  EXPECT_EQ(SeverityOf(findings[0].id), Severity::kUndecided);
}

TEST(Check, SleepingDevicesAreNamed) {
  HostSnapshot snapshot = Sketch(SketchText("P01"));
  HideConfig(&RecordAt(&snapshot, "03:00.0"), 0, ReadFailure::kAsleep);
  EXPECT_EQ(Summary(CheckOf(Host(std::move(snapshot)))), "device-asleep 1");
}

// The uplink of a switch with two devices below, at half its speed; and a
// device's own link, which is no finding.
TEST(Check, LinkBelowMaximumOnlyOnSharedUplinks) {
  auto slow = [](const char* address, int speed) {
    HostSnapshot snapshot = Sketch(SketchText("P01"));
    for (const char* port : {"00:01.0", "01:00.0", "03:00.0"}) {
      FunctionRecord& record = RecordAt(&snapshot, port);
      record.max_link_speed = uint16_t{160};
      record.max_link_width = uint8_t{16};
      record.current_link_speed = uint16_t{160};
      record.current_link_width = uint8_t{16};
    }
    RecordAt(&snapshot, address).current_link_speed =
        static_cast<uint16_t>(speed);
    return Host(std::move(snapshot));
  };
  EXPECT_EQ(Summary(CheckOf(slow("01:00.0", 80))), "link-below-maximum 1");
  EXPECT_EQ(Summary(CheckOf(slow("01:00.0", 160))), "");
  EXPECT_EQ(Summary(CheckOf(slow("03:00.0", 25))), "");
}

TEST(Check, PairsAcrossSockets) {
  HostSnapshot snapshot = Sketch(SketchText("P24"));
  RecordAt(&snapshot, "0000:01:00.0").numa_node = 0;
  RecordAt(&snapshot, "0001:01:00.0").numa_node = 1;
  std::vector<Finding> findings = CheckOf(Host(snapshot));
  EXPECT_EQ(Summary(findings), "route-across-sockets 1");
  EXPECT_EQ(findings[0].node_b, 1);
  RecordAt(&snapshot, "0001:01:00.0").numa_node = 0;
  EXPECT_EQ(Summary(CheckOf(Host(std::move(snapshot)))), "");
}

TEST(Check, GatesThatDisagree) {
  std::vector<Finding> findings = CheckOf(SketchedHost("P04"));
  EXPECT_EQ(Summary(findings), "acs-redirect-on-path 1, gates-disagree 1");
  EXPECT_EQ(findings[1].row, GateRow::kOneSideOnly);
}

TEST(Check, GroupsThatDoNotFollowFromAcs) {
  // The root port alone and the endpoints below it in one group: with ACS on
  // everywhere the kernel would have kept all apart.
  HostSnapshot snapshot = Sketch(SketchText("P02"));
  uint32_t group = 0;
  for (FunctionRecord& record : snapshot.functions)
    record.iommu_group = group++;
  EXPECT_EQ(Summary(CheckOf(Host(snapshot))), "acs-redirect-on-path 2");
  RecordAt(&snapshot, "04:00.0").iommu_group =
      RecordAt(&snapshot, "03:00.0").iommu_group;
  EXPECT_EQ(Summary(CheckOf(Host(std::move(snapshot)))),
            "acs-redirect-on-path 2, groups-differ 1");
}

TEST(Check, EveryIdHasAName) {
  for (size_t i = 0; i < kFindingIds; ++i) {
    auto id = static_cast<FindingId>(i);
    EXPECT_EQ(FindingFromName(FindingName(id)), id);
  }
  EXPECT_FALSE(FindingFromName("nosuch"));
}

// The census against visiting every pair.
TEST(PeerCensus, CountsWhatVisitingEveryPairCounts) {
  size_t compared = 0;
  for (int n = 1; n <= 37; ++n) {
    std::string name = (n < 10 ? "P0" : "P") + std::to_string(n);
    SCOPED_TRACE(name);
    Host host = SketchedHost(name);
    const Topology& topology = host.topology();
    std::vector<DeviceKind> kinds = KindsOf(host);
    auto count = static_cast<FunctionIndex>(kinds.size());
    std::vector<uint64_t> through(count);
    for (FunctionIndex a = 0; a < count; ++a) {
      for (FunctionIndex b = 0; b < count; ++b) {
        if (a == b || !KindsPair(kinds[a], kinds[b])) continue;
        Path path = FindPath(topology, a, b);
        if (path.common == kNoIndex) continue;
        for (FunctionIndex i : path.provider_side) ++through[i];
        for (FunctionIndex i : path.client_side) ++through[i];
      }
    }
    PeerCensus census(topology, kinds, {});
    for (FunctionIndex i = 0; i < count; ++i, ++compared)
      EXPECT_EQ(census.PairsThrough(i), through[i])
          << ToString(topology[i].address);
  }
  EXPECT_GT(compared, 200u);
}

}  // namespace
}  // namespace p2pcheck
