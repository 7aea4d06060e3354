// SPDX-License-Identifier: GPL-2.0-or-later
//
// The fabric core against Decide, pair by pair, on hosts of every kind.  The
// two share no code above the tree, so that their agreement means something.
// Small worlds, every one of them: fabric_small_worlds.cc.
#include "fabric/fabric.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "support/fabric_comparison.h"
#include "support/judge.h"
#include "support/random_forest.h"

namespace p2pcheck {
namespace {

KernelQuestion QuestionOf(std::vector<RuleSet> kernels,
                          Ternary built_in = Ternary::kYes) {
  return {std::move(kernels), built_in};
}

// Every algorithm there was, the unmerged series, all that are from 5.14 on,
// one beyond the rules, odd mixtures, and no p2pdma at all.
const std::vector<KernelQuestion>& Questions() {
  static const std::vector<KernelQuestion> questions = [] {
    std::vector<KernelQuestion> out{QuestionOf(Rules().ForUnknownKernel())};
    for (const char* kernel : {"4.19", "4.20", "5.0", "5.2", "5.4", "5.13",
                               "5.14", "5.19", "6.1", "6.12", "7.3", "9.9"})
      out.push_back(QuestionOf({RulesOf(kernel)}));
    out.push_back(QuestionOf({Rules().Next()}));
    out.push_back(QuestionOf({RulesOf("6.12"), Rules().Next()}));
    out.push_back(QuestionOf({RulesOf("5.2"), RulesOf("5.4"), RulesOf("9.9")}));
    out.push_back(QuestionOf({RulesOf("6.12")}, Ternary::kNo));
    out.push_back(QuestionOf({RulesOf("6.12")}, Ternary::kUnknown));
    return out;
  }();
  return questions;
}

// Prints how much was compared, so that a log shows a test that went hollow.
void ExpectCompared(uint64_t pairs, uint64_t at_least) {
  std::printf("%llu pairs compared\n", static_cast<unsigned long long>(pairs));
  EXPECT_GE(pairs, at_least);
}

uint64_t Check(const Host& host, const KernelQuestion& question,
               const std::string& name) {
  FabricComparison comparison(host.topology(), question, host.cpu());
  EXPECT_EQ(comparison.All(), "") << name;
  return comparison.pairs();
}

TEST(FabricEquality, EveryWorkedHost) {
  uint64_t pairs = 0;
  for (int n = 1; n <= 37 && !HasFailure(); ++n) {
    std::string name = fmt::format("P{:02}", n);
    for (int reader = 0; reader < 3; ++reader) {
      Host host(Sketch(SketchText(name), {reader == 1, reader == 2}));
      for (const KernelQuestion& question : Questions())
        pairs += Check(host, question, name);
    }
  }
  ExpectCompared(pairs, 40'000);
}

TEST(FabricEquality, RandomForests) {
  uint64_t pairs = 0;
  for (uint32_t seed = 1; seed <= 400 && !HasFailure(); ++seed)
    pairs +=
        Check(Host(RandomForest(seed)), Questions()[seed % Questions().size()],
              fmt::format("seed {}:\n{}", seed, RandomForestSketch(seed)));
  ExpectCompared(pairs, 300'000);
}

}  // namespace
}  // namespace p2pcheck
