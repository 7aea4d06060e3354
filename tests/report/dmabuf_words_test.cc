// SPDX-License-Identifier: GPL-2.0-or-later
#include <gtest/gtest.h>

#include <cerrno>
#include <map>
#include <set>
#include <string>

#include "report/dmabuf_sentences.h"

namespace p2pcheck {
namespace {

StepReason Bare(DmabufRule rule, Ternary says) {
  StepReason reason;
  reason.rule = rule;
  reason.says = says;
  return reason;
}

StepReason Filled(DmabufRule rule, Ternary says) {
  StepReason reason = Bare(rule, says);
  reason.function = PciAddress{0, 1, 0x10};
  reason.value = uint64_t{4096};
  reason.detail = "DETAIL";
  reason.error = EINVAL;
  return reason;
}

// What a template leaves where a part of it was not understood.
bool IsWhole(const std::string& sentence) {
  return !sentence.empty() &&
         sentence.find_first_of("[]{}") == std::string::npos &&
         sentence.find("  ") == std::string::npos && sentence.front() != ' ' &&
         sentence.back() != ' ';
}

TEST(DmabufWords, EveryRuleHasASentenceWhateverIsKnown) {
  for (DmabufRule rule : AllDmabufRules())
    for (Ternary says : {Ternary::kNo, Ternary::kUnknown, Ternary::kYes}) {
      EXPECT_TRUE(IsWhole(DmabufSentence(Bare(rule, says))))
          << DmabufRuleName(rule) << ": " << DmabufSentence(Bare(rule, says));
      EXPECT_TRUE(IsWhole(DmabufSentence(Filled(rule, says))))
          << DmabufRuleName(rule) << ": " << DmabufSentence(Filled(rule, says));
    }
}

TEST(DmabufWords, NoTwoRulesShareASentence) {
  std::map<std::string, std::string> seen;
  for (DmabufRule rule : AllDmabufRules()) {
    std::string sentence = DmabufSentence(Bare(rule, Ternary::kNo));
    auto [other, fresh] =
        seen.emplace(sentence, std::string(DmabufRuleName(rule)));
    EXPECT_TRUE(fresh) << DmabufRuleName(rule) << " and " << other->second
                       << ": " << sentence;
  }
}

TEST(DmabufWords, APartIsLeftOutWhereItsFactIsNotKnown) {
  StepReason reason = Bare(DmabufRule::kDriverNotVfio, Ternary::kNo);
  EXPECT_EQ(DmabufSentence(reason), "its driver is no VFIO driver");
  reason.detail = "nvme";
  EXPECT_EQ(DmabufSentence(reason), "its driver, nvme, is no VFIO driver");
}

TEST(DmabufWords, NamesFromTheHostAreMadeSafe) {
  StepReason reason = Bare(DmabufRule::kDriverNotVfio, Ternary::kNo);
  reason.detail = "\x1b[31m";
  EXPECT_EQ(DmabufSentence(reason), "its driver, ?[31m, is no VFIO driver");
}

TEST(DmabufWords, EveryRuleIsExplainedOnce) {
  std::set<std::string> ids;
  for (const Explanation& e : Explanations()) {
    EXPECT_TRUE(ids.insert(std::string(e.id)).second) << e.id << " twice";
    EXPECT_FALSE(e.title.empty() || e.text.empty() || e.source.empty()) << e.id;
  }
  for (DmabufRule rule : AllDmabufRules())
    EXPECT_EQ(ids.count(std::string(DmabufRuleName(rule))), 1u)
        << DmabufRuleName(rule);
}

// "Everything undecided says which fact, and who could read it."
TEST(DmabufWords, EveryRuleThatIsAnUnknownNamesItsFact) {
  size_t count = 0;
  for (DmabufRule rule : AllDmabufRules()) {
    std::string_view name = DmabufRuleName(rule);
    if (name.size() < 8 || name.substr(name.size() - 8) != "-unknown") continue;
    // What no file shows.
    if (rule == DmabufRule::kBusLimitUnknown) continue;
    ++count;
    const DmabufFact* fact = MissingFactOf(rule);
    ASSERT_NE(fact, nullptr) << name;
    EXPECT_FALSE(fact->fact.empty() || fact->where.empty() ||
                 fact->who.empty());
  }
  EXPECT_GE(count, 15u);
}

TEST(SizeText, IsExactInTheLargestUnitThatFits) {
  EXPECT_EQ(SizeText(0), "0 bytes");
  EXPECT_EQ(SizeText(32), "32 bytes");
  EXPECT_EQ(SizeText(1024), "1 KiB");
  EXPECT_EQ(SizeText(1536), "1536 bytes");
  EXPECT_EQ(SizeText(uint64_t{16} << 30), "16 GiB");
  EXPECT_EQ(SizeText((uint64_t{1} << 32) + 4096), "4194308 KiB");
}

}  // namespace
}  // namespace p2pcheck
