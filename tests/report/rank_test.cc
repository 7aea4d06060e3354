// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/rank.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

#include "support/judged_host.h"
#include "support/random_forest.h"

namespace p2pcheck {
namespace {

HostSnapshot Example() { return Fixture("examples/made-up-8gpu.recording"); }

std::vector<std::string> Addresses(const JudgedHost& host,
                                   const std::vector<Partner>& partners) {
  std::vector<std::string> out;
  for (const Partner& partner : partners)
    out.push_back(ToString(host.topology()[partner.device].address));
  return out;
}

// GPU 18:00.0 of the example: its switch redirects nothing.
TEST(Rank, DirectPartnersComeFirstAndTheRefusedLast) {
  JudgedHost host(Example());
  auto partners =
      RankPartners(host.judgement(), host.At("18:00.0"), host.Endpoints());
  EXPECT_EQ(partners.size(), host.Endpoints().size() - 1);
  auto names = Addresses(host, partners);
  EXPECT_EQ(names[0], "0000:19:00.0");
  EXPECT_EQ(names[1], "0000:1a:00.0");
  EXPECT_EQ(partners[0].path, PathLevel::kPix);
  EXPECT_EQ(names.back(), "10000:e1:00.0");
  EXPECT_EQ(partners.back().as_client.possible, kNot);
}

// The order is that of the verdicts of the pairs, each asked for itself, and
// within equal ones that of line rate, distance and address.
TEST(Rank, OrderIsThatOfThePairVerdicts) {
  auto grade = [](MapTypeSet s) {
    if (s == kBus) return 0;
    if (s == (kBus | kThru)) return 1;
    if (s == kThru) return 2;
    return s == kNot ? 4 : 3;
  };
  size_t pairs = 0;
  for (uint32_t seed = 0; seed < 40; ++seed) {
    JudgedHost host(RandomForest(seed));
    auto endpoints = host.Endpoints();
    if (endpoints.empty()) continue;
    FunctionIndex device = endpoints[seed % endpoints.size()];
    auto partners = RankPartners(host.judgement(), device, endpoints);
    for (size_t i = 1; i < partners.size(); ++i, ++pairs) {
      auto worst = [&](FunctionIndex other) {
        return std::max(grade(host.judgement().Decide(device, other).possible),
                        grade(host.judgement().Decide(other, device).possible));
      };
      const Partner& a = partners[i - 1];
      const Partner& b = partners[i];
      EXPECT_LE(worst(a.device), worst(b.device)) << seed;
      EXPECT_TRUE(IsBetter(a, b));
      EXPECT_FALSE(IsBetter(b, a));
    }
  }
  EXPECT_GT(pairs, 300u);
}

TEST(Rank, OfEqualVerdictsTheFasterThenTheNearerWins) {
  Partner fast, slow, unknown;
  for (Partner* p : {&fast, &slow, &unknown}) {
    p->as_client.possible = p->as_provider.possible = kBus;
    p->score.emplace();
    p->as_client.distance = 4;
  }
  fast.score->to_provider.now.line = fast.score->to_client.now.line = 63u;
  slow.score->to_provider.now.line = 63u;
  slow.score->to_client.now.line = 31u;  // The narrower way counts.
  fast.device = 9;
  slow.device = 5;
  unknown.device = 1;
  EXPECT_TRUE(IsBetter(fast, slow));
  EXPECT_TRUE(IsBetter(slow, unknown));
  slow.score->to_client.now.line = 63u;
  slow.as_client.distance = 2;
  EXPECT_TRUE(IsBetter(slow, fast));
  slow.as_client.distance = 4;
  EXPECT_TRUE(IsBetter(slow, fast));  // By address.
}

TEST(Rank, TheWorseOfBothVerdictsCountsFirst) {
  Partner even, one_way;
  even.as_client.possible = even.as_provider.possible = kThru;
  one_way.as_client.possible = kBus;
  one_way.as_provider.possible = kNot;
  EXPECT_TRUE(IsBetter(even, one_way));
  std::swap(one_way.as_client, one_way.as_provider);
  EXPECT_TRUE(IsBetter(even, one_way));
  Partner better_half = even;
  better_half.as_provider.possible = kBus;
  EXPECT_TRUE(IsBetter(better_half, even));
}

TEST(Rank, TallyCountsBothWays) {
  JudgedHost host(Example());
  auto partners =
      RankPartners(host.judgement(), host.At("18:00.0"), host.Endpoints());
  MatrixTally tally = TallyOf(partners);
  EXPECT_EQ(tally.allowed + tally.refused + tally.undecided,
            2 * partners.size());
}

TEST(Rank, TextFitsItsWidth) {
  JudgedHost host(Example());
  auto partners =
      RankPartners(host.judgement(), host.At("18:00.0"), host.Endpoints());
  for (unsigned width : {80u, 200u}) {
    std::ostringstream out;
    TextStyle style;
    style.width = width;
    WriteRankText(host.judgement(), host.At("18:00.0"), partners, style, out);
    std::istringstream lines(out.str());
    for (std::string line; std::getline(lines, line);)
      EXPECT_LE(line.size(), width) << line;
    EXPECT_NE(out.str().find("63.0 GB/s at 0000:17:00.0"), std::string::npos)
        << out.str();
  }
}

}  // namespace
}  // namespace p2pcheck
