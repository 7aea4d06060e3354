// SPDX-License-Identifier: GPL-2.0-or-later
//
// The model check catches damage, and finds none in large hosts.
#include <gtest/gtest.h>

#include "support/judge.h"

namespace p2pcheck {

class TopologyTestPeer {
 public:
  static std::vector<Function>& Functions(Topology* topology) {
    return topology->functions_;
  }
  static std::vector<HostBridge>& Bridges(Topology* topology) {
    return topology->host_bridges_;
  }
};

namespace {

// The worked host P21 (two host bridges), spoilt by `damage`.
template <class Damage>
std::string CheckAfter(Damage damage) {
  HostSnapshot snapshot = Sketch(SketchText("P21"));
  Topology topology = BuildTopology(snapshot);
  EXPECT_EQ(CheckTopology(topology), "");
  damage(TopologyTestPeer::Functions(&topology),
         TopologyTestPeer::Bridges(&topology));
  return CheckTopology(topology);
}

using Functions = std::vector<Function>&;
using Bridges = std::vector<HostBridge>&;

// 0: 16:00.0  1: 16:02.0  2: 17:00.0  3: 30:00.1  4: 30:02.0  5: 31:00.0
TEST(CheckTopology, FindsDamageInTheTree) {
  EXPECT_NE(CheckAfter([](Functions f, Bridges) { f[2].depth = 5; }), "");
  EXPECT_NE(CheckAfter([](Functions f, Bridges) { f[0].depth = 1; }), "");
  EXPECT_NE(CheckAfter([](Functions f, Bridges) { f[2].upstream = 2; }), "");
  EXPECT_NE(CheckAfter([](Functions f, Bridges) { f[2].upstream = 4; }), "");
  EXPECT_NE(CheckAfter([](Functions f, Bridges) { f[2].upstream = 77; }), "");
  EXPECT_NE(CheckAfter([](Functions f, Bridges) { f[2].host_bridge = 1; }), "");
  EXPECT_NE(CheckAfter([](Functions f, Bridges) {
              f[2].placed_by = PlacedBy::kNowhere;
            }),
            "");
  EXPECT_NE(
      CheckAfter([](Functions f, Bridges) { f[2].host_bridge = kNoIndex; }),
      "");
}

TEST(CheckTopology, FindsDamageInTheHostBridges) {
  EXPECT_NE(CheckAfter([](Functions, Bridges b) { b[0].functions.pop_back(); }),
            "");
  EXPECT_NE(CheckAfter([](Functions, Bridges b) { b[0].functions[1] = 0; }),
            "");
  EXPECT_NE(CheckAfter([](Functions, Bridges b) { b[0].functions[1] = 2; }),
            "");
  EXPECT_NE(CheckAfter([](Functions, Bridges b) { b[0].functions[1] = 77; }),
            "");
  EXPECT_NE(CheckAfter([](Functions, Bridges b) {
              std::swap(b[0].functions, b[1].functions);
            }),
            "");
  EXPECT_NE(
      CheckAfter([](Functions, Bridges b) { b[0].first = FunctionIndex{2}; }),
      "");
}

// `count` functions: root ports with a switch each, in as many domains as it
// takes.
HostSnapshot LargeHost(uint32_t count) {
  HostSnapshot snapshot;
  for (uint32_t i = 0; i < count; ++i) {
    FunctionRecord record;
    uint32_t in_domain = i % 5000;
    record.address = {i / 5000, static_cast<uint8_t>(in_domain / 250),
                      static_cast<uint8_t>(in_domain % 250)};
    const PciAddress& own = record.address;
    if (own.bus == 0)
      record.parent = ParentLink{true, {}, {own.domain, 0}};
    else
      record.parent = ParentLink{
          false, {own.domain, static_cast<uint8_t>(own.bus - 1), 7}, {}};
    record.physfn = Absent{};
    snapshot.functions.push_back(std::move(record));
  }
  return snapshot;
}

TEST(CheckTopology, HundredThousandFunctions) {
  HostSnapshot snapshot = LargeHost(100'000);
  Topology topology = BuildTopology(snapshot);
  EXPECT_EQ(CheckTopology(topology), "");
  EXPECT_TRUE(topology.problems().empty());
  EXPECT_EQ(topology.host_bridges().size(), 20u);
  EXPECT_EQ(topology.functions().back().depth, 19);
}

// The deepest nesting that bus numbers allow, as one chain: each function
// climbs only what nobody climbed before it.
TEST(CheckTopology, LongChainsCostOneClimb) {
  HostSnapshot snapshot = LargeHost(100'000);
  for (size_t i = 1; i < snapshot.functions.size(); ++i)
    snapshot.functions[i].parent =
        ParentLink{false, snapshot.functions[i - 1].address, {}};
  Topology topology = BuildTopology(snapshot);
  EXPECT_EQ(CheckTopology(topology), "");
  EXPECT_EQ(topology.host_bridges().size(), 1u);
}

}  // namespace
}  // namespace p2pcheck
