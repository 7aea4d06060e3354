// SPDX-License-Identifier: GPL-2.0-or-later
//
// The fabric core against Decide, pair by pair, on hosts of every kind.  The
// two share no code above the tree, so that their agreement means something.
// Small worlds, every one of them: fabric_small_worlds.cc.
#include "fabric/fabric.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <map>
#include <random>

#include "source/source.h"
#include "support/fabric_comparison.h"
#include "support/judge.h"
#include "support/random_fabric.h"
#include "support/random_forest.h"

namespace p2pcheck {
namespace {

namespace fs = std::filesystem;

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

TEST(FabricEquality, EveryRecordedHost) {
  fs::path hosts = P2PCHECK_SOURCE_DIR "/fixtures/hosts";
  if (!fs::exists(hosts)) GTEST_SKIP() << "no recorded hosts";
  uint64_t pairs = 0;
  for (const auto& entry : fs::recursive_directory_iterator(hosts)) {
    if (entry.path().extension() != ".recording") continue;
    Host host(ReadSource(entry.path().string(), {}));
    pairs += Check(host, QuestionOf(host.snapshot()), entry.path().string());
  }
  ExpectCompared(pairs, 130'000);
}

// --- large fabrics, sampled ------------------------------------------------

// Of some providers a row each, cut somewhere, of which some cells are held
// against Decide: far ones and near ones, since neighbours meet lower.
class Sampler {
 public:
  Sampler(const Topology& topology, const KernelQuestion& question,
          const CpuIdentity& cpu)
      : comparison_(topology, question, cpu), fabric_(comparison_.Build()) {}

  std::string Rows(int rows, int cells) {
    std::string wrong;
    for (int i = 0; i < rows && wrong.empty(); ++i) wrong = Row(cells);
    return wrong;
  }
  uint64_t pairs() const { return comparison_.pairs(); }
  const Fabric& fabric() const { return fabric_; }

 private:
  FabricIndex Any() { return random_() % fabric_.size(); }

  FabricIndex Near(FabricIndex f, FabricRange in) {
    FabricIndex near = f + random_() % 41;
    near -= std::min(near, FabricIndex{20});
    return std::clamp(near, in.begin, in.end - 1);
  }

  std::string Row(int cells) {
    FabricIndex provider = Any(), a = Any(), b = Any();
    FabricRange clients{std::min(a, b), std::max(a, b) + 1};
    if (random_() % 2) clients = fabric_.All();
    std::vector<uint8_t> outcomes(clients.size()), same(clients.size());
    std::vector<uint16_t> distances(clients.size());
    FabricRange row{provider, provider + 1};
    fabric_.OutcomesAndDistances(row, clients, outcomes.data(),
                                 distances.data());
    fabric_.Outcomes(row, clients, same.data());
    if (same != outcomes) return "outcomes hang on whether distances are asked";
    for (int i = 0; i < cells; ++i) {
      FabricIndex client = i % 2 ? Near(provider, clients)
                                 : clients.begin + random_() % clients.size();
      size_t at = client - clients.begin;
      std::string wrong = Cell(provider, client, outcomes[at], distances[at]);
      if (!wrong.empty()) return wrong;
    }
    return "";
  }

  std::string Cell(FabricIndex provider, FabricIndex client, uint8_t outcome,
                   uint16_t distance) {
    PairScore cell{MapTypeSet::FromBits(outcome), std::nullopt};
    if (distance != Fabric::kNoDistance) cell.distance = distance;
    if (!(fabric_.Score(provider, client) == cell))
      return "a pair by itself differs from its cell";
    return comparison_.One(fabric_.FunctionAt(provider),
                           fabric_.FunctionAt(client), cell);
  }

  FabricComparison comparison_;
  Fabric fabric_;
  std::mt19937 random_{65536};
};

CpuIdentity OldIntel() {
  CpuIdentity cpu;
  cpu.architecture = std::string("x86_64");
  cpu.vendor = std::string("GenuineIntel");
  cpu.family = uint32_t{6};
  return cpu;
}

// Bushes, trees so deep that their levels need more than a byte, nearly
// lists, and functions that nobody could place.
TEST(FabricEquality, LargeRandomFabrics) {
  const FabricShape kShapes[] = {
      {.functions = 65536, .reach = 5000, .redirecting = 9},
      {.functions = 65536, .reach = 64, .nowhere = 100},
      {.functions = 30000, .reach = 3, .rootless = 3000, .redirecting = 2000},
      {.functions = 8000, .reach = 1, .rootless = 900, .redirecting = 300},
      {.functions = 20000, .reach = 100, .redirecting = 0, .unsure = 2},
  };
  const CpuIdentity cpu = OldIntel();
  uint64_t pairs = 0;
  uint32_t seed = 1;
  for (const FabricShape& shape : kShapes) {
    RandomFabric host(++seed, shape);
    ASSERT_EQ(CheckTopology(host.topology()), "");
    KernelQuestion question = QuestionOf({RulesOf(seed % 2 ? "6.1" : "5.13")});
    Sampler sampler(host.topology(), question, cpu);
    // Deep trees are slow to climb.
    EXPECT_EQ(sampler.Rows(shape.reach < 10 ? 20 : 100, 200), "")
        << "shape " << seed;
    pairs += sampler.pairs();
  }
  ExpectCompared(pairs, 60'000);
}

// A chain of more bridges than bus numbers allow: a row of distances has no
// room for it, and says so; single pairs are still right.
TEST(FabricEquality, DistancesBeyondARow) {
  RandomFabric host(1, {.functions = 40000, .reach = 1, .rootless = 0});
  KernelQuestion question = QuestionOf({RulesOf("6.12")});
  CpuIdentity cpu = OldIntel();
  FabricComparison comparison(host.topology(), question, cpu);
  Fabric fabric = comparison.Build();
  EXPECT_FALSE(fabric.distances_fit());
  uint8_t outcome = 0;
  uint16_t distance = 0;
  FabricRange one{39999, 40000};
  EXPECT_THROW(fabric.OutcomesAndDistances(one, one, &outcome, &distance),
               std::logic_error);
  for (FunctionIndex c : {0u, 17u, 20000u, 39998u, 39999u})
    EXPECT_EQ(comparison.One(39999, c, fabric.ScoreOf(39999, c)), "");
  std::vector<uint8_t> row(fabric.size());
  fabric.Outcomes({0, 1}, fabric.All(), row.data());
  for (FabricIndex c : {0u, 1u, 17u, 300u, 39999u})
    EXPECT_EQ(row[c], fabric.Score(0, c).possible.bits());
}

}  // namespace

// --- tests of the test -----------------------------------------------------

// Reaches into an index and breaks it.
class FabricTestPeer {
 public:
  using Plant = std::function<void(Fabric*, size_t)>;
  struct Kind {
    const char* name;
    size_t count;
    Plant plant;
  };

  // Every table of an index, an entry at a time.
  static std::vector<Kind> Kinds(const Fabric& f) {
    size_t n = f.nodes_.size(), b = f.buses_.size();
    return {
        {"common", 3 * b,
         [](Fabric* w, size_t i) { Flip(&w->buses_[i / 3].common[i % 3]); }},
        {"apart", b, [](Fabric* w, size_t i) { Flip(&w->buses_[i].apart); }},
        {"across", f.across_.size(),
         [](Fabric* w, size_t i) { Flip(&w->across_[i]); }},
        {"nowhere", 1, [](Fabric* w, size_t) { Flip(&w->nowhere_); }},
        {"itself nowhere", 3,
         [](Fabric* w, size_t i) { Flip(&w->itself_nowhere_[i]); }},
        {"level", n, [](Fabric* w, size_t i) { ++w->nodes_[i].level; }},
        {"narrow level", n, [](Fabric* w, size_t i) { ++w->level16_[i]; }},
        {"redirect", n, [](Fabric* w, size_t i) { ++w->nodes_[i].redirect; }},
        {"unsure", n, [](Fabric* w, size_t i) { ++w->nodes_[i].unsure; }},
        {"own", n, [](Fabric* w, size_t i) { Turn(&w->own_[i]); }},
        {"below", n, [](Fabric* w, size_t i) { w->below_[i] = Ternary::kNo; }},
        {"end", n, [](Fabric* w, size_t i) { --w->nodes_[i].end; }},
        {"marker", 1, [](Fabric* w, size_t) { ++w->apart_distance_; }},
        {"no distance", 1, [](Fabric* w, size_t) { w->has_distance_ ^= 1; }},
    };
  }

 private:
  static void Flip(uint8_t* bits) { *bits ^= 7; }
  static void Turn(Ternary* t) {
    *t = *t == Ternary::kYes ? Ternary::kNo : Ternary::kYes;
  }
};

namespace {

// Whether a host has something of everything.
bool IsRich(const Topology& topology) {
  size_t lost = 0, unsure = 0, redirecting = 0;
  for (const Function& f : topology.functions()) {
    lost += !f.placed();
    if (!f.placed()) continue;
    unsure += RedirectsP2p(f) == Ternary::kUnknown;
    redirecting += RedirectsP2p(f) == Ternary::kYes;
  }
  return lost > 1 && lost < topology.functions().size() / 2 && unsure > 3 &&
         redirecting > 3 && topology.host_bridges().size() > 2;
}

std::vector<Host> RichHosts(size_t count) {
  std::vector<Host> hosts;
  for (uint32_t seed = 1; hosts.size() < count; ++seed) {
    Host host(RandomForest(seed));
    if (IsRich(host.topology())) hosts.push_back(std::move(host));
  }
  return hosts;
}

size_t CountNoticed(const FabricTestPeer::Kind& kind, const Fabric& right,
                    FabricComparison* comparison) {
  size_t noticed = 0;
  for (size_t i = 0; i < kind.count; ++i) {
    Fabric wrong = right;
    kind.plant(&wrong, i);
    noticed += !comparison->All(wrong, FabricMatrix(wrong)).empty();
  }
  return noticed;
}

// Not every entry matters on every host, but every sort of entry does.
TEST(FabricEquality, EveryPlantedErrorIsNoticed) {
  std::map<std::string, std::pair<size_t, size_t>> noticed;
  KernelQuestion question = QuestionOf({RulesOf("6.12")});
  for (const Host& host : RichHosts(4)) {
    FabricComparison comparison(host.topology(), question, host.cpu());
    const Fabric right = comparison.Build();
    ASSERT_EQ(comparison.All(right, FabricMatrix(right)), "");
    for (const auto& kind : FabricTestPeer::Kinds(right)) {
      noticed[kind.name].first += CountNoticed(kind, right, &comparison);
      noticed[kind.name].second += kind.count;
    }
  }
  for (const auto& [name, of] : noticed) {
    std::printf("%-15s %zu of %zu noticed\n", name.c_str(), of.first,
                of.second);
    EXPECT_GT(of.first, 0u) << name;
  }
}

}  // namespace
}  // namespace p2pcheck
