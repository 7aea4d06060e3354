// SPDX-License-Identifier: GPL-2.0-or-later
//
// Decide against an oracle on every small host: every forest of up to four
// functions on one or two root buses, one of them a virtual function or none,
// each with ACS off, on, absent or unreadable, each host bridge listed, not
// listed, listed for itself only or unread, the CPU vouching, not vouching or
// unread; every ordered pair.
//
// The law is equality, not containment: the set is the union of what the
// kernel would say over all ways in which the unknowns may turn out.
//
// In full (P2PCHECK_EXHAUSTIVE=1) that is some 200 million pairs.  Without it
// forests of four functions are taken up to the naming of their functions and
// without VFs, and hosts of three and four functions meet every 5th and 11th
// of the 48 states of CPU and host bridges, another one each time: every
// forest still meets every ACS state, and every state of the host.
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>

#include "support/judge.h"
#include "support/small_world.h"

namespace p2pcheck {
namespace {

constexpr int kHostStates = 3 * 4 * 4;
constexpr int kLargest = 4;

WorldState HostStateOf(int code) {
  WorldState state;
  state.cpu = static_cast<CpuState>(code % 3);
  state.listed[0] = static_cast<ListedState>(code / 3 % 4);
  state.listed[1] = static_cast<ListedState>(code / 12);
  return state;
}

class Comparison {
 public:
  // Compares all pairs of a forest in its ACS states and every `stride`th
  // state of the host.
  void Run(const Forest& forest, int stride) {
    for (int p = 0; p < forest.size; ++p)
      for (int c = 0; c < forest.size; ++c)
        worlds_[p][c] = Completions(ShapeOf(forest, p, c));
    for (int code = 0; code < 1 << (2 * forest.size); ++code) {
      std::array<AcsState, kMaxFunctions> acs{};
      for (int i = 0; i < forest.size; ++i)
        acs[i] = static_cast<AcsState>(code >> (2 * i) & 3);
      RunHost(forest, acs, stride);
      if (::testing::Test::HasFailure()) return;
    }
  }

  uint64_t pairs() const { return pairs_; }

 private:
  void RunHost(const Forest& forest,
               const std::array<AcsState, kMaxFunctions>& acs, int stride) {
    HostSnapshot snapshot = MakeSmallHost(forest, acs);
    Topology topology = BuildTopology(snapshot);
    for (FunctionIndex i = 0; i < topology.functions().size(); ++i)
      index_[topology[i].record->subsystem_device.value()] = i;
    offset_ = (offset_ + 1) % stride;
    for (int code = offset_; code < kHostStates; code += stride) {
      WorldState state = HostStateOf(code);
      state.acs = acs;
      SetListed(&snapshot, state.listed);
      for (int p = 0; p < forest.size; ++p)
        for (int c = 0; c < forest.size; ++c) Compare(topology, state, p, c);
    }
  }

  void Compare(const Topology& topology, const WorldState& state, int p,
               int c) {
    const PairShape& shape = worlds_[p][c].shape();
    Verdict verdict =
        Decide(topology, rules_, cpus_[static_cast<int>(state.cpu)], index_[p],
               index_[c]);
    ++pairs_;
    ASSERT_FALSE(verdict.possible.empty());
    ASSERT_EQ(verdict.possible, worlds_[p][c].Of(state)) << Name(state, p, c);
    // The oracle's shape is that of both directions, so these are symmetric.
    ASSERT_EQ(verdict.distance, shape.distance) << Name(state, p, c);
    ASSERT_EQ(verdict.common_bridge,
              shape.meets ? index_[shape.common] : kNoIndex);
    ASSERT_EQ(verdict.missing.empty(), verdict.possible.decided());
    CompareList(shape, state, verdict);
    ASSERT_EQ(verdict.reasons.back().leaves, verdict.possible);
  }

  void CompareList(const PairShape& shape, const WorldState& state,
                   const Verdict& verdict) {
    size_t at = 0;
    bool complete = true;
    for (int i : shape.order) {
      complete &= state.acs[i] != AcsState::kUnknown;
      if (state.acs[i] != AcsState::kOn) continue;
      ASSERT_LT(at, verdict.acs_redirect.size());
      ASSERT_EQ(verdict.acs_redirect[at++], index_[i]);
    }
    ASSERT_EQ(at, verdict.acs_redirect.size());
    ASSERT_EQ(complete, verdict.acs_redirect_complete);
  }

  static std::string Name(const WorldState& state, int p, int c) {
    std::string name = "acs";
    for (AcsState acs : state.acs)
      name += ' ' + std::to_string(static_cast<int>(acs));
    return name + ", pair " + std::to_string(p) + " " + std::to_string(c);
  }

  RuleSet rules_ = SmallWorldRules();
  CpuIdentity cpus_[3] = {SmallWorldCpu(CpuState::kNo),
                          SmallWorldCpu(CpuState::kYes),
                          SmallWorldCpu(CpuState::kUnknown)};
  std::vector<std::vector<Completions>> worlds_{
      kMaxFunctions, {kMaxFunctions, Completions({})}};
  FunctionIndex index_[kMaxFunctions] = {};
  int offset_ = 0;
  uint64_t pairs_ = 0;
};

TEST(SmallWorlds, DecideIsTheUnionOverAllCompletions) {
  constexpr int kStride[] = {0, 1, 1, 5, 11};
  bool full = std::getenv("P2PCHECK_EXHAUSTIVE") != nullptr;
  Comparison comparison;
  for (int size = 1; size <= kLargest; ++size) {
    auto run = [&](const Forest& forest) {
      comparison.Run(forest, full ? 1 : kStride[size]);
    };
    if (size < kLargest || full)
      ForEachForest(size, run);
    else
      ForEachOrderedForest(size, run);
  }
  std::printf("small worlds: %llu pairs compared\n",
              static_cast<unsigned long long>(comparison.pairs()));
  EXPECT_GT(comparison.pairs(), full ? 100'000'000u : 2'000'000u);
}

// Swapping provider and client changes the order of the list, nothing else.
TEST(SmallWorlds, ShapesAreSymmetric) {
  ForEachForest(4, [](const Forest& forest) {
    for (int p = 0; p < forest.size; ++p)
      for (int c = 0; c < forest.size; ++c) {
        PairShape there = ShapeOf(forest, p, c), back = ShapeOf(forest, c, p);
        EXPECT_EQ(there.distance, back.distance);
        EXPECT_EQ(there.counted, back.counted);
        EXPECT_EQ(there.common, back.common);
      }
  });
}

}  // namespace
}  // namespace p2pcheck
