// SPDX-License-Identifier: GPL-2.0-or-later
//
// The worked cases of spec/kernel-p2p.md 9.4, each named by its number, and
// what the algorithm hangs on besides.
#include "verdict/groups.h"

#include <gtest/gtest.h>

#include <map>
#include <sstream>

#include "support/judge.h"
#include "verdict/group_comparison.h"

namespace p2pcheck {
namespace {

// A sketched host with an IOMMU; nothing published.
struct GroupHost {
  std::string text;
  std::string kernel = "6.12.95";
  std::string unit = "dmar0";
  /// The functions as the log has them joining, "01:00.0 00:01.0"; empty: no
  /// log.
  std::string log_order = {};
  std::vector<std::string> log_lines = {};
};

std::string Rooted(std::string_view devices) {
  return "root 0 0\ndev 0000:00:00.0 id=8086:3e30\n" + std::string(devices);
}

const char* const kRp = "dev 0000:00:01.0 id=8086:1901 t=4 acs=1f/1d sec=1\n";

HostSnapshot SnapshotOf(const GroupHost& host) {
  HostSnapshot snapshot = Sketch(host.text);
  snapshot.host.iommu_units = StringList{host.unit + " some"};
  snapshot.host.acpi_tables =
      StringList{host.unit == "ivhd0" ? "IVRS" : "DMAR"};
  for (FunctionRecord& record : snapshot.functions) {
    record.iommu = host.unit;
    record.iommu_group = ReadFailure::kNotRecorded;
  }
  StringList log = host.log_lines;
  std::istringstream words(host.log_order);
  for (std::string word; words >> word;)
    log.push_back("pci " + ToString(AddressOf(word)) +
                  ": Adding to iommu group 1");
  if (!log.empty()) snapshot.host.kernel_log = log;
  return snapshot;
}

GroupPrediction Predict(const Host& host, std::string_view kernel) {
  return PredictGroups(host.topology(), *RulesOf(kernel).groups);
}

// "00:01.0 01:00.0 | 02:00.0": groups by smallest address, "?" behind a
// function of which not all is known, functions without a group left out.
std::string TextOf(const Host& host, const GroupPrediction& groups) {
  std::map<uint32_t, std::string> texts;
  std::vector<uint32_t> order;
  for (FunctionIndex i = 0; i < groups.surely.size(); ++i) {
    if (groups.surely[i] == kNoIndex) continue;
    std::string& text = texts[groups.surely[i]];
    if (text.empty()) order.push_back(groups.surely[i]);
    text += (text.empty() ? "" : " ") +
            ToString(host.topology()[i].address).substr(5) +
            (groups.certain[i] ? "" : "?");
  }
  std::string all;
  for (uint32_t number : order)
    all += (all.empty() ? "" : " | ") + texts[number];
  return all;
}

std::string Groups(const GroupHost& sketch) {
  Host host(SnapshotOf(sketch));
  return TextOf(host, Predict(host, sketch.kernel));
}

// The same without the host bridge at 00:00.0, which is alone everywhere.
std::string GroupsBut00(const GroupHost& sketch) {
  std::string all = Groups(sketch);
  const std::string front = "00:00.0 | ";
  return all.compare(0, front.size(), front) == 0 ? all.substr(front.size())
                                                  : all;
}

std::string Switch(std::string_view dsp_acs, std::string_view rest) {
  return Rooted(kRp) + "dev 0000:01:00.0 id=10b5:8747 t=5 sec=2\n" +
         "dev 0000:02:08.0 id=10b5:8747 t=6 " + std::string(dsp_acs) +
         " sec=3\n" + "dev 0000:02:10.0 id=10b5:8747 t=6 " +
         std::string(dsp_acs) + " sec=4\n" + std::string(rest);
}

const char* const kTwoEndpoints =
    "dev 0000:03:00.0 id=10de:2330 t=0\ndev 0000:04:00.0 id=15b3:1021 t=0\n";

TEST(Groups, G01) {
  EXPECT_EQ(GroupsBut00({Switch("acs=5f/1d",
                                "dev 0000:03:00.0 id=10de:2330 t=0 mf\n"
                                "dev 0000:03:00.1 id=10de:2331 t=0 mf\n"
                                "dev 0000:04:00.0 id=15b3:1021 t=0\n")}),
            "00:01.0 | 01:00.0 | 02:08.0 | 02:10.0 | 03:00.0 03:00.1 | "
            "04:00.0");
}

TEST(Groups, G02) {
  EXPECT_EQ(GroupsBut00({Rooted("dev 0000:00:01.0 id=8086:1901 t=4 mf sec=1\n"
                                "dev 0000:00:01.1 id=8086:1905 t=4 mf sec=2\n"
                                "dev 0000:01:00.0 id=10de:2330 t=0\n"
                                "dev 0000:02:00.0 id=15b3:1021 t=0\n")}),
            "00:01.0 00:01.1 01:00.0 02:00.0");
}

TEST(Groups, G03) {
  EXPECT_EQ(GroupsBut00({Switch("acs=11/11", kTwoEndpoints)}),
            "00:01.0 | 01:00.0 | 02:08.0 | 02:10.0 | 03:00.0 | 04:00.0");
}

std::string BehindBridge(std::string_view bridge) {
  return Rooted(kRp) + "dev 0000:01:00.0 " + std::string(bridge) +
         " sec=2\ndev 0000:02:00.0 id=109e:036e\n"
         "dev 0000:02:01.0 id=109e:0878\n";
}

TEST(Groups, G04) {
  EXPECT_EQ(GroupsBut00({BehindBridge("id=104c:8240 t=7")}),
            "00:01.0 | 01:00.0 02:00.0 02:01.0");
}

// The flag takes the alias away, but the bridge is not isolated either.
TEST(Groups, G05) {
  std::string host = Rooted(kRp) +
                     "dev 0000:01:00.0 id=1a03:1150 t=7 sec=2\n"
                     "dev 0000:02:00.0 id=1a03:2000\n";
  for (const char* kernel : {"6.12.95", "7.2.12"})
    EXPECT_EQ(GroupsBut00({host, kernel}), "00:01.0 | 01:00.0 02:00.0");
}

TEST(Groups, G06) {
  EXPECT_EQ(
      GroupsBut00({Rooted(kRp) + "dev 0000:01:00.0 id=8086:1593 t=0 mf\n"
                                 "dev 0000:01:00.1 id=8086:1593 t=0 mf\n"
                                 "dev 0000:01:00.7 id=8086:1593 t=0 mf\n"
                                 "dev 0000:01:01.0 id=8086:1593 t=0 mf\n"
                                 "dev 0000:01:01.1 id=8086:1593 t=0 mf\n"}),
      "00:01.0 | 01:00.0 01:00.1 01:00.7 | 01:01.0 01:01.1");
}

TEST(Groups, G07) {
  EXPECT_EQ(GroupsBut00({Rooted(kRp) + "dev 0000:01:00.0 id=1b4b:9123 t=1\n"
                                       "dev 0000:01:00.1 id=1b4b:91a4 t=1\n"}),
            "00:01.0 | 01:00.0 01:00.1");
}

TEST(Groups, G08) {
  EXPECT_EQ(GroupsBut00({Rooted(kRp) +
                         "dev 0000:01:00.0 id=8086:1593 t=0 mf\n"
                         "dev 0000:01:00.1 id=8086:1593 t=0 mf\n"
                         "dev 0000:01:01.0 id=8086:1889 t=0 vf=0000:01:00.0\n"
                         "dev 0000:01:02.0 id=8086:1889 t=0 "
                         "vf=0000:01:00.1\n"}),
            "00:01.0 | 01:00.0 01:00.1 | 01:01.0 | 01:02.0");
}

TEST(Groups, G09) {
  EXPECT_EQ(GroupsBut00({Rooted("dev 0000:00:14.0 id=8086:a36d mf\n"
                                "dev 0000:00:14.2 id=8086:a36f mf\n"
                                "dev 0000:00:1f.0 id=8086:a309 mf\n"
                                "dev 0000:00:1f.3 id=8086:a348 t=9 mf\n"
                                "dev 0000:00:1f.4 id=8086:a323 mf\n")}),
            "00:14.0 00:14.2 | 00:1f.0 00:1f.4 | 00:1f.3");
}

TEST(Groups, G10) {
  EXPECT_EQ(
      GroupsBut00({Rooted(kRp) + "dev 0000:01:00.0 id=8086:1521 t=0 mf\n"
                                 "dev 0000:01:00.1 id=8086:1521 t=0 mf\n"}),
      "00:01.0 | 01:00.0 | 01:00.1");
}

TEST(Groups, G19) {
  EXPECT_EQ(GroupsBut00({Switch("", kTwoEndpoints)}),
            "00:01.0 | 01:00.0 | 02:08.0 03:00.0 | 02:10.0 04:00.0");
}

TEST(Groups, G20) {
  std::string host = Switch("acs=5f/1d", kTwoEndpoints);
  size_t second = host.rfind("acs=5f/1d ");
  host.erase(second, 10);
  EXPECT_EQ(GroupsBut00({host}),
            "00:01.0 | 01:00.0 | 02:08.0 | 02:10.0 04:00.0 | 03:00.0");
}

TEST(Groups, G21) {
  EXPECT_EQ(
      GroupsBut00({Rooted(kRp) +
                   "dev 0000:01:00.0 id=10b5:8747 t=5 sec=2\n"
                   "dev 0000:02:01.0 id=10b5:8747 t=6 mf sec=3\n"
                   "dev 0000:02:01.1 id=10b5:8747 t=6 mf sec=4\n"
                   "dev 0000:02:02.0 id=10b5:8747 t=6 mf acs=5f/1d sec=5\n"
                   "dev 0000:02:02.1 id=10b5:8747 t=6 mf acs=5f/1d sec=6\n"
                   "dev 0000:03:00.0 id=10de:2330 t=0\n"
                   "dev 0000:05:00.0 id=15b3:1021 t=0\n"}),
      "00:01.0 | 01:00.0 | 02:01.0 02:01.1 03:00.0 | 02:02.0 | 02:02.1 "
      "| 05:00.0");
}

TEST(Groups, G22) {
  EXPECT_EQ(
      GroupsBut00({Rooted(kRp) + "dev 0000:01:00.0 id=8088:0101 t=0 mf\n"
                                 "dev 0000:01:00.1 id=8088:0101 t=0 mf\n"}),
      "00:01.0 | 01:00.0 | 01:00.1");
  EXPECT_EQ(GroupsBut00({Rooted(kRp) + "dev 0000:01:00.0 id=8088:0999 t=0\n"}),
            "00:01.0 | 01:00.0");
  EXPECT_EQ(GroupsBut00({Rooted(kRp) +
                         "dev 0000:01:00.0 id=8088:0999 t=5 sec=2\n"
                         "dev 0000:02:00.0 id=10b5:8747 t=6 acs=5f/1d sec=3\n"
                         "dev 0000:03:00.0 id=10de:2330 t=0\n"}),
            "00:01.0 | 01:00.0 02:00.0 03:00.0");
}

const char* const kOddFunctions =
    "dev 0000:01:00.0 id=8086:1593 t=0\ndev 0000:01:00.1 id=8086:1593 t=0 mf\n";

TEST(Groups, G23) {
  EXPECT_EQ(GroupsBut00({.text = Rooted(kRp) + kOddFunctions,
                         .log_order = "00:00.0 00:01.0 01:00.1 01:00.0"}),
            "00:01.0 | 01:00.0 | 01:00.1");
}

TEST(Groups, G24) {
  EXPECT_EQ(GroupsBut00({Rooted(kRp) + kOddFunctions}),
            "00:01.0 | 01:00.0 | 01:00.1");
}

std::string ManagedSwitch(std::string_view usp_acs) {
  return Rooted(kRp) + "dev 0000:01:00.0 id=1000:c010 t=5 mf " +
         std::string(usp_acs) +
         " sec=2\n"
         "dev 0000:01:00.1 id=1000:00b2 t=0 mf\n"
         "dev 0000:02:00.0 id=1000:c010 t=6 acs=5f/1d sec=3\n"
         "dev 0000:02:01.0 id=1000:c010 t=6 acs=5f/1d sec=4\n" +
         kTwoEndpoints;
}

TEST(Groups, G25) {
  EXPECT_EQ(GroupsBut00({ManagedSwitch("")}),
            "00:01.0 | 01:00.0 01:00.1 02:00.0 02:01.0 03:00.0 04:00.0");
}

TEST(Groups, G26) {
  EXPECT_EQ(GroupsBut00({ManagedSwitch("acs=4c/0c")}),
            "00:01.0 | 01:00.0 | 01:00.1 | 02:00.0 | 02:01.0 | 03:00.0 | "
            "04:00.0");
}

std::string AmdHost(std::string_view control) {
  std::string acs = " acs=5f/" + std::string(control);
  return "cpu 2 0x19\nroot 0 0\ndev 0000:00:00.0 id=1022:1480\n"
         "dev 0000:00:01.0 id=1022:1482 mf\n"
         "dev 0000:00:01.1 id=1022:1483 t=4 mf" +
         acs + " sec=1\n" + "dev 0000:00:01.2 id=1022:1483 t=4 mf" + acs +
         " sec=2\n" +
         "dev 0000:00:14.0 id=1022:790b mf\n"
         "dev 0000:00:14.3 id=1022:790e mf\n"
         "dev 0000:00:18.0 id=1022:1440 mf\n"
         "dev 0000:00:18.1 id=1022:1441 mf\n"
         "dev 0000:01:00.0 id=10de:2330 t=0\n"
         "dev 0000:02:00.0 id=15b3:1021 t=0\n";
}

TEST(Groups, G30) {
  EXPECT_EQ(GroupsBut00({.text = AmdHost("1d"), .unit = "ivhd0"}),
            "00:01.0 | 00:01.1 | 00:01.2 | 00:14.0 00:14.3 | 00:18.0 00:18.1 "
            "| 01:00.0 | 02:00.0");
}

TEST(Groups, G31) {
  EXPECT_EQ(GroupsBut00({Rooted("dev 0000:00:1e.0 id=8086:244e sec=1\n"
                                "dev 0000:01:00.0 id=109e:036e\n"
                                "dev 0000:01:01.0 id=109e:0878\n")}),
            "00:1e.0 01:00.0 01:01.0");
}

TEST(Groups, G32) {
  EXPECT_EQ(GroupsBut00({BehindBridge("id=1b21:1080")}),
            "00:01.0 | 01:00.0 02:00.0 02:01.0");
}

// Redirect off: what firmware left of the rest does not matter.  The dummy
// bridge in slot 1 is conventional, so it is not isolated either.
TEST(Groups, G34) {
  EXPECT_EQ(GroupsBut00({.text = AmdHost("11"), .unit = "ivhd0"}),
            "00:01.0 00:01.1 00:01.2 01:00.0 02:00.0 | 00:14.0 00:14.3 | "
            "00:18.0 00:18.1");
}

TEST(Groups, G35) {
  HostSnapshot snapshot = SnapshotOf(
      {.text = Rooted(kRp) + "dev 0000:01:00.0 id=104c:8232 t=5 sec=2\n"
                             "dev 0000:02:00.0 id=104c:8233 t=6 sec=3\n"
                             "dev 0000:03:00.0 id=1b36:0010 t=0\n",
       .unit = "virtio0",
       .log_order = "03:00.0 00:01.0 02:00.0"});
  for (const char* without : {"00:00.0", "01:00.0"})
    RecordAt(&snapshot, without).iommu = Absent{};
  Host host(snapshot);
  EXPECT_EQ(TextOf(host, Predict(host, "6.12.95")),
            "00:01.0 | 02:00.0 | 03:00.0");
}

std::string CougarPoint() {
  return Rooted(
      "dev 0000:00:1c.0 id=8086:1c10 t=4 mf sec=1\n"
      "dev 0000:00:1c.4 id=8086:1c18 t=4 mf sec=2\n"
      "dev 0000:01:00.0 id=10de:2330 t=0\n"
      "dev 0000:02:00.0 id=15b3:1021 t=0\n");
}

TEST(Groups, G36) {
  GroupHost host{CougarPoint()};
  for (const char* port : {"00:1c.0", "00:1c.4"})
    host.log_lines.push_back(std::string("pci 0000:") + port +
                             ": Failed to enable Intel PCH ACS quirk");
  EXPECT_EQ(GroupsBut00(host), "00:1c.0 00:1c.4 01:00.0 02:00.0");
}

// Where the log says it worked, and where nobody read it.
TEST(Groups, PchQuirkIsAsTheLogSays) {
  GroupHost host{CougarPoint()};
  EXPECT_EQ(GroupsBut00(host), "00:1c.0? | 00:1c.4? | 01:00.0? | 02:00.0?");
  for (const char* port : {"00:1c.0", "00:1c.4"})
    host.log_lines.push_back(std::string("pci 0000:") + port +
                             ": Intel PCH root port ACS workaround enabled");
  EXPECT_EQ(GroupsBut00(host), "00:1c.0 | 00:1c.4 | 01:00.0 | 02:00.0");
}

std::string OnePort(std::string_view id) {
  return "root 0 0\ndev 0000:00:01.0 id=" + std::string(id) +
         " t=4 sec=1\ndev 0000:01:00.0 id=10de:2330 t=0\n";
}

TEST(Groups, G37) {
  EXPECT_EQ(Groups({OnePort("177d:af84")}), "00:01.0 | 01:00.0");
  EXPECT_EQ(Groups({OnePort("1d17:0720")}), "00:01.0 01:00.0");
  EXPECT_EQ(Groups({OnePort("1d17:0722")}), "00:01.0 01:00.0");
  EXPECT_EQ(Groups({OnePort("1d17:0723")}), "00:01.0 | 01:00.0");
}

TEST(Groups, VmdChildrenTakeTheEndpointsGroup) {
  HostSnapshot snapshot = SnapshotOf({SketchText("P32")});
  Host host(snapshot);
  GroupPrediction groups = Predict(host, "6.12.95");
  FunctionIndex endpoint = host.At("0000:5d:05.5");
  for (const char* child : {"10000:00:02.0", "10000:01:00.0", "10000:02:00.0"})
    EXPECT_EQ(groups.Together(endpoint, host.At(child)), Ternary::kYes);
  EXPECT_EQ(groups.Together(endpoint, host.At("0000:01:00.0")), Ternary::kNo);
}

TEST(Groups, QuirkOfSomeKernelsIsOpenWhereTheKernelMayHaveIt) {
  std::string host = OnePort("17cb:0120");
  EXPECT_EQ(Groups({host, "7.0"}), "00:01.0 | 01:00.0");
  EXPECT_EQ(Groups({host, "6.12.80"}), "");  // groups before ACS: no guess
  EXPECT_EQ(Groups({host, "6.12.83"}), "00:01.0 | 01:00.0");
  EXPECT_EQ(Groups({host, "6.12.74"}), "00:01.0 01:00.0");
  EXPECT_EQ(Groups({host, "6.18.20"}), "00:01.0? | 01:00.0?");
}

// 7.0 leaves source validation out of what the capability says.
TEST(Groups, IdtSwitchNeedsNoSourceValidationFrom70) {
  std::string host = Rooted(kRp) +
                     "dev 0000:01:00.0 id=111d:80b5 t=5 sec=2\n"
                     "dev 0000:02:00.0 id=111d:80b5 t=6 acs=1f/1c sec=3\n"
                     "dev 0000:03:00.0 id=10de:2330 t=0\n";
  EXPECT_EQ(GroupsBut00({host, "6.12.95"}),
            "00:01.0 | 01:00.0 | 02:00.0 03:00.0");
  EXPECT_EQ(GroupsBut00({host, "7.2.12"}),
            "00:01.0 | 01:00.0 | 02:00.0 | 03:00.0");
}

// Words are dwords there: the control word proper reads as zero.
TEST(Groups, SunrisePointPortsAreReadAsDwords) {
  std::string front = "root 0 0\ndev 0000:00:1c.0 id=8086:a110 t=4 acs=1f/0 ";
  std::string behind = " sec=1\ndev 0000:01:00.0 id=10de:2330 t=0\n";
  EXPECT_EQ(Groups({front + "sptctl=1d" + behind}), "00:1c.0 | 01:00.0");
  EXPECT_EQ(Groups({front + "sptctl=15" + behind}), "00:1c.0 01:00.0");
}

// With the port isolated, or with a group of its own, the two functions are
// together; with neither they are apart.  Both are open.
TEST(Groups, TwoOpenFactsMayPartWhatEachAloneJoins) {
  HostSnapshot snapshot =
      SnapshotOf({Rooted(kRp) + "dev 0000:01:00.0 id=8086:1593 t=0 mf\n"
                                "dev 0000:01:00.1 id=8086:1593 t=0 mf\n"});
  FunctionRecord& port = RecordAt(&snapshot, "00:01.0");
  HideConfig(&port, 64);
  port.iommu = ReadFailure::kPermissionDenied;
  Host host(snapshot);
  EXPECT_EQ(
      Predict(host, "6.12.95").Together(host.At("01:00.0"), host.At("01:00.1")),
      Ternary::kUnknown);

  snapshot =
      SnapshotOf({Rooted("dev 0000:00:01.0 id=8086:1901 t=4 sec=1\n"
                         "dev 0000:01:00.0 id=8086:1593 t=0 mf\n"
                         "dev 0000:01:00.1 id=8086:1593 t=0 mf\n")});
  RecordAt(&snapshot, "00:01.0").iommu = Absent{};
  Host apart(snapshot);
  EXPECT_EQ(Predict(apart, "6.12.95")
                .Together(apart.At("01:00.0"), apart.At("01:00.1")),
            Ternary::kNo);
}

TEST(Groups, OtherDriversAreNotPredicted) {
  HostSnapshot snapshot = SnapshotOf({Switch("", kTwoEndpoints)});
  for (const char* architecture : {"s390x", "ppc64le"}) {
    snapshot.host.architecture = std::string(architecture);
    EXPECT_EQ(Predict(Host(snapshot), "6.12.95").status,
              GroupStatus::kOtherDriver);
  }
}

// Published as formed with ACS on; then somebody cleared it.
TEST(GroupDifferences, AcsClearedAfterBootIsFound) {
  HostSnapshot snapshot = SnapshotOf({Switch("acs=5f/0", kTwoEndpoints)});
  uint32_t number = 0;
  for (FunctionRecord& record : snapshot.functions)
    record.iommu_group = number++;
  Host host(snapshot);
  auto rules = RulesOf("6.12.95").groups;
  GroupComparison compared = CompareGroups(
      host.topology(), *rules, PredictGroups(host.topology(), *rules));
  EXPECT_EQ(compared.Count(Ternary::kNo), 4u);
  ASSERT_EQ(compared.differences.size(), 2u);
  for (const GroupDifference& difference : compared.differences) {
    EXPECT_EQ(difference.kind, GroupDifferenceKind::kKernelFiner);
    ASSERT_FALSE(difference.reasons.empty());
    bool named = false;
    for (const GroupReason& reason : difference.reasons)
      named |=
          reason.explains && reason.id == GroupReasonId::kAcsClearedAfterBoot;
    EXPECT_TRUE(named);
  }
}

TEST(GroupDifferences, AcsOverrideIsFound) {
  HostSnapshot snapshot = SnapshotOf({Switch("", kTwoEndpoints)});
  uint32_t number = 0;
  for (FunctionRecord& record : snapshot.functions)
    record.iommu_group = number++;
  snapshot.host.command_line =
      std::string("quiet pcie_acs_override=downstream,multifunction ro");
  Host host(snapshot);
  auto rules = RulesOf("6.12.95").groups;
  GroupComparison compared = CompareGroups(
      host.topology(), *rules, PredictGroups(host.topology(), *rules));
  ASSERT_EQ(compared.differences.size(), 2u);
  const GroupReason& reason = compared.differences[0].reasons.at(0);
  EXPECT_EQ(reason.id, GroupReasonId::kAcsOverride);
  EXPECT_TRUE(reason.explains);
}

TEST(GroupDifferences, AcsSetAfterBootIsFound) {
  HostSnapshot snapshot = SnapshotOf({Switch("acs=5f/1d", kTwoEndpoints)});
  const std::pair<const char*, uint32_t> kPublished[] = {
      {"00:00.0", 0}, {"00:01.0", 1}, {"01:00.0", 2}, {"02:08.0", 3},
      {"02:10.0", 4}, {"03:00.0", 3}, {"04:00.0", 4}};
  for (auto [address, number] : kPublished)
    RecordAt(&snapshot, address).iommu_group = number;
  PutWord(&RecordAt(&snapshot, "00:01.0").config, 0x148 + 4, 0);
  Host host(snapshot);
  auto rules = RulesOf("6.12.95").groups;
  GroupComparison compared = CompareGroups(
      host.topology(), *rules, PredictGroups(host.topology(), *rules));
  ASSERT_EQ(compared.differences.size(), 2u);
  EXPECT_EQ(compared.differences[0].kind, GroupDifferenceKind::kKernelCoarser);
  EXPECT_EQ(compared.differences[0].reasons.at(0).id,
            GroupReasonId::kAcsSetAfterBoot);
}

// Two endpoints in one group, their ports apart: no ACS setting gives that.
TEST(GroupDifferences, WhatNothingExplainsHasNoReason) {
  HostSnapshot snapshot = SnapshotOf({Switch("acs=5f/1d", kTwoEndpoints)});
  uint32_t number = 0;
  for (FunctionRecord& record : snapshot.functions)
    record.iommu_group = number++;
  RecordAt(&snapshot, "04:00.0").iommu_group =
      RecordAt(&snapshot, "03:00.0").iommu_group;
  Host host(snapshot);
  auto rules = RulesOf("6.12.95").groups;
  GroupComparison compared = CompareGroups(
      host.topology(), *rules, PredictGroups(host.topology(), *rules));
  ASSERT_EQ(compared.differences.size(), 1u);
  EXPECT_EQ(compared.differences[0].functions.size(), 2u);
  EXPECT_TRUE(compared.differences[0].reasons.empty());
}

}  // namespace
}  // namespace p2pcheck
