// SPDX-License-Identifier: GPL-2.0-or-later
//
// Advice is tested by taking it: with the advised ports changed the pair has
// the promised outcome, and with any one of them left out it has not.  That no
// smaller set of bits does it is proved by trying every set of bits of every
// port on small hosts.
#include "verdict/advise.h"

#include <gtest/gtest.h>

#include "support/judge.h"

namespace p2pcheck {
namespace {

constexpr uint16_t kBits[] = {kAcsRequestRedirect, kAcsCompletionRedirect,
                              kAcsEgressControl};

std::vector<AssumedAcs> Assumed(const std::vector<PortChange>& changes) {
  std::vector<AssumedAcs> all;
  for (const PortChange& change : changes)
    all.push_back({change.port, change.acs});
  return all;
}

MapTypeSet BothWays(const Topology& topology, const RuleSet& rules,
                    const CpuIdentity& cpu, FunctionIndex a, FunctionIndex b) {
  return Decide(topology, rules, cpu, a, b).possible |
         Decide(topology, rules, cpu, b, a).possible;
}

bool Reaches(MapTypeSet set, AdviceGoal goal) {
  return goal == AdviceGoal::kDirect ? set == kBus
                                     : !set.Has(MapType::kNotSupported);
}

// One bit of one port that is on.
struct Switch {
  FunctionIndex port;
  uint16_t bit;
};

std::vector<Switch> SwitchesOn(const Topology& topology) {
  std::vector<Switch> all;
  for (FunctionIndex i = 0; i < topology.functions().size(); ++i)
    for (uint16_t bit : kBits)
      if (topology[i].acs.known() && (topology[i].acs.value().control & bit))
        all.push_back({i, bit});
  return all;
}

Topology Without(const Topology& topology, const std::vector<Switch>& all,
                 unsigned set) {
  Topology out = topology;
  for (size_t i = 0; i < all.size(); ++i) {
    if (!(set >> i & 1)) continue;
    AcsCapability acs = out[all[i].port].acs.value();
    acs.control &= static_cast<uint16_t>(~all[i].bit);
    out = out.WithAcs({{all[i].port, acs}});
  }
  return out;
}

int SizeOf(const Advice& advice) {
  int bits = 0;
  for (const PortChange& change : advice.changes)
    bits += __builtin_popcount(change.clear);
  return bits;
}

// The fewest bits that reach the goal, by trying all sets; -1: none does.
int FewestBits(const Topology& topology, const RuleSet& rules,
               const CpuIdentity& cpu, FunctionIndex a, FunctionIndex b,
               AdviceGoal goal) {
  std::vector<Switch> all = SwitchesOn(topology);
  int fewest = -1;
  for (unsigned set = 0; set < 1u << all.size(); ++set) {
    int size = __builtin_popcount(set);
    if (fewest >= 0 && size >= fewest) continue;
    Topology other = Without(topology, all, set);
    if (Reaches(BothWays(other, rules, cpu, a, b), goal)) fewest = size;
  }
  return fewest;
}

struct Count {
  size_t pairs = 0, changed = 0;
};

void HoldToAllSets(const Host& host, const RuleSet& rules, Count* count) {
  const Topology& topology = host.topology();
  if (SwitchesOn(topology).size() > 8) return;  // 256 worlds a pair
  for (FunctionIndex a = 0; a < topology.functions().size(); ++a) {
    for (FunctionIndex b = a; b < topology.functions().size(); ++b) {
      for (AdviceGoal goal : {AdviceGoal::kDirect, AdviceGoal::kAllowed}) {
        Advice advice = Advise(topology, rules, host.cpu(), a, b, goal);
        int fewest = FewestBits(topology, rules, host.cpu(), a, b, goal);
        bool helps = advice.obstacle == AdviceObstacle::kNone ||
                     advice.obstacle == AdviceObstacle::kReached;
        ASSERT_EQ(helps ? SizeOf(advice) : -1, fewest)
            << ToString(topology[a].address) << " "
            << ToString(topology[b].address);
        ++count->pairs;
        count->changed += fewest > 0;
      }
    }
  }
}

TEST(Advise, IsTheSmallestOfAllSetsOfBits) {
  Count count;
  for (const char* name : {"P02", "P04", "P05", "P07", "P08", "P10", "P11",
                           "P13", "P15", "P16", "P29", "P30", "P37"}) {
    SCOPED_TRACE(name);
    Host host = SketchedHost(name);
    HoldToAllSets(host, RulesOf("7.3"), &count);
    HoldToAllSets(host, Rules().Next(), &count);
  }
  std::cout << count.pairs << " pairs held to every set of bits, "
            << count.changed << " of them need a change\n";
  EXPECT_GT(count.pairs, 500u);
  EXPECT_GT(count.changed, 100u);
}

TEST(Advise, TakenItReachesTheGoalAndNoPortCanBeLeftOut) {
  size_t taken = 0;
  for (const char* name : {"P02", "P03", "P08", "P11", "P28", "P29", "P30"}) {
    Host host = SketchedHost(name);
    const Topology& topology = host.topology();
    RuleSet rules = RulesOf("7.3");
    auto functions = static_cast<FunctionIndex>(topology.functions().size());
    for (FunctionIndex a = 0; a < functions; ++a) {
      for (FunctionIndex b = 0; b < functions; ++b) {
        Advice advice =
            Advise(topology, rules, host.cpu(), a, b, AdviceGoal::kDirect);
        if (advice.obstacle != AdviceObstacle::kNone) continue;
        auto all = Assumed(advice.changes);
        EXPECT_EQ(BothWays(topology.WithAcs(all), rules, host.cpu(), a, b),
                  kBus);
        EXPECT_EQ(advice.after, kBus);
        for (size_t left_out = 0; left_out < all.size(); ++left_out) {
          auto some = all;
          some.erase(some.begin() + static_cast<std::ptrdiff_t>(left_out));
          EXPECT_FALSE(BothWays(topology.WithAcs(some), rules, host.cpu(), a,
                                b) == kBus);
        }
        ++taken;
      }
    }
  }
  EXPECT_GT(taken, 50u);
}

TEST(Advise, SaysWhyNothingHelps) {
  Host apart = SketchedHost("P16");
  Advice advice =
      Advise(apart.topology(), RulesOf("7.3"), apart.cpu(), apart.At("01:00.0"),
             apart.At("02:00.0"), AdviceGoal::kAllowed);
  EXPECT_EQ(advice.obstacle, AdviceObstacle::kNoCommonBridge);
  EXPECT_TRUE(advice.changes.empty());

  Host user = SketchedHost("P02", {.as_user = true});
  advice = Advise(user.topology(), RulesOf("7.3"), user.cpu(),
                  user.At("03:00.0"), user.At("04:00.0"), AdviceGoal::kDirect);
  EXPECT_EQ(advice.obstacle, AdviceObstacle::kAcsUnknown);
  EXPECT_FALSE(advice.unreadable.empty());

  Host host = SketchedHost("P01");
  advice = Advise(host.topology(), RulesOf("4.19"), host.cpu(),
                  host.At("03:00.0"), host.At("04:00.0"), AdviceGoal::kDirect);
  EXPECT_EQ(advice.obstacle, AdviceObstacle::kNoP2pdma);
}

TEST(Advise, ParametersNameThePortsInTheOrderOfThePath) {
  Host host = SketchedHost("P28");
  Advice advice =
      Advise(host.topology(), RulesOf("7.3"), host.cpu(), host.At("05:00.0"),
             host.At("12:00.0"), AdviceGoal::kDirect);
  EXPECT_EQ(DisableRedirectParameter(host.topology(), advice.changes),
            "pci=disable_acs_redir=0000:04:00.0;0000:02:00.0;0000:11:00.0;"
            "0000:02:01.0");
  // Capability 1f: DT and EC are not there; SV and UF stay on, TB off.
  EXPECT_EQ(ConfigAcsParameter(host.topology(), advice.changes),
            "pci=config_acs=xx10001@0000:04:00.0;xx10001@0000:02:00.0;"
            "xx10001@0000:11:00.0;xx10001@0000:02:01.0");
  EXPECT_EQ(SetpciLines(host.topology(), advice.changes).front(),
            "setpci -s 0000:04:00.0 ECAP_ACS+6.w=0000:000c");
}

// --- kernel next -----------------------------------------------------------

TEST(Next, LooksOnlyAtThePortsWhereTheWaysPart) {
  RuleSet next = Rules().Next();
  EXPECT_TRUE(next.unmerged);
  auto ask = [&](const Host& host, const char* a, const char* b) {
    return Decide(host.topology(), next, host.cpu(), host.At(a), host.At(b))
        .possible;
  };
  Host one_side = SketchedHost("P04");  // RR on the provider's port alone
  EXPECT_EQ(ask(one_side, "03:00.0", "04:00.0"), kBus);
  EXPECT_EQ(ask(one_side, "04:00.0", "03:00.0"), kNot);
  Host common = SketchedHost("P29");  // on the common ancestor
  EXPECT_EQ(ask(common, "03:00.0", "04:00.0"), kBus);
  Host both = SketchedHost("P02");
  EXPECT_EQ(ask(both, "03:00.0", "04:00.0"), kNot);
  Host apart = SketchedHost("P17");
  EXPECT_EQ(ask(apart, "01:00.0", "02:00.0"), kThru);
  Host itself = SketchedHost("P10");
  EXPECT_EQ(ask(itself, "01:00.0", "01:00.0"), kBus);
}

}  // namespace
}  // namespace p2pcheck
