// SPDX-License-Identifier: GPL-2.0-or-later
#include "verdict/route_score.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "support/judge.h"
#include "support/random_forest.h"

namespace p2pcheck {
namespace {

// A GPU and a NIC below a switch with a narrow uplink; ACS of their ports.
HostSnapshot Server(unsigned gpu_port, unsigned nic_port,
                    const char* cpu = "") {
  return Sketch(fmt::format(R"({}
root 0 0
dev 0000:00:01.0 id=8086:1901 t=4 acs=1f/1d sec=1 mps=256 link=8x8 numa=0
dev 0000:01:00.0 id=10b5:8747 t=5 sec=2 mps=256 link=8x8 numa=0
dev 0000:02:08.0 id=10b5:8747 t=6 acs=7f/{:x} sec=3 mps=256 link=16x16 numa=0
dev 0000:02:10.0 id=10b5:8747 t=6 acs=7f/{:x} sec=4 mps=256 link=16x16 numa=0
dev 0000:03:00.0 id=10de:2330 t=0 mps=256 link=16x16 numa=0
dev 0000:04:00.0 id=15b3:1021 t=0 mps=256 link=16x16 numa=0
root 0 40
dev 0000:40:01.0 id=8086:1901 t=4 acs=1f/1d sec=41 mps=256 link=32x16 numa=0
dev 0000:41:00.0 id=10de:2330 t=0 mps=256 link=32x16 numa=0
root 0 80
dev 0000:80:01.0 id=8086:1901 t=4 acs=1f/1d sec=81 mps=256 link=32x16 numa=1
dev 0000:81:00.0 id=10de:2330 t=0 mps=256 link=32x16 numa=1
root 0 c0
dev 0000:c0:01.0 id=8086:1901 t=4 acs=1f/1d sec=c1 mps=256 link=32x16 numa=0
dev 0000:c1:00.0 id=10de:2330 t=0 mps=256 link=32x16 numa=0
)",
                            cpu, gpu_port, nic_port));
}

RouteScore Score(const Host& host, const char* provider, const char* client) {
  std::vector<FunctionIndex> selected;
  for (FunctionIndex i = 0; i < host.topology().functions().size(); ++i)
    if (!host.topology()[i].is_bridge) selected.push_back(i);
  return RouteScorer(host.topology(), Rules(), host.cpu(), selected)
      .Score(host.At(provider), host.At(client));
}

constexpr LinkTraining kGen3x8{80, 8, false}, kGen4x16{160, 16, false},
    kGen5x16{320, 16, false};

TEST(RouteScore, DirectBelowASwitchItIsTheLinksOfTheTwo) {
  Host host(Server(0, 0));
  RouteScore score = Score(host, "03:00.0", "04:00.0");
  EXPECT_EQ(score.line(), LineRate(kGen4x16));
  EXPECT_EQ(score.to_client.now.line, score.to_provider.now.line);
  EXPECT_EQ(score.usable(), score.to_provider.now.payload);
  EXPECT_EQ(score.to_provider.shared_by, 1u);
  EXPECT_FALSE(score.to_provider.crossing.crosses);
}

// What the client sends is redirected, what the provider sends is not.
TEST(RouteScore, ARedirectOfOneSideNarrowsOneWay) {
  Host host(Server(0, kAcsRequestRedirect));
  RouteScore score = Score(host, "03:00.0", "04:00.0");
  EXPECT_EQ(score.to_provider.now.line, LineRate(kGen3x8));
  EXPECT_EQ(score.to_provider.now.narrowest, host.At("01:00.0"));
  EXPECT_EQ(score.to_provider.BottleneckPort(host.topology()),
            host.At("00:01.0"));
  EXPECT_EQ(score.to_provider.shared_by, 2u);
  EXPECT_EQ(score.to_provider.crossing.kind, CrossingKind::kRootComplex);
  EXPECT_EQ(score.to_client.now.line, LineRate(kGen4x16));
  EXPECT_FALSE(score.to_client.crossing.crosses);
  EXPECT_EQ(score.line(), LineRate(kGen3x8));
}

TEST(RouteScore, BlockedIsNoRate) {
  Host host(Server(0, kAcsEgressControl));
  // An empty vector lets all pass; one that is set, without RR, blocks some.
  EXPECT_FALSE(Score(host, "03:00.0", "04:00.0").to_provider.blocked);
  HostSnapshot snapshot = Server(0, kAcsEgressControl);
  HideConfig(&RecordAt(&snapshot, "02:10.0"), 0x100);
  WayScore open = Score(Host(snapshot), "03:00.0", "04:00.0").to_provider;
  EXPECT_TRUE(open.route_open);
  EXPECT_FALSE(open.now.line.has_value());
  EXPECT_FALSE(open.usable.has_value());
}

// Nobody measured what passes there: links are known, the usable rate is not.
TEST(RouteScore, AnUnmeasuredCrossingIsUnknown) {
  Host host(Server(0, 0));
  RouteScore score = Score(host, "41:00.0", "c1:00.0");
  EXPECT_EQ(score.line(), LineRate(kGen5x16));
  EXPECT_EQ(score.to_provider.crossing.kind, CrossingKind::kHostBridges);
  EXPECT_EQ(score.to_provider.crossing.rule, nullptr);
  EXPECT_EQ(score.usable(), std::nullopt);
}

// rules/bandwidth.toml: family 19h passes 54 GB/s or more between host
// bridges, and 39 between two sockets.
TEST(RouteScore, MeasuredCrossings) {
  HostSnapshot snapshot = Server(0, 0, "cpu 2 0x19");
  snapshot.host.numa_nodes = StringList{"online 0-1"};
  Host host(snapshot);
  RouteScore slow = Score(host, "03:00.0", "41:00.0");
  EXPECT_EQ(slow.usable(), PayloadRate(kGen3x8, 256));
  RouteScore sockets = Score(host, "41:00.0", "81:00.0");
  EXPECT_EQ(sockets.to_client.crossing.kind, CrossingKind::kNumaNodes);
  ASSERT_NE(sockets.to_client.crossing.rule, nullptr);
  EXPECT_EQ(sockets.usable(),
            std::min<uint64_t>(39'000'000'000, PayloadRate(kGen5x16, 256)));
  // Four nodes are no two sockets.
  snapshot.host.numa_nodes = StringList{"online 0-3"};
  EXPECT_EQ(Score(Host(snapshot), "41:00.0", "81:00.0").usable(), std::nullopt);
}

// More than was measured to pass, where links were the limit, may pass or not.
TEST(RouteScore, BeyondWhatWasMeasuredIsUnknown) {
  std::string text =
      "cpu 2 0x19\nroot 0 0\n"
      "dev 0000:00:01.0 id=8086:1901 t=4 sec=1 link=64x16\n"
      "dev 0000:01:00.0 id=10de:2330 t=0 mps=256 link=64x16\n"
      "root 0 40\n"
      "dev 0000:40:01.0 id=8086:1901 t=4 sec=41 link=64x16\n"
      "dev 0000:41:00.0 id=10de:2330 t=0 mps=256 link=64x16\n";
  HostSnapshot snapshot = Sketch(text);
  snapshot.host.numa_nodes = StringList{"online 0"};
  RouteScore score = Score(Host(snapshot), "01:00.0", "41:00.0");
  ASSERT_NE(score.to_provider.crossing.rule, nullptr);
  EXPECT_TRUE(score.to_provider.crossing.rule->at_least);
  EXPECT_TRUE(score.to_provider.now.payload.has_value());
  EXPECT_EQ(score.usable(), std::nullopt);
}

// The way there of a pair is the way back of the pair turned round, whenever
// both are one way.
TEST(RouteScore, SymmetricLinksGiveSymmetricScores) {
  size_t compared = 0;
  for (uint32_t seed = 0; seed < 60; ++seed) {
    Host host(RandomForest(seed));
    const Topology& topology = host.topology();
    RouteScorer scorer(topology, Rules(), host.cpu(), {});
    for (FunctionIndex a = 0; a < topology.functions().size(); ++a)
      for (FunctionIndex b = 0; b < a; ++b) {
        if (!topology[a].placed() || !topology[b].placed()) continue;
        RouteScore there = scorer.Score(a, b), back = scorer.Score(b, a);
        for (auto [x, y] : {std::pair(&there.to_provider, &back.to_client),
                            std::pair(&there.to_client, &back.to_provider)}) {
          if (x->route.possible != y->route.possible) continue;
          EXPECT_EQ(x->now.line, y->now.line) << seed;
          EXPECT_EQ(x->now.payload, y->now.payload) << seed;
          EXPECT_EQ(x->usable, y->usable) << seed;
          ++compared;
        }
      }
  }
  EXPECT_GT(compared, 10000u);
}

// Whatever is hidden: a rate stays what it was, or is not known.
size_t HideAndCompare(const HostSnapshot& snapshot, size_t hidden,
                      uint16_t offset) {
  HostSnapshot less = snapshot;
  FunctionRecord& record = less.functions[hidden];
  HideConfig(&record, offset);
  record.current_link_speed = record.max_link_speed = ReadFailure::kNotRecorded;
  record.current_link_width = ReadFailure::kPermissionDenied;
  record.numa_node = ReadFailure::kNotRecorded;
  Host before(snapshot), after(less);
  RouteScorer known(before.topology(), Rules(), before.cpu(), {});
  RouteScorer dim(after.topology(), Rules(), after.cpu(), {});
  auto kept = [](const std::optional<uint64_t>& was,
                 const std::optional<uint64_t>& is) {
    return !is || was == is;
  };
  size_t pairs = 0;
  auto count = static_cast<FunctionIndex>(snapshot.functions.size());
  for (FunctionIndex a = 0; a < count; a += 2)
    for (FunctionIndex b = 1; b < count; b += 3) {
      if (a == b || !after.topology()[a].placed() ||
          !after.topology()[b].placed() || !before.topology()[a].placed() ||
          !before.topology()[b].placed())
        continue;
      RouteScore was = known.Score(a, b), is = dim.Score(a, b);
      for (auto way : {&RouteScore::to_provider, &RouteScore::to_client}) {
        EXPECT_TRUE(kept((was.*way).now.line, (is.*way).now.line));
        EXPECT_TRUE(kept((was.*way).now.payload, (is.*way).now.payload));
        EXPECT_TRUE(kept((was.*way).usable, (is.*way).usable));
        ++pairs;
      }
    }
  return pairs;
}

TEST(RouteScore, HidingAFactNeverChangesARateOnlyItsBeingKnown) {
  size_t pairs = 0;
  for (uint32_t seed = 0; seed < 40; ++seed) {
    HostSnapshot snapshot = RandomForest(seed);
    for (size_t i = seed % 3; i < snapshot.functions.size(); i += 5)
      pairs += HideAndCompare(snapshot, i, i % 2 == 0 ? 0x40 : 0x100);
    if (HasFailure()) FAIL() << "seed " << seed;
  }
  EXPECT_GT(pairs, 10000u);
}

// A function of one device: nothing says which way its TLPs take.
TEST(RouteScore, InsideADeviceIsNotKnown) {
  Host host(
      Sketch("root 0 0\n"
             "dev 0000:00:01.0 id=8086:1901 t=4 sec=1 link=16x16\n"
             "dev 0000:01:00.0 id=10de:2330 t=0 mf link=16x16\n"
             "dev 0000:01:00.1 id=10de:22ba t=0 mf link=16x16\n"));
  RouteScore score = Score(host, "01:00.0", "01:00.1");
  EXPECT_TRUE(score.to_provider.route_open);
  EXPECT_EQ(score.line(), std::nullopt);
}

}  // namespace
}  // namespace p2pcheck
