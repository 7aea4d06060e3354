// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/clique_report.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <set>
#include <sstream>

#include "support/judged_host.h"
#include "support/random_forest.h"

namespace p2pcheck {
namespace {

namespace fs = std::filesystem;

bool Allowed(MapTypeSet possible) {
  return !possible.Has(MapType::kNotSupported);
}

bool PerhapsAllowed(MapTypeSet possible) { return possible != kNot; }

template <class Test>
bool FitsAll(const Judgement& judgement, FunctionIndex device,
             const std::vector<FunctionIndex>& members, Test test) {
  return std::all_of(members.begin(), members.end(), [&](FunctionIndex other) {
    return other == device || (test(judgement.Decide(device, other).possible) &&
                               test(judgement.Decide(other, device).possible));
  });
}

// Every pair of a set is allowed, and no device outside fits to all of it.
template <class Test>
void ExpectMaximal(const JudgedHost& host, const PeerSets& sets,
                   const std::vector<PeerSet>& list, Test test,
                   const std::string& name) {
  for (const PeerSet& set : list) {
    EXPECT_GT(set.members.size(), 1u) << name;
    auto is_direct = [](MapTypeSet possible) { return possible == kBus; };
    bool direct = std::all_of(
        set.members.begin(), set.members.end(), [&](FunctionIndex device) {
          return FitsAll(host.judgement(), device, set.members, is_direct);
        });
    EXPECT_EQ(set.direct, direct) << name;
    for (FunctionIndex device : sets.devices) {
      bool inside =
          std::binary_search(set.members.begin(), set.members.end(), device);
      EXPECT_EQ(FitsAll(host.judgement(), device, set.members, test), inside)
          << name << " " << ToString(host.topology()[device].address);
    }
  }
}

size_t CheckHost(HostSnapshot snapshot, const std::string& name) {
  JudgedHost host(std::move(snapshot));
  PeerSets sets = FindPeerSets(host.judgement(), host.Endpoints());
  EXPECT_TRUE(sets.complete) << name;
  ExpectMaximal(host, sets, sets.surely, Allowed, name);
  ExpectMaximal(host, sets, sets.possibly, PerhapsAllowed, name);
  // Whoever is alone fits to nobody; everybody else is in a set.
  std::set<FunctionIndex> seen(sets.alone.begin(), sets.alone.end());
  for (const PeerSet& set : sets.surely)
    seen.insert(set.members.begin(), set.members.end());
  EXPECT_EQ(seen.size(), sets.devices.size()) << name;
  return sets.surely.size() + sets.possibly.size();
}

TEST(Cliques, HoldOnEveryFixture) {
  size_t sets = 0, hosts = 0;
  for (const auto& entry :
       fs::recursive_directory_iterator(P2PCHECK_SOURCE_DIR "/fixtures")) {
    if (entry.path().extension() != ".recording") continue;
    std::string name =
        fs::relative(entry.path(), P2PCHECK_SOURCE_DIR "/fixtures").string();
    if (name.rfind("bad/", 0) == 0) continue;
    sets += CheckHost(Fixture(name), name);
    ++hosts;
  }
  EXPECT_GT(hosts, 50u);
  EXPECT_GT(sets, 40u);
}

TEST(Cliques, HoldOnRandomForests) {
  size_t sets = 0;
  for (uint32_t seed = 100; seed < 160; ++seed)
    sets += CheckHost(RandomForest(seed), std::to_string(seed));
  EXPECT_GT(sets, 40u);
}

constexpr const char* kTwoSwitches = R"(
root 0 0
dev 0000:00:00.0 id=8086:3e30
dev 0000:00:01.0 id=8086:1901 t=4 acs=1f/1d sec=1
dev 0000:01:00.0 id=10b5:8747 t=5 sec=2
dev 0000:02:08.0 id=10b5:8747 t=6 acs=7f/0 sec=3
dev 0000:02:10.0 id=10b5:8747 t=6 acs=7f/0 sec=4
dev 0000:02:18.0 id=10b5:8747 t=6 acs=7f/0 sec=5
dev 0000:03:00.0 id=10de:2330 t=0
dev 0000:04:00.0 id=10de:2330 t=0
dev 0000:05:00.0 id=1002:74a1 t=0
dev 0000:00:02.0 id=8086:1901 t=4 acs=1f/1d sec=11
dev 0000:11:00.0 id=10b5:8747 t=5 sec=12
dev 0000:12:08.0 id=10b5:8747 t=6 acs=7f/0 sec=13
dev 0000:12:10.0 id=10b5:8747 t=6 acs=7f/0 sec=14
dev 0000:13:00.0 id=10de:2330 t=0
dev 0000:14:00.0 id=10de:2330 t=0
dev 0000:00:03.0 id=8086:1901 t=4 acs=1f/1d sec=21
dev 0000:21:00.0 id=10de:2330 t=0
)";

std::string Qemu(HostSnapshot snapshot) {
  JudgedHost host(std::move(snapshot));
  PeerSets sets = FindPeerSets(host.judgement(), host.OfKind(DeviceKind::kGpu));
  std::ostringstream out;
  WriteQemuCliques(host.judgement(), sets, out);
  return out.str();
}

// AMD's GPU is none of QEMU's business, and who has no partner has no number.
TEST(Cliques, QemuOptions) {
  EXPECT_EQ(Qemu(Sketch(kTwoSwitches)),
            "-device vfio-pci,host=0000:03:00.0,x-nv-gpudirect-clique=0\n"
            "-device vfio-pci,host=0000:04:00.0,x-nv-gpudirect-clique=0\n"
            "-device vfio-pci,host=0000:13:00.0,x-nv-gpudirect-clique=1\n"
            "-device vfio-pci,host=0000:14:00.0,x-nv-gpudirect-clique=1\n"
            "# 0000:21:00.0: no partner, so no clique\n");
}

TEST(Cliques, WithoutGpusQemuGetsAComment) {
  EXPECT_EQ(Qemu(Sketch("root 0 0\ndev 0000:00:01.0 id=8086:1901 t=4 sec=1\n")),
            "# no NVIDIA GPU among the devices\n");
}

// Seventeen pairs, each below a switch of its own: the last gets no number.
TEST(Cliques, QemuHasSixteenNumbers) {
  std::string text = "root 0 0\ndev 0000:00:00.0 id=8086:3e30\n";
  auto add = [&](const char* format, auto... values) {
    char line[128];
    std::snprintf(line, sizeof line, format, values...);
    text += line;
  };
  for (int i = 0; i < 17; ++i) {
    int bus = 1 + 4 * i;
    add("dev 0000:00:%02x.0 id=8086:1901 t=4 acs=1f/1d sec=%x\n", i + 1, bus);
    add("dev 0000:%02x:00.0 id=10b5:8747 t=5 sec=%x\n", bus, bus + 1);
    for (int port = 0; port < 2; ++port) {
      add("dev 0000:%02x:%02x.0 id=10b5:8747 t=6 acs=7f/0 sec=%x\n", bus + 1,
          port, bus + 2 + port);
      add("dev 0000:%02x:00.0 id=10de:2330 t=0\n", bus + 2 + port);
    }
  }
  std::string out = Qemu(Sketch(text));
  EXPECT_NE(out.find("x-nv-gpudirect-clique=15\n"), std::string::npos) << out;
  EXPECT_EQ(out.find("x-nv-gpudirect-clique=16\n"), std::string::npos) << out;
  EXPECT_NE(out.find("# 0000:44:00.0: no number is left"), std::string::npos)
      << out;
}

TEST(Cliques, TextNamesWhatIsUndecidedApart) {
  HostSnapshot snapshot = Sketch(kTwoSwitches, {.as_user = true});
  JudgedHost host(std::move(snapshot));
  PeerSets sets = FindPeerSets(host.judgement(), host.Endpoints());
  EXPECT_FALSE(sets.possibly.empty());
  std::ostringstream text, tsv;
  WriteCliquesText(host.judgement(), sets, TextStyle(), text);
  WriteCliquesTsv(host.judgement(), sets, tsv);
  EXPECT_NE(text.str().find("\npossibly: as far as is known\n"),
            std::string::npos)
      << text.str();
  EXPECT_NE(tsv.str().find("\npossibly\t1\t"), std::string::npos) << tsv.str();
}

TEST(Cliques, ABoundIsTold) {
  JudgedHost host(Sketch(kTwoSwitches));
  PeerSets sets = FindPeerSets(host.judgement(), host.Endpoints(), 1);
  EXPECT_FALSE(sets.complete);
  EXPECT_EQ(sets.surely.size(), 1u);
  std::ostringstream text;
  WriteCliquesText(host.judgement(), sets, TextStyle(), text);
  EXPECT_NE(text.str().find("there are more sets"), std::string::npos);
}

}  // namespace
}  // namespace p2pcheck
