// SPDX-License-Identifier: GPL-2.0-or-later
//
// The three-valued cases of spec/kernel-p2p.md 9.5, by number: the tree is
// known, ACS cannot be read.
#include <gtest/gtest.h>

#include "support/judge.h"

namespace p2pcheck {
namespace {

constexpr SketchOptions kUser{.as_user = true};

TEST(U, U01_SwitchOnIntelAsUser) {
  Host host = SketchedHost("P01", kUser);
  Verdict verdict = host.Ask("03:00.0", "04:00.0");
  EXPECT_EQ(verdict.possible, kBus | kNot);
  EXPECT_EQ(verdict.distance, 4u);
  EXPECT_FALSE(verdict.acs_redirect_complete);
  // 03:00.0, 02:08.0, 01:00.0, 04:00.0, 02:10.0: each might redirect.
  EXPECT_EQ(verdict.missing.size(), 5u);
  for (const Fact& fact : verdict.missing)
    EXPECT_EQ(fact.value.failure(), ReadFailure::kPermissionDenied);
}

TEST(U, U02_SwitchOnZenAsUserIsSupportedAllTheSame) {
  Host host = SketchedHost("P03", kUser);
  EXPECT_EQ(Possible(host, "03:00.0", "04:00.0"), kBus | kThru);
}

TEST(U, U03_RootPortsAreDecidedWithoutAcs) {
  EXPECT_EQ(Possible(SketchedHost("P16", kUser), "01:00.0", "02:00.0"), kNot);
  EXPECT_EQ(Possible(SketchedHost("P17", kUser), "01:00.0", "02:00.0"), kThru);
}

// In P20 a first function stands elsewhere than at 00.0, and must be a Root
// Port: that is to be read, or to be seen from its port services.
TEST(U, U03_RootPortAsFirstFunctionNeedsItsType) {
  HostSnapshot snapshot = Sketch(SketchText("P20"), kUser);
  Host unread(snapshot);
  Verdict verdict = unread.Ask("18:00.0", "3b:00.0");
  EXPECT_EQ(verdict.possible, kThru | kNot);
  ASSERT_EQ(verdict.missing.size(), 1u);
  EXPECT_EQ(verdict.missing[0].kind, FactKind::kPortType);
  RecordAt(&snapshot, "17:02.0").port_services = StringList{"pcie002"};
  EXPECT_EQ(Possible(Host(snapshot), "18:00.0", "3b:00.0"), kThru);
}

TEST(U, U04_OneKnownRedirectDecides) {
  HostSnapshot snapshot = Sketch(SketchText("P04"));
  HideConfig(&RecordAt(&snapshot, "02:10.0"), 64);
  Host host(std::move(snapshot));
  Verdict verdict = host.Ask("03:00.0", "04:00.0");
  EXPECT_EQ(verdict.possible, kNot);
  EXPECT_EQ(AcsList(host, verdict), "0000:02:08.0");
  EXPECT_FALSE(verdict.acs_redirect_complete);
  EXPECT_TRUE(verdict.missing.empty());
}

TEST(U, U05_ConfigOf256BytesHasNoAcs) {
  HostSnapshot snapshot = Sketch(SketchText("P02"), kUser);
  for (FunctionRecord& record : snapshot.functions)
    record.config.set_reach(uint16_t{256});
  Host host(std::move(snapshot));
  EXPECT_EQ(Possible(host, "03:00.0", "04:00.0"), kBus);
}

TEST(U, U06_FunctionWithItself) {
  EXPECT_EQ(Possible(SketchedHost("P01", kUser), "03:00.0", "03:00.0"),
            kBus | kNot);
  EXPECT_EQ(Possible(SketchedHost("P03", kUser), "03:00.0", "03:00.0"),
            kBus | kThru);
}

// Groups apart prove isolation, and a port can be isolated without RR and CR.
TEST(U, U07_PublishedGroupsAreAHintAndNotAFact) {
  HostSnapshot snapshot = Sketch(SketchText("P01"), kUser);
  uint32_t group = 0;
  for (FunctionRecord& record : snapshot.functions)
    record.iommu_group = group++;
  Host host(std::move(snapshot));
  EXPECT_EQ(Possible(host, "03:00.0", "04:00.0"), kBus | kNot);
}

}  // namespace
}  // namespace p2pcheck
