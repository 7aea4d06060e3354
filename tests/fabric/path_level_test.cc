// SPDX-License-Identifier: GPL-2.0-or-later
#include "fabric/path_level.h"

#include <gtest/gtest.h>

#include "support/judge.h"
#include "topology/numa.h"

namespace p2pcheck {
namespace {

// Two functions of a card and two cards below one switch, a switch below a
// switch, two host bridges of socket 0, one of socket 1.
constexpr const char* kHost = R"(
root 0 0
dev 0000:00:01.0 id=8086:1901 t=4 sec=1 numa=0
dev 0000:00:02.0 id=8086:1901 t=4 sec=8 numa=0
dev 0000:01:00.0 id=10b5:8747 t=5 sec=2 numa=0
dev 0000:02:08.0 id=10b5:8747 t=6 sec=3 numa=0
dev 0000:02:10.0 id=10b5:8747 t=6 sec=4 numa=0
dev 0000:03:00.0 id=10de:2330 t=0 mf numa=0
dev 0000:03:00.1 id=10de:22ba t=0 mf numa=0
dev 0000:04:00.0 id=10b5:8747 t=5 sec=5 numa=0
dev 0000:05:08.0 id=10b5:8747 t=6 sec=6 numa=0
dev 0000:05:10.0 id=10b5:8747 t=6 sec=7 numa=0
dev 0000:06:00.0 id=10de:2330 t=0 numa=0
dev 0000:07:00.0 id=10de:2330 t=0 numa=0
dev 0000:08:00.0 id=15b3:1021 t=0 numa=0
root 0 40
dev 0000:40:01.0 id=8086:1901 t=4 sec=41 numa=0
dev 0000:41:00.0 id=10de:2330 t=0 numa=0
root 0 80
dev 0000:80:01.0 id=8086:1901 t=4 sec=81 numa=1
dev 0000:81:00.0 id=10de:2330 t=0 numa=1
)";

std::string Word(const Host& host, const char* a, const char* b) {
  auto there = PathLevelOf(host.topology(), host.At(a), host.At(b));
  EXPECT_EQ(there, PathLevelOf(host.topology(), host.At(b), host.At(a)));
  return there ? std::string(PathLevelName(*there)) : "?";
}

TEST(PathLevel, IsNvidiaSmis) {
  Host host(Sketch(kHost));
  EXPECT_EQ(Word(host, "03:00.0", "03:00.0"), "X");
  EXPECT_EQ(Word(host, "03:00.0", "03:00.1"), "PIX");
  EXPECT_EQ(Word(host, "06:00.0", "07:00.0"), "PIX");
  EXPECT_EQ(Word(host, "03:00.0", "06:00.0"), "PXB");
  EXPECT_EQ(Word(host, "03:00.0", "08:00.0"), "PHB");
  EXPECT_EQ(Word(host, "03:00.0", "41:00.0"), "NODE");
  EXPECT_EQ(Word(host, "03:00.0", "81:00.0"), "SYS");
}

// Without config space the places tell the same.
TEST(PathLevel, NeedsNoRoot) {
  Host host(Sketch(kHost, {.as_dump = false, .as_user = true}));
  EXPECT_EQ(Word(host, "06:00.0", "07:00.0"), "PIX");
  EXPECT_EQ(Word(host, "03:00.0", "06:00.0"), "PXB");
}

TEST(PathLevel, AnUnknownNumaNodeLeavesItOpen) {
  HostSnapshot snapshot = Sketch(kHost);
  RecordAt(&snapshot, "41:00.0").numa_node = -1;
  RecordAt(&snapshot, "81:00.0").numa_node = ReadFailure::kNotRecorded;
  EXPECT_EQ(Word(Host(snapshot), "03:00.0", "41:00.0"), "?");
  EXPECT_EQ(Word(Host(snapshot), "03:00.0", "81:00.0"), "?");
  snapshot.host.numa_nodes = StringList{"online 0"};
  EXPECT_EQ(Word(Host(snapshot), "03:00.0", "41:00.0"), "NODE");
  snapshot.host.numa_nodes = StringList{"online 0-1"};
  EXPECT_EQ(Word(Host(snapshot), "03:00.0", "41:00.0"), "?");
}

TEST(OnlineNumaNodes, CountsLists) {
  HostSnapshot snapshot;
  auto count = [&](const char* line) {
    snapshot.host.numa_nodes = StringList{"possible 0-63", line};
    return OnlineNumaNodes(snapshot);
  };
  EXPECT_EQ(count("online 0"), 1u);
  EXPECT_EQ(count("online 0-1"), 2u);
  EXPECT_EQ(count("online 0-3,8,250-251"), 7u);
  EXPECT_EQ(count("online x"), std::nullopt);
  EXPECT_EQ(count("online 3-1"), std::nullopt);
  EXPECT_EQ(count("online 0-"), std::nullopt);
  snapshot.host.numa_nodes = Absent{};
  EXPECT_EQ(OnlineNumaNodes(snapshot), std::nullopt);
}

}  // namespace
}  // namespace p2pcheck
