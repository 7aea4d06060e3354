// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/observed.h"

#include <gtest/gtest.h>

#include <string>

#include "base/ternary.h"

namespace p2pcheck {
namespace {

[[gnu::noinline]] std::string Say(const Observed<int>& observed) {
  return observed.Match(
      [](int value) { return std::to_string(value); },
      [] { return std::string("none"); },
      [](ReadFailure why) { return std::string(ReadFailureName(why)); });
}

TEST(Observed, MatchAnswersAllThree) {
  EXPECT_EQ(Say(7), "7");
  EXPECT_EQ(Say(Absent{}), "none");
  EXPECT_EQ(Say(ReadFailure::kPermissionDenied), "permission-denied");
  EXPECT_EQ(Say({}), "not-recorded");
}

TEST(Observed, ExactlyOneOfThreeHolds) {
  for (const Observed<int>& o : {Observed<int>(0), Observed<int>(Absent{}),
                                 Observed<int>(ReadFailure::kVanished)})
    EXPECT_EQ(o.known() + o.absent() + o.unknown(), 1);
}

// Not inlined: gcc 12 cannot see that a variant's other members are not read.
[[gnu::noinline]] Observed<int> Twice(const Observed<int>& observed) {
  return observed.Map([](int value) { return value * 2; });
}

[[gnu::noinline]] bool Equal(const Observed<int>& a, const Observed<int>& b) {
  return a == b;
}

TEST(Observed, MapKeepsWhatIsNotAValue) {
  EXPECT_EQ(Say(Twice(4)), "8");
  EXPECT_EQ(Say(Twice(Absent{})), "none");
  EXPECT_EQ(Say(Twice(ReadFailure::kAsleep)), "asleep");
}

TEST(Observed, EqualOnlyToTheSame) {
  const Observed<int> all[] = {0, 1, Absent{}, ReadFailure::kVanished,
                               ReadFailure::kNotRecorded};
  for (size_t a = 0; a < std::size(all); ++a)
    for (size_t b = 0; b < std::size(all); ++b)
      EXPECT_EQ(Equal(all[a], all[b]), a == b);
}

TEST(ReadFailure, NamesRoundTrip) {
  for (int i = 0; i < 8; ++i) {
    auto why = static_cast<ReadFailure>(i);
    EXPECT_EQ(ReadFailureFromName(ReadFailureName(why)), why);
  }
  EXPECT_EQ(ReadFailureFromName("on-fire"), ReadFailure::kMalformed);
}

// A three-valued answer is right if it is what all completions agree on.
TEST(Ternary, AndOrAreTheirCompletions) {
  auto values = [](Ternary t) {
    if (t == Ternary::kUnknown) return std::pair{false, true};
    return std::pair{t == Ternary::kYes, t == Ternary::kYes};
  };
  auto join = [](bool low, bool high) {
    return low == high ? ToTernary(low) : Ternary::kUnknown;
  };
  for (Ternary a : {Ternary::kNo, Ternary::kUnknown, Ternary::kYes})
    for (Ternary b : {Ternary::kNo, Ternary::kUnknown, Ternary::kYes}) {
      auto [al, ah] = values(a);
      auto [bl, bh] = values(b);
      EXPECT_EQ(And(a, b), join(al && bl, ah && bh));
      EXPECT_EQ(Or(a, b), join(al || bl, ah || bh));
    }
}

}  // namespace
}  // namespace p2pcheck
