// SPDX-License-Identifier: GPL-2.0-or-later
//
// Laws of comparing two readings of a host, on every fixture and on random
// hosts; the counts that are printed show that the laws were asked of
// something.
#include "diff/host_diff.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <random>
#include <set>

#include "report/host_diff_report.h"
#include "source/source.h"
#include "support/judged_host.h"
#include "support/random_forest.h"
#include "support/random_snapshot.h"
#include "support/renumber.h"

namespace p2pcheck {
namespace {

namespace fs = std::filesystem;

HostDiff Compare(const JudgedHost& before, const JudgedHost& after) {
  return CompareHosts(SideOf(before.judgement()), SideOf(after.judgement()),
                      Rules());
}

std::vector<std::string> FixtureHosts() {
  std::vector<std::string> hosts;
  for (const auto& entry :
       fs::directory_iterator(P2PCHECK_SOURCE_DIR "/fixtures/hosts"))
    hosts.push_back(entry.path().string() + "/host.recording");
  std::sort(hosts.begin(), hosts.end());
  return hosts;
}

HostSnapshot ReadHost(const std::string& path) {
  ReadRequest request;
  request.depth = ReadRequest::Depth::kDetails;
  return ReadSource(path, request);
}

size_t SameOnes(const HostDiff& diff) {
  return static_cast<size_t>(
      std::count_if(diff.match.matched.begin(), diff.match.matched.end(),
                    [](auto& m) { return m.kind == MatchKind::kSame; }));
}

void ExpectNothing(const JudgedHost& host, const std::string& name) {
  HostDiff diff = Compare(host, host);
  EXPECT_EQ(diff.difference(), Difference::kNone) << name;
  EXPECT_EQ(SameOnes(diff), host.topology().functions().size()) << name;
  EXPECT_TRUE(diff.match.twins.empty()) << name;
}

TEST(HostDiff, EveryFixtureIsLikeItself) {
  size_t functions = 0;
  for (const std::string& path : FixtureHosts()) {
    JudgedHost host(ReadHost(path));
    functions += host.topology().functions().size();
    ExpectNothing(host, path);
  }
  std::cout << "compared " << functions << " functions with themselves\n";
  EXPECT_GT(functions, 2000u);
}

TEST(HostDiff, RandomHostsAreLikeThemselves) {
  for (uint32_t seed = 0; seed < 60; ++seed)
    ExpectNothing(JudgedHost(RandomForest(seed)), std::to_string(seed));
  // Every field known, absent or unknown.
  for (uint32_t seed = 0; seed < 200; ++seed)
    ExpectNothing(JudgedHost(RandomSnapshot(seed)), std::to_string(seed));
}

// Answers with before and after exchanged.
struct Mirrored {
  std::set<std::tuple<FunctionIndex, FunctionIndex, MatchKind>> matched;
  std::set<std::pair<FunctionIndex, FunctionIndex>> replaced;
  std::vector<FunctionIndex> removed, added;
  std::multiset<std::tuple<DiffFact, std::string, FunctionIndex, ChangeKind>>
      facts;
  std::map<std::pair<uint8_t, uint8_t>, uint64_t> pairs;
  size_t groups, routes;

  friend bool operator==(const Mirrored& a, const Mirrored& b) {
    return a.matched == b.matched && a.replaced == b.replaced &&
           a.removed == b.removed && a.added == b.added && a.facts == b.facts &&
           a.pairs == b.pairs && a.groups == b.groups && a.routes == b.routes;
  }
};

ChangeKind Mirror(ChangeKind kind) {
  if (kind == ChangeKind::kChanged) return kind;
  return kind == ChangeKind::kLearned ? ChangeKind::kLost
                                      : ChangeKind::kLearned;
}

Mirrored AsIs(const HostDiff& diff) {
  Mirrored m;
  for (auto& x : diff.match.matched)
    m.matched.insert({x.before, x.after, x.kind});
  for (auto& x : diff.match.replaced) m.replaced.insert({x.before, x.after});
  m.removed = diff.match.removed;
  m.added = diff.match.added;
  for (auto& x : diff.facts)
    m.facts.insert({x.fact, x.item, x.before, x.kind()});
  for (auto& x : diff.pairs->classes())
    m.pairs[{x.before.bits(), x.after.bits()}] += x.pairs;
  m.groups = diff.groups.size();
  m.routes = diff.routes.changes.size();
  return m;
}

Mirrored Turned(const HostDiff& diff) {
  Mirrored m;
  for (auto& x : diff.match.matched)
    m.matched.insert({x.after, x.before, x.kind});
  for (auto& x : diff.match.replaced) m.replaced.insert({x.after, x.before});
  m.removed = diff.match.added;
  m.added = diff.match.removed;
  for (auto& x : diff.facts)
    m.facts.insert({x.fact, x.item, x.after, Mirror(x.kind())});
  for (auto& x : diff.pairs->classes())
    m.pairs[{x.after.bits(), x.before.bits()}] += x.pairs;
  m.groups = diff.groups.size();
  m.routes = diff.routes.changes.size();
  return m;
}

// The causes of the changes, as a set a pair of outcomes.
std::map<std::pair<uint8_t, uint8_t>, std::set<std::vector<Cause>>> Causes(
    const HostDiff& diff, bool turned) {
  std::map<std::pair<uint8_t, uint8_t>, std::set<std::vector<Cause>>> causes;
  for (auto& x : diff.pairs->classes()) {
    std::pair<uint8_t, uint8_t> key{x.before.bits(), x.after.bits()};
    if (turned) std::swap(key.first, key.second);
    causes[key].insert(x.causes);
  }
  return causes;
}

void ExpectMirror(const JudgedHost& a, const JudgedHost& b,
                  const std::string& name, uint64_t* changes) {
  HostDiff there = Compare(a, b), back = Compare(b, a);
  EXPECT_TRUE(AsIs(there) == Turned(back)) << name;
  EXPECT_EQ(Causes(there, false), Causes(back, true)) << name;
  EXPECT_EQ(there.difference(), back.difference()) << name;
  *changes += there.pairs->changed() + there.facts.size();
}

TEST(HostDiff, BackIsTheMirrorOfThere) {
  uint64_t changes = 0;
  std::vector<std::string> hosts = FixtureHosts();
  for (size_t i = 3; i < hosts.size(); i += 3)
    ExpectMirror(JudgedHost(ReadHost(hosts[i - 3])),
                 JudgedHost(ReadHost(hosts[i])), hosts[i], &changes);
  for (uint32_t seed = 0; seed < 60; ++seed)
    ExpectMirror(JudgedHost(RandomForest(seed)),
                 JudgedHost(RandomForest(seed + 1)), std::to_string(seed),
                 &changes);
  std::cout << "mirrored " << changes << " changes\n";
  EXPECT_GT(changes, 3000u);
}

// A bus range that no VF has its physical function outside of.
bool SplitsVfs(const HostSnapshot& host, uint8_t first) {
  return std::any_of(host.functions.begin(), host.functions.end(),
                     [&](const FunctionRecord& r) {
                       return r.physfn.known() &&
                              (r.address.bus < first) !=
                                  (r.physfn.value().bus < first);
                     });
}

void ExpectOnlyRenumbered(const HostSnapshot& host, uint8_t first, uint8_t by,
                          uint32_t seed, size_t* moved) {
  JudgedHost before(host), after(Renumbered(host, first, by));
  HostDiff diff = Compare(before, after);
  std::string name = std::to_string(seed);
  EXPECT_EQ(diff.match.matched.size(), host.functions.size()) << name;
  EXPECT_TRUE(diff.match.replaced.empty()) << name;
  EXPECT_TRUE(diff.match.twins.empty()) << name;
  for (auto& m : diff.match.matched) {
    bool stays = before.topology()[m.before].address.bus < first;
    EXPECT_EQ(m.kind, stays ? MatchKind::kSame : MatchKind::kRenumbered)
        << name;
    *moved += !stays;
  }
  EXPECT_TRUE(diff.facts.empty()) << name;
  EXPECT_TRUE(diff.groups.empty()) << name;
  EXPECT_EQ(diff.pairs->changed(), 0u) << name;
  EXPECT_TRUE(diff.routes.changes.empty()) << name;
}

// A host of which every place is known: with a function that hangs nowhere
// there is only its address to find it by.
bool AllPlaced(const HostSnapshot& host) {
  JudgedHost judged(host);
  const auto& all = judged.topology().functions();
  return judged.topology().problems().empty() &&
         std::all_of(all.begin(), all.end(),
                     [](const Function& f) { return f.placed(); });
}

TEST(HostDiff, RenumberingAHostChangesNumbersOnly) {
  size_t moved = 0, hosts = 0;
  for (uint32_t seed = 0; seed < 200; ++seed) {
    HostSnapshot host = Sketch(RandomForestSketch(seed));
    uint8_t highest = HighestBus(host);
    if (highest > 200 || !AllPlaced(host)) continue;
    std::mt19937 random(seed);
    auto by = static_cast<uint8_t>(1 + random() % (255 - highest));
    auto first = static_cast<uint8_t>(random() % (highest + 1));
    if (SplitsVfs(host, first)) first = 0;
    ExpectOnlyRenumbered(host, first, by, seed, &moved);
    ++hosts;
  }
  std::cout << "renumbered " << moved << " functions of " << hosts
            << " hosts\n";
  EXPECT_GT(hosts, 50u);
  EXPECT_GT(moved, 500u);
}

// A function that nothing else is told by: no bridge, not on a root bus, no
// VFs, no pool that shows what the kernel has.
bool IsPlain(const JudgedHost& host, FunctionIndex i) {
  const Function& f = host.topology()[i];
  const auto& all = host.topology().functions();
  return !f.is_bridge && f.upstream != kNoIndex && !f.record->p2pmem.known() &&
         std::none_of(all.begin(), all.end(), [&](const Function& other) {
           return other.physfn.Is(f.address);
         });
}

TEST(HostDiff, RemovingADeviceIsThatAndNothingElse) {
  size_t removed = 0;
  for (uint32_t seed = 0; seed < 80; ++seed) {
    HostSnapshot host = Sketch(RandomForestSketch(seed));
    JudgedHost before(host);
    for (FunctionIndex i : before.Endpoints()) {
      if (!IsPlain(before, i) || (i + seed) % 3 != 0) continue;
      // VFs behind it would be numbered otherwise.
      if (before.topology()[i].physfn.known()) continue;
      JudgedHost after(Without(host, before.topology()[i].address));
      HostDiff diff = Compare(before, after);
      std::string name =
          std::to_string(seed) + " " + ToString(before.topology()[i].address);
      EXPECT_EQ(diff.match.removed, std::vector<FunctionIndex>{i}) << name;
      EXPECT_EQ(SameOnes(diff) + 1, host.functions.size()) << name;
      EXPECT_TRUE(diff.match.added.empty() && diff.facts.empty() &&
                  diff.groups.empty() && diff.routes.changes.empty())
          << name;
      EXPECT_EQ(diff.pairs->changed(), 0u) << name;
      EXPECT_EQ(diff.difference(), Difference::kChanged);
      ++removed;
    }
  }
  std::cout << "removed " << removed << " functions, one at a time\n";
  EXPECT_GT(removed, 100u);
}

using PairSet = std::set<std::pair<FunctionIndex, FunctionIndex>>;

PairSet ByDecide(const JudgedHost& a, const JudgedHost& b, uint64_t* asked) {
  PairSet changed;
  for (FunctionIndex p : a.Endpoints())
    for (FunctionIndex c : a.Endpoints()) {
      ++*asked;
      if (!(a.judgement().Decide(p, c).possible ==
            b.judgement().Decide(p, c).possible))
        changed.insert({p, c});
    }
  return changed;
}

PairSet ByDiff(const HostDiff& diff) {
  PairSet changed;
  diff.pairs->ForEach([&](size_t, FunctionIndex p, FunctionIndex c) {
    changed.insert({p, c});
    return true;
  });
  return changed;
}

// Another control word for one function; false where it has none.
bool FlipAcsBit(const JudgedHost& host, FunctionIndex i, uint32_t choice,
                HostSnapshot* snapshot) {
  const auto& acs = host.topology()[i].acs;
  if (!acs.known()) return false;
  // Those that redirect more often than the others.
  static constexpr uint16_t kBits[] = {0x04, 0x08, 0x04, 0x20, 0x08,
                                       0x04, 0x01, 0x10, 0x40, 0x02};
  uint16_t bit = kBits[choice % std::size(kBits)];
  uint16_t word = static_cast<uint16_t>(acs.value().control ^ bit);
  PutWord(&snapshot->functions[i].config, acs.value().offset + 6, word);
  return true;
}

void ExpectFlip(const JudgedHost& before, const JudgedHost& after,
                FunctionIndex port, uint64_t* asked, uint64_t* changed) {
  HostDiff diff = Compare(before, after);
  ASSERT_EQ(diff.facts.size(), 1u);
  EXPECT_EQ(diff.facts[0].fact, DiffFact::kAcsControl);
  EXPECT_EQ(diff.facts[0].before, port);
  PairSet pairs = ByDecide(before, after, asked);
  EXPECT_EQ(ByDiff(diff), pairs);
  EXPECT_EQ(diff.pairs->changed(), pairs.size());
  for (auto& c : diff.pairs->classes()) {
    EXPECT_EQ(c.causes, std::vector<Cause>{Cause::kAcs});
    EXPECT_EQ(c.ports, std::vector<FunctionIndex>{port});
  }
  *changed += pairs.size();
}

TEST(HostDiff, FlippingAnAcsBitChangesThePairsThatDecideChanges) {
  uint64_t asked = 0, changed = 0;
  for (uint32_t seed = 0; seed < 100; ++seed) {
    HostSnapshot host = Sketch(RandomForestSketch(seed));
    JudgedHost before(host);
    uint32_t flips = 0;
    for (FunctionIndex i = 0; i < host.functions.size() && flips < 6; ++i) {
      HostSnapshot flipped = host;
      if (!FlipAcsBit(before, i, seed + i, &flipped)) continue;
      ++flips;
      ExpectFlip(before, JudgedHost(std::move(flipped)), i, &asked, &changed);
    }
  }
  std::cout << "asked about " << asked << " pairs, of which " << changed
            << " changed\n";
  EXPECT_GT(asked, 20'000u);
  EXPECT_GT(changed, 200u);
}

// Whatever two random hosts are, the pairs are those that Decide changes.
TEST(HostDiff, PairsAreThoseThatDecideChanges) {
  uint64_t asked = 0, changed = 0;
  for (uint32_t seed = 0; seed < 40; ++seed) {
    JudgedHost before(RandomForest(seed)),
        after(Sketch(RandomForestSketch(seed)));
    HostDiff diff = Compare(before, after);
    PairSet expected;
    for (auto& p : diff.match.matched)
      for (auto& c : diff.match.matched) {
        if (before.judgement().kinds[p.before] == DeviceKind::kBridge ||
            before.judgement().kinds[c.before] == DeviceKind::kBridge)
          continue;
        ++asked;
        if (!(before.judgement().Decide(p.before, c.before).possible ==
              after.judgement().Decide(p.after, c.after).possible))
          expected.insert({p.before, c.before});
      }
    EXPECT_EQ(ByDiff(diff), expected) << seed;
    changed += expected.size();
  }
  std::cout << "asked about " << asked << " pairs, of which " << changed
            << " changed\n";
  EXPECT_GT(changed, 500u);
}

// One thing is exchanged, so it is the cause, and the only one.
uint64_t ExpectCause(const HostSnapshot& before, const HostSnapshot& after,
                     Cause cause, uint32_t seed) {
  JudgedHost a(before), b(after);
  HostDiff diff = Compare(a, b);
  for (auto& c : diff.pairs->classes())
    EXPECT_EQ(c.causes, std::vector<Cause>{cause}) << seed;
  return diff.pairs->changed();
}

TEST(HostDiff, WhatAloneChangedIsTheCause) {
  uint64_t by_kernel = 0, by_cpu = 0, by_config = 0;
  for (uint32_t seed = 0; seed < 60; ++seed) {
    HostSnapshot host = Sketch(RandomForestSketch(seed));
    HostSnapshot other = host;
    other.host.kernel_release = std::string("5.1.0");
    by_kernel += ExpectCause(host, other, Cause::kKernel, seed);
    other = host;
    other.host.cpu_vendor = std::string("AuthenticAMD");
    other.host.cpu_family = 0x19u;
    by_cpu += ExpectCause(host, other, Cause::kCpu, seed);
    other = host;
    const Observed<StringMap> without(StringMap{{"PCI_P2PDMA", "n"}});
    other.host.config = without;
    by_config += ExpectCause(host, other, Cause::kBuiltIn, seed);
  }
  std::cout << "changed by the kernel " << by_kernel << ", the CPU " << by_cpu
            << ", the configuration " << by_config << "\n";
  EXPECT_GT(by_kernel, 500u);
  EXPECT_GT(by_cpu, 500u);
  EXPECT_GT(by_config, 500u);
}

}  // namespace
}  // namespace p2pcheck
