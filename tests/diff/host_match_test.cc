// SPDX-License-Identifier: GPL-2.0-or-later
#include "diff/host_match.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "support/judge.h"

namespace p2pcheck {
namespace {

// Two GPUs of a model below two root ports, and a NIC.
constexpr std::string_view kBoard = R"(root 0 0
dev 0000:00:00.0 id=8086:3e30
dev 0000:00:01.0 id=8086:1901 t=4 sec=1
dev 0000:00:02.0 id=8086:1905 t=4 sec=2
dev 0000:00:03.0 id=8086:1909 t=4 sec=3
dev 0000:01:00.0 id=10de:2330 t=0
dev 0000:02:00.0 id=10de:2330 t=0
dev 0000:03:00.0 id=15b3:1021 t=0
)";

// What became of everything that is not the same: "01:00.0 moved 03:00.0".
std::string Matched(std::string_view before_text, std::string_view after_text) {
  Host before(Sketch(before_text)), after(Sketch(after_text));
  HostMatch match = MatchHosts(before.topology(), after.topology());
  auto at = [](const Host& host, FunctionIndex i) {
    return ToString(host.topology()[i].address).substr(5);
  };
  std::string text;
  for (auto& m : match.matched)
    if (m.kind != MatchKind::kSame)
      text += fmt::format("{} {} {}\n", at(before, m.before),
                          MatchKindName(m.kind), at(after, m.after));
  for (auto& r : match.replaced)
    text += fmt::format("{} replaced {}\n", at(before, r.before),
                        at(after, r.after));
  for (auto i : match.removed) text += at(before, i) + " removed\n";
  for (auto i : match.added) text += at(after, i) + " added\n";
  for (auto& t : match.twins)
    text += fmt::format("{} and {} alike\n", t.before.size(), t.after.size());
  return text;
}

TEST(HostMatch, AHostIsItself) { EXPECT_EQ(Matched(kBoard, kBoard), ""); }

// A switch with a disk in the first slot takes bus numbers 1 to 3: the GPU
// that is at 01:00.0 no longer is not the one now at 05:00.0, which has the
// same IDs but the place of the second one.
TEST(HostMatch, ACardThatTakesBusesRenumbersWhatComesAfterIt) {
  EXPECT_EQ(Matched(kBoard, R"(root 0 0
dev 0000:00:00.0 id=8086:3e30
dev 0000:00:01.0 id=8086:1901 t=4 sec=1
dev 0000:00:02.0 id=8086:1905 t=4 sec=4
dev 0000:00:03.0 id=8086:1909 t=4 sec=5
dev 0000:01:00.0 id=10b5:8747 t=5 sec=2
dev 0000:02:00.0 id=10b5:8747 t=6 sec=3
dev 0000:03:00.0 id=144d:a808 t=0
dev 0000:04:00.0 id=10de:2330 t=0
dev 0000:05:00.0 id=15b3:1021 t=0
)"),
            "02:00.0 renumbered 04:00.0\n03:00.0 renumbered 05:00.0\n"
            "01:00.0 replaced 01:00.0\n02:00.0 added\n03:00.0 added\n");
}

TEST(HostMatch, AnotherModelInASlotReplaces) {
  EXPECT_EQ(Matched(kBoard, R"(root 0 0
dev 0000:00:00.0 id=8086:3e30
dev 0000:00:01.0 id=8086:1901 t=4 sec=1
dev 0000:00:02.0 id=8086:1905 t=4 sec=2
dev 0000:00:03.0 id=8086:1909 t=4 sec=3
dev 0000:01:00.0 id=10de:2330 t=0
dev 0000:02:00.0 id=10de:20b0 t=0
dev 0000:03:00.0 id=15b3:1021 t=0
)"),
            "02:00.0 replaced 02:00.0\n");
}

TEST(HostMatch, CardsThatSwapSlotsMoved) {
  EXPECT_EQ(Matched(kBoard, R"(root 0 0
dev 0000:00:00.0 id=8086:3e30
dev 0000:00:01.0 id=8086:1901 t=4 sec=1
dev 0000:00:02.0 id=8086:1905 t=4 sec=2
dev 0000:00:03.0 id=8086:1909 t=4 sec=3
dev 0000:01:00.0 id=10de:2330 t=0
dev 0000:02:00.0 id=15b3:1021 t=0
dev 0000:03:00.0 id=10de:2330 t=0
)"),
            "02:00.0 moved 03:00.0\n03:00.0 moved 02:00.0\n");
}

// Both GPUs left their slots and two of the model are in new ones.
TEST(HostMatch, TwinsThatMovedAreNotGuessed) {
  EXPECT_EQ(Matched(kBoard, R"(root 0 0
dev 0000:00:00.0 id=8086:3e30
dev 0000:00:03.0 id=8086:1909 t=4 sec=3
dev 0000:00:04.0 id=8086:1901 t=4 sec=4
dev 0000:00:05.0 id=8086:1905 t=4 sec=5
dev 0000:03:00.0 id=15b3:1021 t=0
dev 0000:04:00.0 id=10de:2330 t=0
dev 0000:05:00.0 id=10de:2330 t=0
)"),
            "00:01.0 removed\n00:02.0 removed\n01:00.0 removed\n"
            "02:00.0 removed\n00:04.0 added\n00:05.0 added\n04:00.0 added\n"
            "05:00.0 added\n2 and 2 alike\n");
}

// A switch that moved takes along what hangs below it, twins included.
TEST(HostMatch, WhatIsBelowASwitchMovesWithIt) {
  constexpr std::string_view kSwitch = R"(root 0 0
dev 0000:00:01.0 id=8086:1901 t=4 sec=1
dev 0000:00:02.0 id=8086:1901 t=4 sec={0}
dev 0000:{1}:00.0 id=10b5:8747 t=5 sec={2}
dev 0000:{2}:00.0 id=10b5:8747 t=6 sec={3}
dev 0000:{2}:01.0 id=10b5:8747 t=6 sec={4}
dev 0000:{3}:00.0 id=10de:2330 t=0
dev 0000:{4}:00.0 id=10de:2330 t=0
)";
  auto text = [&](auto... numbers) {
    return fmt::format(fmt::runtime(kSwitch), numbers...);
  };
  EXPECT_EQ(Matched(text("05", "01", "02", "03", "04"),
                    text("02", "02", "03", "04", "05")),
            "01:00.0 moved 02:00.0\n02:00.0 moved 03:00.0\n"
            "02:01.0 moved 03:01.0\n03:00.0 moved 04:00.0\n"
            "04:00.0 moved 05:00.0\n");
}

TEST(HostMatch, RootBusesAreFoundByWhatIsOnThem) {
  EXPECT_EQ(Matched(R"(root 0 0
root 0 40
root 0 80
dev 0000:00:00.0 id=8086:3e30
dev 0000:40:00.0 id=8086:2030 t=4 sec=41
dev 0000:41:00.0 id=10de:2330 t=0
dev 0000:80:00.0 id=8086:2031 t=4 sec=81
dev 0000:81:00.0 id=10de:2330 t=0
)",
                    R"(root 0 0
root 0 80
root 0 c0
dev 0000:00:00.0 id=8086:3e30
dev 0000:80:00.0 id=8086:2030 t=4 sec=81
dev 0000:c0:00.0 id=8086:2031 t=4 sec=c1
dev 0000:c1:00.0 id=10de:2330 t=0
)"),
            "40:00.0 renumbered 80:00.0\n80:00.0 renumbered c0:00.0\n"
            "81:00.0 renumbered c1:00.0\n41:00.0 removed\n");
}

// VFs are the numbers of their physical function.
TEST(HostMatch, MoreVirtualFunctionsAreAdded) {
  constexpr std::string_view kPort = R"(root 0 0
dev 0000:00:01.0 id=8086:1901 t=4 sec=1
dev 0000:01:00.0 id=15b3:1021 t=0
dev 0000:01:00.1 id=15b3:101e t=0 vf=0000:01:00.0
)";
  EXPECT_EQ(
      Matched(kPort, std::string(kPort) + "dev 0000:01:00.2 id=15b3:101e t=0 "
                                          "vf=0000:01:00.0\n"),
      "01:00.2 added\n");
}

}  // namespace
}  // namespace p2pcheck
