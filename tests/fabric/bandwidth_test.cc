// SPDX-License-Identifier: GPL-2.0-or-later
#include "fabric/bandwidth.h"

#include <gtest/gtest.h>

#include <random>
#include <sstream>

#include "support/judge.h"

namespace p2pcheck {
namespace {

constexpr uint16_t kSpeeds[] = {25, 50, 80, 160, 320, 640, 1280};
constexpr uint8_t kLanes[] = {1, 2, 4, 8, 12, 16, 32};

// As data sheets have them, rounded to the digits they give.
TEST(LineRate, IsTheTextbooks) {
  struct Row {
    LinkTraining link;
    double gigabytes, rounding;
  };
  const Row rows[] = {
      {{25, 1, false}, 0.250, 1e-9},   {{25, 16, false}, 4.0, 1e-9},
      {{50, 1, false}, 0.500, 1e-9},   {{50, 16, false}, 8.0, 1e-9},
      {{80, 1, false}, 0.985, 5e-4},   {{80, 16, false}, 15.754, 5e-4},
      {{160, 1, false}, 1.969, 5e-4},  {{160, 16, false}, 31.508, 5e-4},
      {{320, 1, false}, 3.938, 5e-4},  {{320, 16, false}, 63.015, 5e-4},
      {{640, 1, true}, 7.563, 5e-4},   {{640, 16, true}, 121.0, 1e-9},
      {{1280, 1, true}, 15.125, 5e-4}, {{1280, 16, true}, 242.0, 1e-9},
  };
  for (const Row& row : rows)
    EXPECT_NEAR(static_cast<double>(LineRate(row.link)) / 1e9, row.gigabytes,
                row.rounding)
        << row.link.speed << " x" << int{row.link.lanes};
}

TEST(LineRate, FastLinksAreInFlitModeWhoeverSaysNot) {
  EXPECT_EQ(LineRate({640, 16, false}), LineRate({640, 16, true}));
  EXPECT_LT(LineRate({320, 16, true}), LineRate({320, 16, false}));
}

TEST(PayloadRate, GrowsWithSpeedLanesAndPayload) {
  for (uint16_t payload = 128; payload <= 4096; payload *= 2)
    for (size_t s = 0; s < std::size(kSpeeds); ++s)
      for (size_t l = 0; l < std::size(kLanes); ++l) {
        LinkTraining link{kSpeeds[s], kLanes[l], false};
        uint64_t rate = PayloadRate(link, payload);
        EXPECT_LT(rate, LineRate(link));
        EXPECT_GT(rate, LineRate(link) / 2);
        if (payload < 4096) {
          EXPECT_LT(rate, PayloadRate(link, payload * 2));
        }
        if (s > 0) {
          EXPECT_GT(rate,
                    PayloadRate({kSpeeds[s - 1], kLanes[l], false}, payload));
        }
        if (l > 0) {
          EXPECT_GT(rate,
                    PayloadRate({kSpeeds[s], kLanes[l - 1], false}, payload));
        }
      }
}

// Between peers, with 256 bytes a TLP: 27.1 to 28.0 GB/s at Gen4 x16 (NVIDIA
// GPUs), 52.7 to 56.6 at Gen5 x16 (github.com/voipmonitor/rtx6kpro).
TEST(PayloadRate, IsWhatPeersMeasured) {
  EXPECT_GE(PayloadRate({160, 16, false}, 256), 27'100'000'000);
  EXPECT_LE(PayloadRate({160, 16, false}, 256), 28'000'000'000);
  EXPECT_GE(PayloadRate({320, 16, false}, 256), 52'700'000'000);
  EXPECT_LE(PayloadRate({320, 16, false}, 256), 56'600'000'000);
}

// 236 of 256 bytes are TLPs, and a TLP has 16 bytes beside its payload.
TEST(PayloadRate, OfFlits) {
  double expected = 64e9 * 16 / 8 * 236 / 256 * 512 / 528;
  EXPECT_NEAR(static_cast<double>(PayloadRate({640, 16, true}, 512)), expected,
              expected * 1e-6);
}

// A GPU and a NIC below a switch, a drive at a port of its own.
constexpr const char* kHost = R"(
root 0 0
dev 0000:00:00.0 id=8086:3e30
dev 0000:00:01.0 id=8086:1901 t=4 sec=1 link=16x8
dev 0000:00:02.0 id=8086:1901 t=4 sec=5 link=8x4
dev 0000:01:00.0 id=10b5:8747 t=5 sec=2 link=16x8
dev 0000:02:08.0 id=10b5:8747 t=6 sec=3 link=16x16
dev 0000:02:10.0 id=10b5:8747 t=6 sec=4 link=32x16
dev 0000:03:00.0 id=10de:2330 t=0 link=16x16
dev 0000:04:00.0 id=15b3:1021 t=0 link=32x16
dev 0000:05:00.0 id=144d:a824 t=0 link=8x4
)";

PathRate Rate(const Host& host, const std::vector<const char*>& way,
              Training training = Training::kNow) {
  std::vector<FunctionIndex> visits;
  for (const char* address : way) visits.push_back(host.At(address));
  LinkTable links(host.topology());
  std::vector<FunctionIndex> all;
  for (const char* address : {"03:00.0", "04:00.0", "05:00.0"})
    all.push_back(host.At(address));
  return RateOf(links, visits, training, DevicesBelow(host.topology(), all));
}

const std::vector<const char*> kBelow = {"03:00.0", "02:08.0", "01:00.0",
                                         "02:10.0", "04:00.0"};
const std::vector<const char*> kOver = {"03:00.0", "02:08.0", "01:00.0",
                                        "00:01.0", "00:02.0", "05:00.0"};

TEST(LinkTable, KnowsWhatIsALink) {
  Host host(Sketch(kHost));
  LinkTable links(host.topology());
  auto kind = [&](const char* f) { return links.Above(host.At(f)).kind; };
  EXPECT_EQ(kind("00:01.0"), HopKind::kNoLink);  // a root bus
  EXPECT_EQ(kind("01:00.0"), HopKind::kLink);
  EXPECT_EQ(kind("02:08.0"), HopKind::kNoLink);  // inside a switch
  EXPECT_EQ(kind("03:00.0"), HopKind::kLink);
  EXPECT_EQ(links.Above(host.At("03:00.0")).now,
            (LinkTraining{160, 16, false}));
}

TEST(RateOf, NamesTheNarrowestLink) {
  Host host(Sketch(kHost));
  PathRate below = Rate(host, kBelow);
  EXPECT_EQ(below.line, LineRate({160, 16, false}));
  EXPECT_EQ(below.narrowest, host.At("03:00.0"));
  PathRate over = Rate(host, kOver);
  EXPECT_EQ(over.line, LineRate({80, 4, false}));
  EXPECT_EQ(over.narrowest, host.At("05:00.0"));
}

TEST(RateOf, IsTheSameBackwards) {
  Host host(Sketch(kHost));
  for (const auto& way : {kBelow, kOver}) {
    std::vector<const char*> back(way.rbegin(), way.rend());
    EXPECT_EQ(Rate(host, way).line, Rate(host, back).line);
    EXPECT_EQ(Rate(host, way).payload, Rate(host, back).payload);
  }
}

TEST(RateOf, OfEqualLinksTheMostSharedIsNamed) {
  std::string text = kHost;
  for (size_t at; (at = text.find("link=16x8")) != std::string::npos;)
    text.replace(at, 9, "link=8x4");
  Host host(Sketch(text));
  EXPECT_EQ(Rate(host, kOver).narrowest, host.At("01:00.0"));
}

// Both ends of a link are hidden, or one: neither end alone is needed.
TEST(RateOf, AHiddenLinkIsUnknownAndNeverANumber) {
  auto hide = [](HostSnapshot* snapshot, const char* address) {
    FunctionRecord& record = RecordAt(snapshot, address);
    record.current_link_speed = ReadFailure::kNotRecorded;
    record.current_link_width = ReadFailure::kNotRecorded;
    HideConfig(&record, 64);
  };
  HostSnapshot both = Sketch(kHost), one = Sketch(kHost);
  hide(&both, "03:00.0");
  hide(&both, "02:08.0");
  hide(&one, "03:00.0");
  PathRate unknown = Rate(Host(std::move(both)), kBelow);
  EXPECT_FALSE(unknown.line.has_value());
  EXPECT_FALSE(unknown.payload.has_value());
  EXPECT_EQ(unknown.unknown_links.size(), 1u);
  Host host(std::move(one));
  PathRate known = Rate(host, kBelow);
  EXPECT_EQ(known.line, LineRate({160, 16, false}));
  // What the function may send is in its config space alone.
  EXPECT_FALSE(known.payload.has_value());
  EXPECT_EQ(known.unknown_payloads,
            (std::vector<FunctionIndex>{host.At("03:00.0")}));
}

// A fact that turns out slower never makes a way faster, whichever it is.
TEST(RateOf, NeverGrowsWhenALinkIsSlower) {
  std::mt19937 random(11);
  size_t compared = 0;
  for (int round = 0; round < 300; ++round) {
    HostSnapshot snapshot = Sketch(kHost);
    FunctionRecord& record =
        snapshot.functions[random() % snapshot.functions.size()];
    if (!record.current_link_speed.known()) continue;
    record.current_link_speed = kSpeeds[random() % 3];
    record.current_link_width = kLanes[random() % 3];
    for (const auto& way : {kOver, kBelow}) {
      PathRate was = Rate(Host(Sketch(kHost)), way);
      PathRate is = Rate(Host(snapshot), way);
      ASSERT_TRUE(was.line && is.line);
      EXPECT_LE(*is.line, *was.line);
      EXPECT_LE(*is.payload, *was.payload);
      ++compared;
    }
  }
  EXPECT_GT(compared, 400u);
}

TEST(RateOf, TakesTheLeastPayloadSize) {
  auto with = [](const char* at_port, const char* elsewhere) {
    std::string text;
    std::istringstream lines(kHost);
    for (std::string line; std::getline(lines, line);) {
      if (line.rfind("dev 0000:02:10.0", 0) == 0)
        line += at_port;
      else if (line.rfind("dev", 0) == 0)
        line += elsewhere;
      text += line + "\n";
    }
    return Rate(Host(Sketch(text)), kBelow);
  };
  EXPECT_EQ(with(" mps=256", " mps=512").payload_size, 256);
  EXPECT_EQ(with(" mps=512", " mps=256").payload_size, 256);
  EXPECT_EQ(with(" mps=512", " mps=512").payload,
            PayloadRate({160, 16, false}, 512));
}

TEST(LinkTable, AVirtualFunctionHasItsPhysicalOnesLink) {
  Host host(Sketch(R"(
root 0 0
dev 0000:00:01.0 id=8086:1901 t=4 sec=1 link=16x16
dev 0000:01:00.0 id=15b3:1021 t=0 link=16x16
dev 0000:01:00.1 id=15b3:101e t=0 vf=0000:01:00.0
)"));
  LinkTable links(host.topology());
  const Hop& hop = links.Above(host.At("01:00.1"));
  EXPECT_EQ(hop.now, (LinkTraining{160, 16, false}));
  EXPECT_EQ(links.PayloadOf(host.At("01:00.1")),
            links.PayloadOf(host.At("01:00.0")));
  // And is not a second device.
  auto below =
      DevicesBelow(host.topology(), {host.At("01:00.0"), host.At("01:00.1")});
  EXPECT_EQ(below[host.At("00:01.0")], 1u);
}

TEST(DevicesBelow, CountsDevicesNotFunctions) {
  Host host(Sketch(R"(
root 0 0
dev 0000:00:01.0 id=8086:1901 t=4 sec=1
dev 0000:01:00.0 id=15b3:1021 t=0 mf
dev 0000:01:00.1 id=15b3:1021 t=0 mf
dev 0000:00:02.0 id=8086:1901 t=4 sec=2
dev 0000:02:00.0 id=10de:2330 t=0
)"));
  auto below = DevicesBelow(
      host.topology(),
      {host.At("01:00.0"), host.At("01:00.1"), host.At("02:00.0")});
  EXPECT_EQ(below[host.At("00:01.0")], 1u);
  EXPECT_EQ(below[host.At("00:02.0")], 1u);
  EXPECT_EQ(below[host.At("01:00.0")], 1u);
}

TEST(LinkTable, AConventionalBusHasNoRate) {
  Host host(Sketch(R"(
root 0 0
dev 0000:00:01.0 id=8086:1901 t=4 sec=1 link=16x16
dev 0000:01:00.0 id=104c:8231 t=7 sec=2 link=16x1
dev 0000:02:00.0 id=10ec:8139
)"));
  LinkTable links(host.topology());
  EXPECT_EQ(links.Above(host.At("02:00.0")).kind, HopKind::kConventional);
  PathRate rate = Rate(Host(Sketch(std::string(kHost))), kBelow);
  EXPECT_TRUE(rate.line.has_value());
  std::vector<uint32_t> none(host.topology().functions().size());
  PathRate over = RateOf(
      links, {host.At("02:00.0"), host.At("01:00.0"), host.At("00:01.0")},
      Training::kNow, none);
  EXPECT_FALSE(over.line.has_value());
  EXPECT_EQ(over.unknown_links.size(), 1u);
}

}  // namespace
}  // namespace p2pcheck
