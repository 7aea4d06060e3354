// SPDX-License-Identifier: GPL-2.0-or-later
#include "rules/kernel_version.h"

#include <gtest/gtest.h>

#include <tuple>

namespace p2pcheck {
namespace {

std::vector<KernelRange> Ranges(const std::vector<std::string>& texts) {
  std::vector<KernelRange> ranges;
  for (const std::string& text : texts) {
    auto range = ParseKernelRange(text);
    EXPECT_TRUE(range) << text;
    if (range) ranges.push_back(*range);
  }
  return ranges;
}

Ternary In(const std::vector<std::string>& texts, std::string_view version) {
  return Contains(Ranges(texts), ParseKernelVersion(version).value());
}

TEST(KernelVersion, ReadsWhatItWritesAndNothingElse) {
  for (const char* text : {"6.1", "6.1.176", "0.0", "65535.65535.65535"}) {
    auto version = ParseKernelVersion(text);
    ASSERT_TRUE(version) << text;
    EXPECT_EQ(ToString(*version), text);
  }
  for (const char* text : {"", "6", "6.", "6.1.", ".1", "6.1.2.3", "6.1-rc1",
                           "v6.1", " 6.1", "6.1 ", "6.-1", "6.65536", "6.1.x"})
    EXPECT_FALSE(ParseKernelVersion(text)) << text;
}

TEST(KernelRange, ReadsTheFormsOfTheRulesAndNothingElse) {
  for (const char* text : {"5.18", "5.18.3", "5.18-", "5.2-5.8.*",
                           "7.1.3-7.1.*", "7.0.1-7.0.13", "0.0-4.19.*"})
    EXPECT_TRUE(ParseKernelRange(text)) << text;
  for (const char* text :
       {"", "-", "-5.8", "5", "5.2-5.8", "5.2.*", "5.8-5.2.*", "7.0.2-7.0.1",
        "5.2--5.8", "5.2-5.8.*x", "5.2-5.8.1.*", "5.2 - 5.8.*"})
    EXPECT_FALSE(ParseKernelRange(text)) << text;
}

TEST(KernelRange, EndsAreInside) {
  EXPECT_EQ(In({"5.2-5.8.*"}, "5.1.99"), Ternary::kNo);
  EXPECT_EQ(In({"5.2-5.8.*"}, "5.2.0"), Ternary::kYes);
  EXPECT_EQ(In({"5.2-5.8.*"}, "5.8.18"), Ternary::kYes);
  EXPECT_EQ(In({"5.2-5.8.*"}, "5.9.0"), Ternary::kNo);
  EXPECT_EQ(In({"7.0.1-7.0.13"}, "7.0.13"), Ternary::kYes);
  EXPECT_EQ(In({"7.0.1-7.0.13"}, "7.0.14"), Ternary::kNo);
  EXPECT_EQ(In({"5.18"}, "5.18.19"), Ternary::kYes);
  EXPECT_EQ(In({"5.18"}, "5.19.0"), Ternary::kNo);
  EXPECT_EQ(In({"5.18-"}, "65535.65535.65535"), Ternary::kYes);
}

TEST(KernelRange, TwoThatMeetWithoutAGapHoldTheWholeRelease) {
  EXPECT_EQ(In({"7.0.14-7.0.*", "7.0.0-7.0.13"}, "7.0"), Ternary::kYes);
  EXPECT_EQ(In({"7.0.14-7.0.*", "7.0.0-7.0.12"}, "7.0"), Ternary::kUnknown);
}

// The law, tried with every third number instead of the clever few.
Ternary TryEveryPatch(const std::vector<KernelRange>& ranges,
                      KernelVersion version) {
  bool in = false, out = false;
  for (uint32_t patch = 0; patch <= 0xffff; ++patch) {
    version.patch = static_cast<uint16_t>(patch);
    (Contains(ranges, version) == Ternary::kYes ? in : out) = true;
  }
  return in && out ? Ternary::kUnknown : ToTernary(in);
}

TEST(KernelRange, WithoutAThirdNumberUnknownIffSomeAreInAndSomeAreOut) {
  const std::vector<std::vector<std::string>> lists = {
      {},
      {"6.1"},
      {"6.1.0-6.1.0"},
      {"6.1.1-"},
      {"6.1-"},
      {"0.0-6.1.7"},
      {"6.0-6.1.*"},
      {"6.1.3-6.1.*", "6.2-"},
      {"6.1.3-6.1.5"},
      {"6.1.0-6.1.4", "6.1.5-6.1.*"},
      {"6.1.0-6.1.4", "6.1.6-6.1.*"},
      {"6.1.0-6.1.65535"},
      {"6.1.0-6.1.65534"}};
  int seen[3] = {};
  for (const auto& list : lists)
    for (uint16_t minor : {0, 1, 2}) {
      KernelVersion version{6, minor, std::nullopt};
      Ternary expected = TryEveryPatch(Ranges(list), version);
      EXPECT_EQ(Contains(Ranges(list), version), expected)
          << testing::PrintToString(list) << " 6." << minor;
      ++seen[static_cast<int>(expected)];
    }
  for (int count : seen) EXPECT_GT(count, 2);
}

TEST(KernelRange, OverlapMeansAReleaseInBoth) {
  auto overlap = [](std::string_view a, std::string_view b) {
    return Overlap(*ParseKernelRange(a), *ParseKernelRange(b)) &&
           Overlap(*ParseKernelRange(b), *ParseKernelRange(a));
  };
  EXPECT_TRUE(overlap("5.2-5.8.*", "5.8.18"));
  EXPECT_TRUE(overlap("5.2-", "7.0"));
  EXPECT_FALSE(overlap("5.2-5.8.*", "5.9-"));
  EXPECT_FALSE(overlap("7.0.1-7.0.13", "7.0.14-7.0.*"));
}

}  // namespace
}  // namespace p2pcheck
