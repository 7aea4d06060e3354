// SPDX-License-Identifier: GPL-2.0-or-later
#include "dmabuf/step.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <set>

namespace p2pcheck {
namespace {

StepReason Said(DmabufRule rule, Ternary says, int error = 0) {
  StepReason reason;
  reason.rule = rule;
  reason.says = says;
  reason.error = error;
  return reason;
}

StepVerdict VerdictOf(std::vector<StepReason> reasons) {
  StepVerdict verdict;
  verdict.reasons = std::move(reasons);
  return verdict;
}

const StepReason kPass = Said(DmabufRule::kMsixInside, Ternary::kYes);
const StepReason kDoubt = Said(DmabufRule::kKernelUnknown, Ternary::kUnknown);
const StepReason kRefused = Said(DmabufRule::kBarIsIo, Ternary::kNo, EINVAL);

TEST(StepVerdict, NoBeatsUnknownBeatsYes) {
  EXPECT_EQ(VerdictOf({}).answer(), Ternary::kYes);
  EXPECT_EQ(VerdictOf({kPass}).answer(), Ternary::kYes);
  EXPECT_EQ(VerdictOf({kDoubt, kPass}).answer(), Ternary::kUnknown);
  EXPECT_EQ(VerdictOf({kDoubt, kRefused, kPass}).answer(), Ternary::kNo);
}

TEST(StepVerdict, ErrorIsThatOfTheFirstRefusal) {
  StepReason later = Said(DmabufRule::kBarAbsent, Ternary::kNo, ENODEV);
  EXPECT_EQ(VerdictOf({kPass, kRefused, later, kDoubt}).error(), EINVAL);
  EXPECT_EQ(VerdictOf({kPass, kDoubt}).error(), std::nullopt);
  EXPECT_EQ(VerdictOf({Said(DmabufRule::kNoDriver, Ternary::kNo)}).error(),
            std::nullopt);
}

TEST(StepVerdict, ADoubtBeforeTheRefusalHidesTheError) {
  EXPECT_EQ(VerdictOf({kDoubt, kRefused}).error(), std::nullopt);
  StepReason other =
      Said(DmabufRule::kKernelUnknown, Ternary::kUnknown, ENOTTY);
  EXPECT_EQ(VerdictOf({other, kRefused}).error(), std::nullopt);
}

TEST(StepVerdict, ADoubtThatFailsWithTheSameErrorDoesNot) {
  StepReason same =
      Said(DmabufRule::kPageSizeUnknown, Ternary::kUnknown, EINVAL);
  EXPECT_EQ(VerdictOf({same, kRefused}).error(), EINVAL);
}

TEST(DmabufRules, NamesAreTheirOwnAndLeadBack) {
  std::set<std::string_view> names;
  for (DmabufRule rule : AllDmabufRules()) {
    EXPECT_TRUE(names.insert(DmabufRuleName(rule)).second);
    EXPECT_EQ(DmabufRuleFromName(DmabufRuleName(rule)), rule);
  }
  EXPECT_EQ(names.size(), kDmabufRules);
  EXPECT_EQ(DmabufRuleFromName("no-such-rule"), std::nullopt);
}

TEST(ErrnoName, KnowsTheKernelsOwn) {
  EXPECT_EQ(ErrnoName(EINVAL), "EINVAL");
  EXPECT_EQ(ErrnoName(524), "ENOTSUPP");
  EXPECT_EQ(ErrnoName(1), "EPERM");
  EXPECT_EQ(ErrnoName(4095), "");
}

}  // namespace
}  // namespace p2pcheck
