// SPDX-License-Identifier: GPL-2.0-or-later
#include <gtest/gtest.h>

#include <set>
#include <tuple>

#include "base/input_error.h"
#include "support/judge.h"

namespace p2pcheck {
namespace {

using Entry = std::tuple<uint16_t, int, int>;

// The kernel's table has an entry for each vendor and device; Wangxun's is one
// in the kernel and two here, because it grew.
TEST(GroupRules, QuirkTableHas132Entries) {
  std::set<Entry> entries;
  auto groups = RulesOf("7.2.12").groups;
  for (const AcsQuirk& quirk : groups->acs_quirks) {
    EXPECT_EQ(quirk.in_force, Ternary::kYes) << quirk.name;
    EXPECT_FALSE(quirk.source.empty());
    entries.insert({quirk.vendor, quirk.device ? *quirk.device : -1,
                    static_cast<int>(quirk.rule)});
  }
  EXPECT_EQ(entries.size(), 132u);
}

size_t SureEntries(std::string_view kernel) {
  size_t sure = 0;
  auto groups = RulesOf(kernel).groups;
  for (const AcsQuirk& quirk : groups->acs_quirks)
    sure += quirk.in_force == Ternary::kYes;
  return sure;
}

TEST(GroupRules, EntriesComeWithTheirKernels) {
  EXPECT_EQ(SureEntries("6.12.95"), 132u);
  EXPECT_EQ(SureEntries("6.1.176"), 132u);
  EXPECT_EQ(SureEntries("6.1.164"), 131u);  // without 17cb:0120
  EXPECT_EQ(SureEntries("6.1.141"), 121u);  // without ten of Loongson
  EXPECT_EQ(SureEntries("6.1.17"), 114u);
}

TEST(GroupRules, OrderWithinAVendorIsTheKernels) {
  std::vector<AcsQuirkRule> intel;
  auto groups = RulesOf("7.2.12").groups;
  for (const AcsQuirk& quirk : groups->acs_quirks)
    if (quirk.vendor == 0x8086 && (intel.empty() || intel.back() != quirk.rule))
      intel.push_back(quirk.rule);
  EXPECT_EQ(intel, (std::vector<AcsQuirkRule>{
                       AcsQuirkRule::kMultifunction,
                       AcsQuirkRule::kRootComplexEndpoint,
                       AcsQuirkRule::kIntelPch, AcsQuirkRule::kIntelSpt}));
}

// A kernel that is not known has for sure what all from 5.14 on have.
TEST(GroupRules, UnknownKernelIsUnsureOfWhatSomeLack) {
  auto sets = Rules().ForUnknownKernel();
  ASSERT_GT(sets.size(), 1u);
  EXPECT_EQ(sets.front().groups, sets.back().groups);
  for (const AcsQuirk& quirk : sets.front().groups->acs_quirks) {
    if (quirk.vendor == 0x17cb && quirk.device == 0x0120) {
      EXPECT_EQ(quirk.in_force, Ternary::kUnknown);
    }
    if (quirk.vendor == 0x14e4 && quirk.device == 0x16d7) {
      EXPECT_EQ(quirk.in_force, Ternary::kYes);
    }
  }
}

TEST(GroupRules, TimingIsDataToo) {
  auto does = [](std::string_view kernel, GroupTiming what) {
    return RulesOf(kernel).groups->Does(what);
  };
  EXPECT_EQ(does("6.12.82", GroupTiming::kAcsAfterGroups), Ternary::kYes);
  EXPECT_EQ(does("6.12.83", GroupTiming::kAcsAfterGroups), Ternary::kNo);
  EXPECT_EQ(does("6.12", GroupTiming::kAcsAfterGroups), Ternary::kUnknown);
  EXPECT_EQ(does("6.6.130", GroupTiming::kAcsAfterGroups), Ternary::kUnknown);
  EXPECT_EQ(does("6.14.9", GroupTiming::kJoinedAtBinding), Ternary::kYes);
  EXPECT_EQ(does("6.15.0", GroupTiming::kJoinedAtBinding), Ternary::kNo);
}

}  // namespace
}  // namespace p2pcheck
