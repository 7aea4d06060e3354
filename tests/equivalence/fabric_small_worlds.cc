// SPDX-License-Identifier: GPL-2.0-or-later
//
// The fabric core against Decide on every small host: every shape of up to
// five functions on one or two root buses, each function with ACS off, on,
// absent or unreadable, each host bridge listed, not listed, listed for itself
// only or unread, the CPU vouching, not vouching or unread; every ordered
// pair, once as a cell of the matrix and once by itself.
//
// Forests of up to three functions come in every naming and with VFs, so that
// a preorder that mixes up names is seen.  Five functions meet every 11th of
// the 48 states of CPU and host bridges, another one each time: every shape
// still meets every ACS state, and every state of the host.
//
// A program of its own, because under sanitizers it would take minutes.
#include <gtest/gtest.h>

#include <cstdio>

#include "support/fabric_comparison.h"
#include "support/small_world.h"

namespace p2pcheck {
namespace {

constexpr int kHostStates = 3 * 4 * 4;

class SmallWorlds {
 public:
  // All ACS states of a forest, each in every `stride`th state of the host.
  void Run(const Forest& forest, int stride) {
    ++forests_;
    for (int code = 0; code < 1 << (2 * forest.size) && wrong_.empty();
         ++code) {
      std::array<AcsState, kMaxFunctions> acs{};
      for (int i = 0; i < forest.size; ++i)
        acs[i] = static_cast<AcsState>(code >> (2 * i) & 3);
      RunHost(MakeSmallHost(forest, acs), stride);
    }
  }

  uint64_t forests() const { return forests_; }
  uint64_t pairs() const { return pairs_; }
  const std::string& wrong() const { return wrong_; }

 private:
  void RunHost(HostSnapshot snapshot, int stride) {
    Topology topology = BuildTopology(snapshot);
    offset_ = (offset_ + 1) % stride;
    for (int code = offset_; code < kHostStates; code += stride) {
      SetListed(&snapshot, {static_cast<ListedState>(code / 3 % 4),
                            static_cast<ListedState>(code / 12)});
      FabricComparison comparison(topology, question_, cpus_[code % 3]);
      wrong_ = comparison.All();
      pairs_ += comparison.pairs();
      if (!wrong_.empty()) return;
    }
  }

  KernelQuestion question_{{SmallWorldRules()}, Ternary::kYes};
  CpuIdentity cpus_[3] = {SmallWorldCpu(CpuState::kNo),
                          SmallWorldCpu(CpuState::kYes),
                          SmallWorldCpu(CpuState::kUnknown)};
  int offset_ = 0;
  uint64_t forests_ = 0, pairs_ = 0;
  std::string wrong_;
};

TEST(FabricSmallWorlds, EqualDecideOnEveryForest) {
  SmallWorlds worlds;
  for (int size = 1; size <= 3; ++size)
    ForEachForest(size, [&](const Forest& f) { worlds.Run(f, 1); });
  ForEachShape(4, [&](const Forest& f) { worlds.Run(f, 1); });
  ForEachShape(5, [&](const Forest& f) { worlds.Run(f, 11); });
  EXPECT_EQ(worlds.wrong(), "");
  std::printf("small worlds: %llu forests, %llu pairs compared\n",
              static_cast<unsigned long long>(worlds.forests()),
              static_cast<unsigned long long>(worlds.pairs()));
  EXPECT_GE(worlds.pairs(), 12'000'000u);
}

}  // namespace
}  // namespace p2pcheck
