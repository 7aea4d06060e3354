// SPDX-License-Identifier: GPL-2.0-or-later
//
// ClassifyPairs counts the pairs of a host without visiting them; here every
// ordered pair is visited and Decide asked, and the two must agree class by
// class.  They share no code above the tree, so that means something.
#include "fabric/pair_classes.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <random>
#include <tuple>

#include "source/source.h"
#include "support/judge.h"
#include "support/random_forest.h"

namespace p2pcheck {
namespace {

namespace fs = std::filesystem;

using Key = std::tuple<DeviceKind, DeviceKind, PairRelation, PairAcs, uint8_t>;

Key KeyOf(const PairClass& c) {
  return {c.provider_kind, c.client_kind, c.relation, c.acs, c.possible.bits()};
}

// A host and the question that is asked of it.
struct Case {
  Host host;
  std::vector<RuleSet> kernels;
  std::vector<DeviceKind> kinds;
  std::vector<bool> selected;

  PairClassInput Input() const {
    return {host.topology(), kernels, host.cpu(), kinds, selected};
  }
};

// What a newer kernel's verdict tells of a pair beside the outcome.  Kernels
// that have no p2pdma tell nothing, so 6.12 is asked.
PairRelation RelationOf(const Verdict& verdict) {
  if (verdict.provider == verdict.client) return PairRelation::kItself;
  if (!verdict.distance) return PairRelation::kPlaceUnknown;
  if (verdict.common_bridge != kNoIndex) return PairRelation::kCommonBridge;
  return verdict.provider_host_bridge == verdict.client_host_bridge
             ? PairRelation::kSameHostBridge
             : PairRelation::kOtherHostBridge;
}

PairAcs AcsOf(const Verdict& verdict) {
  if (!verdict.distance) return PairAcs::kUnknown;
  if (verdict.common_bridge == kNoIndex) return PairAcs::kNotAsked;
  if (!verdict.acs_redirect.empty()) return PairAcs::kRedirect;
  return verdict.acs_redirect_complete ? PairAcs::kNoRedirect
                                       : PairAcs::kUnknown;
}

// The class of one pair, by asking.
PairClass AskAbout(const Case& c, FunctionIndex p, FunctionIndex q) {
  static const RuleSet plain = RulesOf("6.12");
  Verdict shape = Decide(c.host.topology(), plain, c.host.cpu(), p, q);
  Verdict verdict =
      Decide(c.host.topology(), KernelQuestion{c.kernels, Ternary::kYes},
             c.host.cpu(), p, q);
  std::optional<uint32_t> distance =
      verdict.distance ? verdict.distance : shape.distance;
  std::vector<PairsAtDistance> distances;
  if (distance) distances.push_back({*distance, 1});
  return {c.kinds[p],
          c.kinds[q],
          RelationOf(shape),
          AcsOf(shape),
          verdict.possible,
          1,
          distances,
          p,
          q};
}

void Join(PairClass* known, const PairClass& one) {
  ++known->pairs;
  for (const PairsAtDistance& more : one.distances) {
    auto at = std::find_if(
        known->distances.begin(), known->distances.end(),
        [&](const auto& d) { return d.distance >= more.distance; });
    if (at != known->distances.end() && at->distance == more.distance)
      at->pairs += more.pairs;
    else
      known->distances.insert(at, more);
  }
}

std::map<Key, PairClass> BruteForce(const Case& c) {
  std::map<Key, PairClass> classes;
  FunctionIndex count = static_cast<FunctionIndex>(c.selected.size());
  for (FunctionIndex p = 0; p < count; ++p) {
    for (FunctionIndex q = 0; q < count; ++q) {
      if (!c.selected[p] || !c.selected[q]) continue;
      PairClass one = AskAbout(c, p, q);
      auto [slot, fresh] = classes.try_emplace(KeyOf(one), one);
      if (!fresh) Join(&slot->second, one);
    }
  }
  return classes;
}

std::string Describe(const PairClass& c) {
  std::string distances;
  for (const PairsAtDistance& d : c.distances)
    distances += fmt::format(" {} at {}", d.pairs, d.distance);
  return fmt::format(
      "{}-{} {} acs={} {}: {} pairs,{}, {} {}", DeviceKindName(c.provider_kind),
      DeviceKindName(c.client_kind), PairRelationName(c.relation),
      static_cast<int>(c.acs), ToString(c.possible), c.pairs, distances,
      c.provider, c.client);
}

std::string CompareOne(const Case& c, const PairClass& got,
                       const PairClass& want) {
  bool same = got.pairs == want.pairs && got.distances == want.distances;
  if (!same)
    return fmt::format("{}\n  should be {}", Describe(got), Describe(want));
  bool there = std::max(got.provider, got.client) < c.selected.size() &&
               c.selected[got.provider] && c.selected[got.client];
  if (!there || KeyOf(AskAbout(c, got.provider, got.client)) != KeyOf(got))
    return Describe(got) + "\n  has an example of another class";
  return "";
}

// Empty, or the first difference.
std::string Compare(const Case& c, const std::vector<PairClass>& got,
                    const std::map<Key, PairClass>& want) {
  for (const PairClass& one : got) {
    auto found = want.find(KeyOf(one));
    if (found == want.end()) return Describe(one) + "\n  is no class";
    std::string wrong = CompareOne(c, one, found->second);
    if (!wrong.empty()) return wrong;
  }
  if (got.size() == want.size()) return "";
  return fmt::format("{} classes, should be {}", got.size(), want.size());
}

uint64_t PairsOf(const std::map<Key, PairClass>& classes) {
  uint64_t pairs = 0;
  for (const auto& [key, c] : classes) pairs += c.pairs;
  return pairs;
}

// Compares one case; the number of pairs.
uint64_t Check(const Case& c, const std::string& name) {
  std::map<Key, PairClass> want = BruteForce(c);
  std::string wrong = Compare(c, ClassifyPairs(c.Input()), want);
  EXPECT_EQ(wrong, "") << name;
  return PairsOf(want);
}

std::vector<DeviceKind> KindsOf(const HostSnapshot& snapshot) {
  std::vector<DeviceKind> kinds;
  for (const FunctionRecord& record : snapshot.functions)
    kinds.push_back(KindOf(Rules().kinds(), record));
  return kinds;
}

Case WholeHost(HostSnapshot snapshot, std::vector<RuleSet> kernels) {
  std::vector<DeviceKind> kinds = KindsOf(snapshot);
  std::vector<bool> all(kinds.size(), true);
  return {Host(std::move(snapshot)), std::move(kernels), std::move(kinds),
          std::move(all)};
}

// Every algorithm there was, all that are from 5.14 on, one beyond the rules,
// and an odd mixture.
const std::vector<std::vector<RuleSet>>& Questions() {
  static const std::vector<std::vector<RuleSet>> questions = [] {
    std::vector<std::vector<RuleSet>> out{Rules().ForUnknownKernel()};
    for (const char* kernel : {"4.19", "4.20", "5.0", "5.2", "5.4", "5.13",
                               "5.14", "5.19", "6.1", "6.12", "7.3", "9.9"})
      out.push_back({RulesOf(kernel)});
    out.push_back({RulesOf("5.2"), RulesOf("5.4"), RulesOf("9.9")});
    return out;
  }();
  return questions;
}

// Prints how much was compared, so that a log shows a test that went hollow.
void ExpectCompared(uint64_t pairs, uint64_t at_least) {
  std::printf("compared %llu pairs\n", static_cast<unsigned long long>(pairs));
  EXPECT_GE(pairs, at_least);
}

TEST(PairClasses, EqualDecideOnEveryWorkedHost) {
  uint64_t pairs = 0;
  for (const auto& entry :
       fs::directory_iterator(P2PCHECK_SOURCE_DIR "/fixtures/cases/sketches")) {
    std::string name = entry.path().stem();
    for (int reader = 0; reader < 3; ++reader)
      for (const auto& kernels : Questions())
        pairs += Check(
            WholeHost(Sketch(SketchText(name), {reader == 1, reader == 2}),
                      kernels),
            name);
  }
  ExpectCompared(pairs, 40'000);
}

// With kinds and a choice of functions that no rule would give.
Case RandomCase(uint32_t seed) {
  std::mt19937 random(seed);
  Case c =
      WholeHost(RandomForest(seed), Questions()[random() % Questions().size()]);
  for (size_t i = 0; i < c.kinds.size(); ++i) {
    c.kinds[i] = static_cast<DeviceKind>(random() % 3);
    c.selected[i] = random() % 4 != 0;
  }
  return c;
}

// Forests in which nothing is unknown, or nobody redirects, would prove little.
TEST(PairClasses, RandomForestsHaveEveryRelationAndAcsState) {
  std::map<std::tuple<PairRelation, PairAcs, uint8_t>, uint64_t> seen;
  for (uint32_t seed = 1; seed <= 300; ++seed)
    for (const PairClass& c : ClassifyPairs(RandomCase(seed).Input()))
      seen[{c.relation, c.acs, c.possible.bits()}] += c.pairs;
  std::printf("%zu kinds of pair\n", seen.size());
  EXPECT_GE(seen.size(), 25u);
}

TEST(PairClasses, EqualDecideOnRandomForests) {
  uint64_t pairs = 0;
  for (uint32_t seed = 1; seed <= 500 && !HasFailure(); ++seed)
    pairs += Check(RandomCase(seed),
                   fmt::format("seed {}:\n{}", seed, RandomForestSketch(seed)));
  ExpectCompared(pairs, 300'000);
}

// Only what a test can hold: brute force on 2,000 functions is 4 million
// verdicts.
TEST(PairClasses, EqualDecideOnRecordedHosts) {
  uint64_t pairs = 0;
  fs::path hosts = P2PCHECK_SOURCE_DIR "/fixtures/hosts";
  if (!fs::exists(hosts)) GTEST_SKIP() << "no recorded hosts";
  for (const auto& entry : fs::recursive_directory_iterator(hosts)) {
    if (entry.path().extension() != ".recording") continue;
    HostSnapshot host = ReadSource(entry.path().string(), {});
    if (host.functions.size() > 400) continue;
    for (const auto& kernels :
         {Rules().ForUnknownKernel(), {RulesOf("5.2")}, {RulesOf("6.12")}})
      pairs += Check(WholeHost(host, kernels), entry.path().string());
  }
  ExpectCompared(pairs, 1);
}

// A forest in which there is something to get wrong.
Case RichCase() {
  uint32_t seed = 1;
  for (;; ++seed) {
    Case c = WholeHost(Sketch(RandomForestSketch(seed)), {RulesOf("6.12")});
    if (ClassifyPairs(c.Input()).size() > 40) return c;
  }
}

// One pair goes to another distance; one without any gets one.
void Shift(PairClass* c, bool nearest) {
  if (c->distances.empty()) c->distances.push_back({7, 0});
  PairsAtDistance& from = nearest ? c->distances.front() : c->distances.back();
  from.distance += nearest ? -1 : 1;
}

// A test of the test: whatever is wrong with the classes, it is noticed.
TEST(PairClasses, EveryPlantedErrorIsNoticed) {
  using Plant = std::function<void(std::vector<PairClass>*, size_t)>;
  const std::pair<const char*, Plant> kPlants[] = {
      {"one pair more", [](auto* all, size_t i) { ++(*all)[i].pairs; }},
      {"one pair less", [](auto* all, size_t i) { --(*all)[i].pairs; }},
      {"nearer", [](auto* all, size_t i) { Shift(&(*all)[i], true); }},
      {"farther", [](auto* all, size_t i) { Shift(&(*all)[i], false); }},
      {"class lost", [](auto* all, size_t i) { all->erase(all->begin() + i); }},
      {"class twice", [](auto* all, size_t i) { all->push_back((*all)[i]); }},
      {"other outcome",
       [](auto* all, size_t i) {
         MapTypeSet& set = (*all)[i].possible;
         set = MapTypeSet::FromBits(set.bits() ^ 7);
       }},
      {"other example",
       [](auto* all, size_t i) {
         const PairClass& other = (*all)[(i + 1) % all->size()];
         (*all)[i].provider = other.provider;
         (*all)[i].client = other.client;
       }},
  };
  Case c = RichCase();
  std::map<Key, PairClass> want = BruteForce(c);
  const std::vector<PairClass> right = ClassifyPairs(c.Input());
  ASSERT_EQ(Compare(c, right, want), "");
  for (const auto& [name, plant] : kPlants) {
    for (size_t i = 0; i < right.size(); ++i) {
      std::vector<PairClass> wrong = right;
      plant(&wrong, i);
      EXPECT_NE(Compare(c, wrong, want), "") << name << " in class " << i;
    }
  }
}

// The same with an error of judgement: the classes of a host that differs in
// one port's ACS control from the one that is asked about.
TEST(PairClasses, OnePortMisjudgedIsNoticed) {
  SketchOptions whole;
  const std::string text = SketchText("P06");
  Case right = WholeHost(Sketch(text, whole), {RulesOf("6.12")});
  HostSnapshot flipped = Sketch(text, whole);
  for (FunctionRecord& record : flipped.functions) {
    HeldConfig held(record.config);
    Observed<AcsCapability> acs = DecodeAcs(held);
    if (!acs.known()) continue;
    PutWord(&record.config, acs.value().offset + 6,
            acs.value().control ^ kAcsRequestRedirect ^ kAcsCompletionRedirect);
    break;
  }
  Case wrong = WholeHost(std::move(flipped), {RulesOf("6.12")});
  EXPECT_NE(Compare(right, ClassifyPairs(wrong.Input()), BruteForce(right)),
            "");
}

}  // namespace
}  // namespace p2pcheck
