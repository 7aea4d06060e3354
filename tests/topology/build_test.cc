// SPDX-License-Identifier: GPL-2.0-or-later
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "support/judge.h"

namespace p2pcheck {
namespace {

using Problem = TopologyProblem;

constexpr SketchOptions kDump{.as_dump = true};

// A root port and an endpoint, twice.
constexpr const char kTwoPorts[] =
    "root 0 0\n"
    "dev 0000:00:00.0 id=8086:3e30\n"
    "dev 0000:00:01.0 id=8086:1901 t=4 sec=1\n"
    "dev 0000:00:02.0 id=8086:1905 t=4 sec=2\n"
    "dev 0000:01:00.0 id=10de:2330 t=0\n"
    "dev 0000:02:00.0 id=15b3:1021 t=0\n";

void SetBuses(HostSnapshot* snapshot, const char* bridge, uint8_t secondary,
              uint8_t subordinate) {
  uint8_t bytes[] = {secondary, subordinate};
  RecordAt(snapshot, bridge).config.Put(0x19, bytes, 2);
}

void SetParent(HostSnapshot* snapshot, const char* child, const char* parent) {
  RecordAt(snapshot, child).parent = ParentLink{false, AddressOf(parent), {}};
}

std::string Above(const Host& host, const char* address) {
  const Function& f = host[address];
  if (!f.placed()) return "nowhere";
  if (f.upstream == kNoIndex)
    return ToString(host.topology().host_bridges()[f.host_bridge].bus);
  return ToString(host.topology()[f.upstream].address);
}

std::vector<Problem::Kind> Kinds(const Host& host) {
  std::vector<Problem::Kind> kinds;
  for (const Problem& problem : host.topology().problems())
    kinds.push_back(problem.kind);
  return kinds;
}

TEST(BuildTopology, NestingBeatsBusNumbers) {
  HostSnapshot snapshot = Sketch(kTwoPorts);
  SetBuses(&snapshot, "00:01.0", 2, 2);
  SetBuses(&snapshot, "00:02.0", 1, 1);
  Host host(std::move(snapshot));
  EXPECT_EQ(Above(host, "01:00.0"), "0000:00:01.0");
  EXPECT_EQ(host["01:00.0"].placed_by, PlacedBy::kSysfs);
}

TEST(BuildTopology, DumpGoesByBusNumbers) {
  Host host(Sketch(kTwoPorts, kDump));
  EXPECT_EQ(Above(host, "02:00.0"), "0000:00:02.0");
  EXPECT_EQ(Above(host, "00:02.0"), "pci0000:00");
  EXPECT_EQ(host["02:00.0"].placed_by, PlacedBy::kBusNumber);
  EXPECT_EQ(host["02:00.0"].depth, 1);
}

TEST(BuildTopology, CyclesAreCutAndTheRestIsJudged) {
  HostSnapshot snapshot = Sketch(SketchText("P01"));
  SetParent(&snapshot, "01:00.0", "02:08.0");
  SetParent(&snapshot, "02:08.0", "01:00.0");
  Host host(std::move(snapshot));
  EXPECT_EQ(Kinds(host), std::vector{Problem::Kind::kParentCycle});
  for (const char* below : {"01:00.0", "02:08.0", "02:10.0", "03:00.0"})
    EXPECT_EQ(Above(host, below), "nowhere") << below;
  EXPECT_EQ(Above(host, "00:01.0"), "pci0000:00");
  EXPECT_EQ(Possible(host, "03:00.0", "04:00.0"), MapTypeSet::All());
}

TEST(BuildTopology, FunctionBelowItselfIsReported) {
  HostSnapshot snapshot = Sketch(kTwoPorts);
  SetParent(&snapshot, "01:00.0", "01:00.0");
  Host host(std::move(snapshot));
  EXPECT_EQ(Kinds(host), std::vector{Problem::Kind::kParentMissing});
  EXPECT_EQ(Above(host, "01:00.0"), "nowhere");
}

TEST(BuildTopology, MissingParentIsReportedAndNotReplacedByBusNumbers) {
  HostSnapshot snapshot = Sketch(kTwoPorts);
  SetParent(&snapshot, "01:00.0", "00:07.0");
  Host host(std::move(snapshot));
  ASSERT_EQ(Kinds(host), std::vector{Problem::Kind::kParentMissing});
  EXPECT_EQ(host.topology().problems()[0].other, AddressOf("00:07.0"));
  EXPECT_EQ(Above(host, "01:00.0"), "nowhere");
  EXPECT_EQ(Above(host, "02:00.0"), "0000:00:02.0");
}

TEST(BuildTopology, EndpointOnABusNobodyLeadsToIsAnOrphan) {
  HostSnapshot snapshot = Sketch(kTwoPorts, kDump);
  SetBuses(&snapshot, "00:01.0", 9, 9);
  Host host(std::move(snapshot));
  EXPECT_EQ(Kinds(host), std::vector{Problem::Kind::kOrphan});
  EXPECT_EQ(Above(host, "01:00.0"), "nowhere");
  EXPECT_EQ(Possible(host, "01:00.0", "02:00.0"), MapTypeSet::All());
  EXPECT_EQ(Possible(host, "00:02.0", "02:00.0"), kBus);
}

TEST(BuildTopology, BusClaimedTwiceBelongsToNeither) {
  HostSnapshot snapshot = Sketch(kTwoPorts, kDump);
  SetBuses(&snapshot, "00:02.0", 1, 1);
  Host host(std::move(snapshot));
  EXPECT_EQ(Kinds(host), (std::vector{Problem::Kind::kBusClaimedTwice,
                                      Problem::Kind::kOrphan}));
  EXPECT_EQ(Above(host, "01:00.0"), "nowhere");
}

TEST(BuildTopology, ImpossibleBusNumbersLeadNowhere) {
  for (auto [secondary, subordinate] :
       {std::pair{5, 3}, std::pair{0, 4}, std::pair{0, 0}}) {
    HostSnapshot snapshot = Sketch(kTwoPorts, kDump);
    SetBuses(&snapshot, "00:01.0", static_cast<uint8_t>(secondary),
             static_cast<uint8_t>(subordinate));
    Host host(std::move(snapshot));
    EXPECT_EQ(Above(host, "01:00.0"), "nowhere");
    bool reported = Kinds(host)[0] == Problem::Kind::kImpossibleBusNumbers;
    EXPECT_EQ(reported, subordinate != 0);  // 0 and 0: not set up, no fault
  }
}

// As the pieces of a mail in which the bridge is missing.
TEST(BuildTopology, BridgeMissingFromADumpLeavesItsBusOpen) {
  HostSnapshot snapshot = Sketch(SketchText("P01"), kDump);
  auto& functions = snapshot.functions;
  functions.erase(functions.begin() + 2);  // 01:00.0
  Host host(std::move(snapshot));
  EXPECT_EQ(Above(host, "02:08.0"), "nowhere");
  EXPECT_EQ(Above(host, "03:00.0"), "nowhere");
  EXPECT_EQ(Above(host, "00:01.0"), "pci0000:00");
}

TEST(BuildTopology, UnreadableBridgeInADumpMakesItsChildrenOrphans) {
  HostSnapshot snapshot = Sketch(kTwoPorts, kDump);
  HideConfig(&RecordAt(&snapshot, "00:01.0"), 0);
  Host host(std::move(snapshot));
  EXPECT_EQ(Above(host, "01:00.0"), "nowhere");
  EXPECT_EQ(Above(host, "02:00.0"), "0000:00:02.0");
}

TEST(BuildTopology, VirtualFunctionsAreFoundThroughThePfsCapability) {
  Host host(Sketch(SketchText("P14"), kDump));
  for (const char* vf : {"01:00.2", "02:01.0"}) {
    EXPECT_TRUE(host[vf].physfn.Is(AddressOf("01:00.0"))) << vf;
    EXPECT_EQ(Above(host, vf), "0000:00:01.0") << vf;
  }
  EXPECT_EQ(host["02:01.0"].placed_by, PlacedBy::kPhysfn);
  EXPECT_EQ(Possible(host, "01:00.2", "02:01.0"), kBus);
}

TEST(BuildTopology, NoVirtualFunctionsWhereTheyAreOff) {
  HostSnapshot snapshot = Sketch(SketchText("P14"), kDump);
  FunctionRecord& pf = RecordAt(&snapshot, "01:00.0");
  HeldConfig held(pf.config);
  auto sriov = FindExtendedCapability(held, kExtCapSriov);
  ASSERT_TRUE(sriov.known());
  PutWord(&pf.config, sriov.value() + 0x08, 0);
  Host host(std::move(snapshot));
  EXPECT_FALSE(host["02:01.0"].physfn.known());
  EXPECT_EQ(Above(host, "02:01.0"), "nowhere");
}

// A capability that promises every function there is, many times over.
TEST(BuildTopology, MonstrousNumbersOfVirtualFunctionsCostNoMore) {
  HostSnapshot snapshot = Sketch(SketchText("P14"), kDump);
  FunctionRecord& pf = RecordAt(&snapshot, "01:00.0");
  HeldConfig held(pf.config);
  uint16_t sriov = FindExtendedCapability(held, kExtCapSriov).value();
  PutWord(&pf.config, sriov + 0x10, 0xffff);
  PutDword(&pf.config, sriov + 0x14, 0xffffffff);
  EXPECT_EQ(Above(Host(snapshot), "02:01.0"), "nowhere");
  PutDword(&pf.config, sriov + 0x14, 0x00000002);  // offset 2, stride 0
  Host host(snapshot);
  EXPECT_EQ(Above(host, "01:00.2"), "0000:00:01.0");
  EXPECT_EQ(Above(host, "02:01.0"), "nowhere");
}

TEST(BuildTopology, VirtualFunctionOfAMissingPfIsPlacedNowhere) {
  HostSnapshot snapshot = Sketch(SketchText("P14"));
  FunctionRecord& vf = RecordAt(&snapshot, "02:01.0");
  vf.parent = ReadFailure::kNotRecorded;
  vf.physfn = AddressOf("01:00.7");
  Host host(std::move(snapshot));
  EXPECT_EQ(Above(host, "02:01.0"), "nowhere");
}

TEST(BuildTopology, SeveralHostBridgesInOneDomain) {
  for (bool dump : {false, true}) {
    Host host = SketchedHost("P21", {.as_dump = dump});
    const auto& bridges = host.topology().host_bridges();
    ASSERT_EQ(bridges.size(), 2u);
    EXPECT_EQ(ToString(bridges[0].bus), "pci0000:16");
    EXPECT_EQ(ToString(bridges[1].bus), "pci0000:30");
    EXPECT_TRUE(bridges[1].first.Is(host.At("30:00.1")));
    EXPECT_EQ(Above(host, "31:00.0"), "0000:30:02.0");
  }
}

TEST(BuildTopology, VmdDomainHasItsOwnRootBusAndAnOwner) {
  Host host = SketchedHost("P32");
  const auto& bridges = host.topology().host_bridges();
  ASSERT_EQ(bridges.size(), 3u);
  EXPECT_EQ(ToString(bridges[2].bus), "pci10000:00");
  EXPECT_EQ(bridges[2].owner, host.At("5d:05.5"));
  EXPECT_EQ(bridges[0].owner, kNoIndex);
  EXPECT_EQ(Above(host, "10000:00:02.0"), "pci10000:00");
}

TEST(BuildTopology, VirtualFunctionOnARootBusIsNeverTheFirst) {
  Host host(
      Sketch("root 0 6a\n"
             "dev 0000:6a:00.2 id=8086:0b25 t=9 vf=0000:6a:01.0\n"
             "dev 0000:6a:01.0 id=8086:0b25 t=9\n"));
  const HostBridge& bridge = host.topology().host_bridges()[0];
  EXPECT_EQ(bridge.functions.size(), 2u);
  EXPECT_TRUE(bridge.first.Is(host.At("6a:01.0")));
}

// One function of a root bus whose place was not recorded: its neighbours
// say what the bus is, so it stays the first, not the one behind it.
TEST(BuildTopology, NeighboursOnABusSayWhatItIs) {
  HostSnapshot snapshot = Sketch(
      "root 0 17\n"
      "dev 0000:17:02.0 id=8086:2032 t=4 sec=18\n"
      "dev 0000:17:03.0 id=8086:347a t=4 sec=19\n"
      "dev 0000:18:00.0 id=10de:2330 t=0\n"
      "dev 0000:19:00.0 id=10de:2330 t=0\n",
      {.as_user = true});
  RecordAt(&snapshot, "17:02.0").parent = ReadFailure::kNotRecorded;
  Host host(std::move(snapshot));
  EXPECT_EQ(Above(host, "17:02.0"), "pci0000:17");
  EXPECT_TRUE(host.topology().host_bridges()[0].first.Is(host.At("17:02.0")));
}

// The list has no domains: two functions with one number say nothing.
TEST(BuildTopology, RegistrationOrderCountsWhereNumbersAreUnique) {
  std::string bus =
      "root 0 17\n"
      "dev 0000:17:00.1 id=8086:09a4\n"
      "dev 0000:17:00.0 id=8086:09a2\n";
  Host alone((Sketch(bus)));
  EXPECT_TRUE(alone.topology().host_bridges()[0].first.Is(alone.At("17:00.1")));
  Host shared(
      Sketch("root 1 0\n"
             "dev 0001:00:01.0 id=8086:1901 t=4 sec=17\n"
             "dev 0001:17:00.1 id=10de:2330 t=0\n" +
             bus));
  EXPECT_TRUE(
      shared.topology().host_bridges()[0].first.Is(shared.At("0:17:00.0")));
}

// spec/kernel-p2p.md 0.5: the kernel means to swap the labels and ends with
// type 0, each compared with its parent's corrected one.
TEST(KernelType, MislabelledPortsEndAsTypeZero) {
  auto below = [](int upper, int lower) {
    Host host(
        Sketch(fmt::format("root 0 0\ndev 0000:00:01.0 id=1:1 t={} sec=1\n"
                           "dev 0000:01:00.0 id=1:2 t={} sec=2\n"
                           "dev 0000:02:00.0 id=1:3 t={} sec=3\n",
                           upper, lower, lower)));
    auto type = [&](const char* at) {
      return static_cast<int>(host[at].kernel_type.value());
    };
    return std::pair{type("01:00.0"), type("02:00.0")};
  };
  EXPECT_EQ(below(4, 6), (std::pair{0, 6}));  // corrected; below type 0 fine
  EXPECT_EQ(below(6, 6), (std::pair{0, 6}));
  EXPECT_EQ(below(8, 6), (std::pair{0, 6}));
  EXPECT_EQ(below(5, 6), (std::pair{6, 0}));
  EXPECT_EQ(below(7, 6), (std::pair{6, 0}));
  EXPECT_EQ(below(5, 5), (std::pair{0, 5}));
  EXPECT_EQ(below(4, 5), (std::pair{5, 0}));
  EXPECT_EQ(below(4, 7), (std::pair{7, 7}));
}

TEST(KernelType, RootBusFunctionsAndConventionalParentsCorrectNothing) {
  Host host(
      Sketch("root 0 0\ndev 0000:00:01.0 id=1:1 t=6 sec=1\n"
             "dev 0000:00:02.0 id=1:2 sec=2\n"
             "dev 0000:02:00.0 id=1:3 t=6 sec=3\n"));
  EXPECT_TRUE(host["00:01.0"].kernel_type.Is(PortType::kDownstreamPort));
  EXPECT_TRUE(host["02:00.0"].kernel_type.Is(PortType::kDownstreamPort));
  EXPECT_TRUE(host["00:02.0"].kernel_type.absent());
}

TEST(KernelType, UnknownWhereTheParentsTypeIs) {
  HostSnapshot snapshot = Sketch(SketchText("P01"));
  HideConfig(&RecordAt(&snapshot, "00:01.0"), 64);
  Host unreadable(snapshot);
  EXPECT_TRUE(unreadable["01:00.0"].kernel_type.unknown());
  EXPECT_TRUE(unreadable["03:00.0"].kernel_type.Is(PortType::kEndpoint));
  RecordAt(&snapshot, "00:01.0").parent = ReadFailure::kNotRecorded;
  SetParent(&snapshot, "01:00.0", "00:07.0");
  EXPECT_TRUE(Host(snapshot)["01:00.0"].kernel_type.unknown());
}

TEST(BuildTopology, ChildrenAreTheFunctionsBelow) {
  Host host = SketchedHost("P01");
  auto children = host.topology().Children();
  EXPECT_EQ(children[host.At("01:00.0")],
            (std::vector{host.At("02:08.0"), host.At("02:10.0")}));
  EXPECT_TRUE(children[host.At("03:00.0")].empty());
}

// For each worked case: what sysfs' nesting says, bus numbers say too (VFs
// through the PF's capability; 5-digit domains for VMD).
TEST(BuildTopology, DumpsOfTheWorkedCasesGiveTheSameTree) {
  for (int n = 1; n <= 37; ++n) {
    std::string name = (n < 10 ? "P0" : "P") + std::to_string(n);
    Host sysfs = SketchedHost(name), dump = SketchedHost(name, kDump);
    const auto& a = sysfs.topology().functions();
    const auto& b = dump.topology().functions();
    ASSERT_EQ(a.size(), b.size());
    for (size_t i = 0; i < a.size(); ++i) {
      EXPECT_EQ(a[i].upstream, b[i].upstream) << name << ToString(a[i].address);
      EXPECT_EQ(a[i].host_bridge, b[i].host_bridge) << name;
      EXPECT_EQ(a[i].kernel_type, b[i].kernel_type) << name;
    }
  }
}

// And so the same verdicts, CPU and kernel given.  (A dump does not say how
// far the kernel reaches: a host bridge function without PCIe may then have
// ACS, which matters to itself only.)
TEST(BuildTopology, DumpsOfTheWorkedCasesGiveTheSameVerdicts) {
  for (int n = 1; n <= 37; ++n) {
    std::string name = (n < 10 ? "P0" : "P") + std::to_string(n);
    Host sysfs = SketchedHost(name);
    HostSnapshot dumped = Sketch(SketchText(name), kDump);
    dumped.host = sysfs.snapshot().host;
    Host dump(std::move(dumped));
    auto count =
        static_cast<FunctionIndex>(sysfs.topology().functions().size());
    RuleSet rules = RulesOf("7.3");
    for (FunctionIndex p = 0; p < count; ++p)
      for (FunctionIndex c = 0; c < count; ++c) {
        if (p == c && !dump.topology()[p].acs.known()) continue;
        EXPECT_EQ(Decide(sysfs.topology(), rules, sysfs.cpu(), p, c).possible,
                  Decide(dump.topology(), rules, dump.cpu(), p, c).possible)
            << name << " " << p << " " << c;
      }
  }
}

}  // namespace
}  // namespace p2pcheck
