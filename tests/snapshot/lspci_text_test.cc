// SPDX-License-Identifier: GPL-2.0-or-later
//
// lspci's words without its bytes: what they prove, and what they don't.
#include <gtest/gtest.h>

#include <algorithm>

#include "pci/acs.h"
#include "pci/ats.h"
#include "pci/express.h"
#include "snapshot/recording.h"
#include "topology/topology.h"

namespace p2pcheck {
namespace {

constexpr char kHeader[] =
    "00:01.0 PCI bridge: Intel Corporation Device 1bbc\n";
constexpr char kControl[] =
    "\tControl: I/O+ Mem+ BusMaster+ SpecCycle- MemWINV- VGASnoop- ParErr+\n"
    "\tStatus: Cap+ 66MHz- UDF- FastB2B- ParErr- DEVSEL=fast >TAbort- <TAbort- "
    "<MAbort+ >SERR- <PERR- INTx-\n";
constexpr char kBuses[] =
    "\tBus: primary=00, secondary=01, subordinate=05, sec-latency=0\n"
    "\tMemory behind bridge: 90100000-901fffff [size=1M]\n";
constexpr char kExpress[] =
    "\tCapabilities: [40] Express (v2) Root Port (Slot+), MSI 00\n"
    "\t\tDevCap:\tMaxPayload 512 bytes, PhantFunc 0\n"
    "\t\t\tExtTag+ RBE+\n"
    "\t\tDevCtl:\tCorrErr- NonFatalErr- FatalErr+ UnsupReq-\n"
    "\t\t\tRlxdOrd- ExtTag+ PhantFunc- AuxPwr- NoSnoop-\n"
    "\t\t\tMaxPayload 256 bytes, MaxReadReq 512 bytes\n"
    "\t\tLnkCap:\tPort #12, Speed 8GT/s, Width x4, ASPM not supported\n"
    "\t\tLnkSta:\tSpeed 2.5GT/s (downgraded), Width x1 (downgraded)\n"
    "\tCapabilities: [80] Power Management version 3\n";
constexpr char kAer[] = "\tCapabilities: [100 v1] Advanced Error Reporting\n";
constexpr char kAcs[] =
    "\tCapabilities: [148 v1] Access Control Services\n"
    "\t\tACSCap:\tSrcValid+ TransBlk+ ReqRedir+ CmpltRedir+ UpstreamFwd+ "
    "EgressCtrl- DirectTrans-\n"
    "\t\tACSCtl:\tSrcValid+ TransBlk- ReqRedir+ CmpltRedir+ UpstreamFwd+ "
    "EgressCtrl- DirectTrans-\n";

std::string Port(const std::string& extended) {
  return std::string(kHeader) + kControl + kBuses + kExpress + extended + "\n";
}

HostSnapshot Read(const std::string& text) {
  return ReadRecording(text, "test");
}

FunctionRecord ReadOne(const std::string& text) {
  HostSnapshot host = Read(text);
  EXPECT_EQ(host.functions.size(), 1u);
  return host.functions.at(0);
}

Observed<AcsCapability> AcsOf(const std::string& text) {
  HostSnapshot host = Read(text);
  return BuildTopology(host)[0].acs;
}

Observed<ExpressCapability> ExpressOf(const FunctionRecord& record) {
  HeldConfig config(record.config);
  return DecodeExpress(config);
}

TEST(LspciText, IsASourceOfItsOwn) {
  EXPECT_EQ(Read(Port(kAer)).source_kind, "lspci-text");
}

TEST(LspciText, BridgeHasItsNumbersAndType) {
  FunctionRecord port = ReadOne(Port(kAer));
  EXPECT_TRUE(port.config.Byte(0x0e).Is(1));
  EXPECT_TRUE(port.config.Dword(0x18).Is(0x00050100));
  EXPECT_TRUE(port.config.Word(0x06).Is(0x2010));
  EXPECT_TRUE(port.class_code.Is(0x060400));
  auto express = ExpressOf(port);
  ASSERT_TRUE(express.known());
  EXPECT_EQ(express.value().type, PortType::kRootPort);
  EXPECT_TRUE(express.value().max_payload.Is(256));
  EXPECT_TRUE(port.max_link_speed.Is(80));
  EXPECT_TRUE(port.max_link_width.Is(4));
  EXPECT_TRUE(port.current_link_speed.Is(25));
  EXPECT_TRUE(port.current_link_width.Is(1));
}

// IDs that lspci prints are the kernel's; those of the bytes may differ.
TEST(LspciText, BytesItDoesNotProveAreNotHeld) {
  FunctionRecord port = ReadOne(Port(kAer));
  for (uint16_t at : {0x00, 0x02, 0x08, 0x09, 0x0a, 0x0b, 0x10, 0x2c, 0x3c})
    EXPECT_FALSE(port.config.Holds(at, 1)) << at;
  EXPECT_TRUE(port.vendor.unknown());
}

TEST(LspciText, AcsWordsAreTheFlags) {
  auto acs = AcsOf(Port(std::string(kAer) + kAcs));
  ASSERT_TRUE(acs.known());
  EXPECT_EQ(acs.value().offset, 0x148);
  EXPECT_EQ(acs.value().capability, 0x1f);
  EXPECT_EQ(acs.value().control, 0x1d);
}

TEST(LspciText, EachStatusFlagIsItsBit) {
  const std::pair<const char*, uint16_t> kFlags[] = {
      {"INTx", 0x0008},    {"Cap", 0x0010},     {"66MHz", 0x0020},
      {"UDF", 0x0040},     {"FastB2B", 0x0080}, {"ParErr", 0x0100},
      {">TAbort", 0x0800}, {"<TAbort", 0x1000}, {"<MAbort", 0x2000},
      {">SERR", 0x4000},   {"<PERR", 0x8000}};
  for (auto [name, bit] : kFlags) {
    std::string text = "00:1f.0 x\n" + std::string(kControl) + "\n";
    std::replace(text.begin() + text.find("Status"), text.end(), '+', '-');
    size_t at = text.find(std::string(name) + "-", text.find("Status"));
    text[at + std::string(name).size()] = '+';
    EXPECT_TRUE(ReadOne(text).config.Word(0x06).Is(bit)) << name;
    text.replace(text.find("=fast"), 5, "=medium");
    EXPECT_TRUE(ReadOne(text).config.Word(0x06).Is(bit | 0x0200)) << name;
    text.replace(text.find("=medium"), 7, "=slow");
    EXPECT_TRUE(ReadOne(text).config.Word(0x06).Is(bit | 0x0400)) << name;
  }
}

TEST(LspciText, EachAcsFlagIsItsBit) {
  const char* kNames[] = {"SrcValid",   "TransBlk",    "ReqRedir",
                          "CmpltRedir", "UpstreamFwd", "EgressCtrl",
                          "DirectTrans"};
  for (unsigned word = 0; word < 128; ++word) {
    std::string flags;
    for (unsigned i = 0; i < 7; ++i)
      (flags += ' ') += std::string(kNames[i]) + (word >> i & 1 ? "+" : "-");
    auto acs =
        AcsOf(Port("\tCapabilities: [100 v1] Access Control Services\n"
                   "\t\tACSCap:" +
                   flags + "\n\t\tACSCtl:" + flags + "\n"));
    ASSERT_TRUE(acs.known()) << flags;
    EXPECT_EQ(acs.value().control, word);
    EXPECT_EQ(acs.value().capability, word);
  }
}

TEST(LspciText, WholeListWithoutAcsHasNone) {
  EXPECT_TRUE(AcsOf(Port(kAer)).absent());
}

TEST(LspciText, NoExtendedListProvesNothing) {
  EXPECT_TRUE(AcsOf(Port("")).unknown());
}

TEST(LspciText, ListThatMayGoOnProvesNothing) {
  std::string whole = Port(kAer);
  whole.pop_back();  // the empty line: the mail may end early
  EXPECT_TRUE(AcsOf(whole).unknown());
  EXPECT_TRUE(AcsOf(whole + "\tKernel modules: x\n\n").absent());
  EXPECT_TRUE(AcsOf(whole + "\tKernel modules: x\n00:02.0 x\n").unknown());
  EXPECT_TRUE(AcsOf(whole + "\t[...]\n\n").unknown());
  EXPECT_TRUE(AcsOf(whole + "and so on\n\n").unknown());
  EXPECT_TRUE(AcsOf(whole + "pcilib: sysfs_read_vpd: failed\n\n").absent());
  EXPECT_TRUE(AcsOf(whole + "```\n\n").absent()) << "Markdown";
  EXPECT_TRUE(AcsOf(whole + "\tCapabilities: [200 v1] Strange\n\n").unknown());
  EXPECT_TRUE(
      AcsOf(whole + "\tCapabilities: [100 v1] <chain looped>\n\n").unknown());
}

TEST(LspciText, NumberedCapabilityIsNotAStranger) {
  EXPECT_TRUE(AcsOf(Port(std::string(kAer) + "\tCapabilities: [200 v1] #19\n"))
                  .absent());
  EXPECT_TRUE(AcsOf(Port(std::string(kAer) +
                         "\tCapabilities: [200 v1] Extended Capability ID "
                         "0x2f\n"))
                  .absent());
  auto nameless = Port(std::string(kAer) + "\tCapabilities: [200] #0d\n");
  EXPECT_TRUE(AcsOf(nameless).unknown());
}

TEST(LspciText, StrangerHidesNothingBehindIt) {
  auto acs =
      AcsOf(Port("\tCapabilities: [100 v1] Strange\n" + std::string(kAcs)));
  ASSERT_TRUE(acs.known());
  EXPECT_EQ(acs.value().control, 0x1d);
  std::string text = Port(kAer);
  size_t at = text.find("\tCapabilities: [40]");
  FunctionRecord port =
      ReadOne(text.insert(at, "\tCapabilities: [60] Odd thing\n"));
  EXPECT_TRUE(ExpressOf(port).known());
}

TEST(LspciText, AcsWithoutItsRegistersIsThereAndUnknown) {
  auto acs = AcsOf(
      "00:01.0 PCI bridge: x\n\tFlags: bus master, fast devsel, IOMMU group "
      "2\n" +
      std::string(kBuses) +
      "\tCapabilities: [40] Express Root Port (Slot+), MSI 00\n"
      "\tCapabilities: [100] Access Control Services\n\n");
  EXPECT_TRUE(acs.unknown());
}

TEST(LspciText, DeniedIsDenied) {
  HostSnapshot host =
      Read(std::string(kHeader) + kControl + kBuses +
           "\tCapabilities: <access denied>\n\tKernel driver in use: x\n\n");
  Topology topology = BuildTopology(host);
  EXPECT_TRUE(topology[0].acs ==
              Observed<AcsCapability>(ReadFailure::kPermissionDenied));
  EXPECT_TRUE(topology[0].express ==
              Observed<ExpressCapability>(ReadFailure::kPermissionDenied));
  EXPECT_TRUE(host.functions[0].config.Byte(0x19).Is(1));
}

TEST(LspciText, FunctionWithoutCapabilitiesIsConventional) {
  std::string text =
      "00:1f.0 ISA bridge: x\n\tControl: I/O+ Mem+\n\tStatus: Cap- 66MHz- UDF- "
      "FastB2B- ParErr- DEVSEL=medium >TAbort- <TAbort- <MAbort- >SERR- <PERR- "
      "INTx-\n\n";
  EXPECT_TRUE(ExpressOf(ReadOne(text)).absent());
  EXPECT_TRUE(AcsOf(text).absent());
  EXPECT_TRUE(
      AcsOf("00:1f.0 ISA bridge: x\n\tFlags: medium devsel\n\n").absent());
  // A host bridge may have extended space all the same.
  EXPECT_TRUE(
      AcsOf("00:00.0 Host bridge: x\n\tFlags: medium devsel\n\n").unknown());
  // Nothing says that this one was asked for its capabilities.
  EXPECT_TRUE(AcsOf("00:1f.0 ISA bridge: x\n\tSubsystem: y\n\n").unknown());
}

// What `grep -E "^0|Control:|Status:|..."` leaves has no list and no empty
// lines, and that is no sign that there was none.
TEST(LspciText, ChosenLinesProveNoAbsence) {
  std::string text = std::string(kHeader) + kControl;
  for (const char* next : {"00:02.0 ISA bridge: x\n", "\n"}) {
    Topology topology = BuildTopology(Read(text + next));
    EXPECT_TRUE(topology[0].express.unknown()) << next;
    EXPECT_TRUE(topology[0].acs.unknown()) << next;
    EXPECT_TRUE(topology[0].is_bridge);
  }
  EXPECT_FALSE(ReadOne(text + kExpress + "\n").config.Holds(0x0e, 1));
  text = "00:1f.0 ISA bridge: x\n" + std::string(kControl) + "\n";
  EXPECT_TRUE(BuildTopology(Read(text))[0].express.unknown());
  text = "00:1f.0 ISA bridge: x\n\tFlags: medium devsel\n00:1f.2 x\n";
  EXPECT_TRUE(BuildTopology(Read(text))[0].acs.unknown());
}

TEST(LspciText, UnreachableFunctionHasNoBytes) {
  FunctionRecord dead = ReadOne(
      "01:00.0 3D controller [0302]: x [10de:2330] (rev ff) (prog-if ff)\n"
      "\t!!! Unknown header type 7f\n\tKernel modules: nouveau\n\n");
  EXPECT_TRUE(dead.config.runs().empty());
  EXPECT_EQ(dead.config.rest(), ReadFailure::kUnreachable);
  EXPECT_TRUE(dead.class_code.unknown());
}

TEST(LspciText, EveryPortTypeIsNamed) {
  const std::pair<const char*, PortType> kTypes[] = {
      {"Endpoint, MSI 00", PortType::kEndpoint},
      {"Endpoint, IntMsgNum 0", PortType::kEndpoint},
      {"Endpoint IRQ 0", PortType::kEndpoint},
      {"Legacy Endpoint, MSI 1f", PortType::kLegacyEndpoint},
      {"Root Port (Slot-), MSI 00", PortType::kRootPort},
      {"Upstream Port, MSI 00", PortType::kUpstreamPort},
      {"Downstream Port (Slot+), MSI 00", PortType::kDownstreamPort},
      {"PCI-Express to PCI/PCI-X Bridge, MSI 00", PortType::kPcieToPciBridge},
      {"PCI/PCI-X to PCI-Express Bridge, MSI 00", PortType::kPciToPcieBridge},
      {"Root Complex Integrated Endpoint, MSI 00",
       PortType::kRootComplexEndpoint},
      {"Root Complex Event Collector, MSI 00",
       PortType::kRootComplexEventCollector}};
  for (auto [name, type] : kTypes)
    for (std::string version : {"", "(v1) ", "(v2) "}) {
      FunctionRecord record =
          ReadOne("01:00.0 3D controller: x\n" + std::string(kControl) +
                  "\tCapabilities: [60] Express " + version + name + "\n\n");
      auto express = ExpressOf(record);
      ASSERT_TRUE(express.known()) << name;
      EXPECT_EQ(express.value().type, type) << name;
    }
  FunctionRecord odd =
      ReadOne("01:00.0 3D controller: x\n" + std::string(kControl) +
              "\tCapabilities: [60] Express (v2) Unknown type 11, MSI 00\n\n");
  EXPECT_TRUE(ExpressOf(odd).unknown());
}

TEST(LspciText, SriovPlacesVirtualFunctions) {
  HostSnapshot host = Read(
      Port(kAer) + "01:00.0 Ethernet controller: x\n" + kControl +
      "\tCapabilities: [60] Express (v2) Endpoint, MSI 00\n"
      "\tCapabilities: [100 v1] Single Root I/O Virtualization (SR-IOV)\n"
      "\t\tIOVCtl:\tEnable+ Migration- Interrupt- MSE+ ARIHierarchy+\n"
      "\t\tInitial VFs: 8, Total VFs: 8, Number of VFs: 2, Function Dependency "
      "Link: 00\n\t\tVF offset: 257, stride: 2, Device ID: 1565\n\n"
      "02:00.1 Ethernet controller: x\n\n02:00.3 Ethernet controller: x\n\n"
      "02:00.5 Ethernet controller: x\n\n");
  Topology topology = BuildTopology(host);
  PciAddress pf{0, 1, 0};
  EXPECT_TRUE(topology[topology.Find({0, 2, 1})].physfn.Is(pf));
  EXPECT_TRUE(topology[topology.Find({0, 2, 3})].physfn.Is(pf));
  EXPECT_TRUE(topology[topology.Find({0, 2, 5})].physfn.unknown());
}

TEST(LspciText, AtsIsEnabledOrNot) {
  for (bool enabled : {false, true}) {
    FunctionRecord record =
        ReadOne("01:00.0 3D controller: x\n" + std::string(kControl) +
                "\tCapabilities: [100 v1] Address Translation Service (ATS)\n"
                "\t\tATSCap:\tInvalidate Queue Depth: 1f\n\t\tATSCtl:\tEnable" +
                (enabled ? "+" : "-") + ", Smallest Translation Unit: 00\n\n");
    HeldConfig config(record.config);
    auto ats = DecodeAts(config);
    ASSERT_TRUE(ats.known());
    EXPECT_EQ(ats.value().enabled(), enabled);
    EXPECT_EQ(ats.value().capability, 0x1f);
  }
}

// Rows of 16 bytes to 256: a port whose one capability is Express.
std::string PortRows() {
  std::string rows =
      "00: 86 80 bc 1b 07 00 10 00 11 00 04 06 00 00 81 00\n"
      "10: 00 00 00 00 00 00 00 00 00 02 05 00 00 00 00 00\n"
      "20: 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00\n"
      "30: 00 00 00 00 40 00 00 00 00 00 00 00 00 00 00 00\n"
      "40: 10 00 42 01 00 00 00 00 00 00 00 00 00 00 00 00\n";
  for (const char* label :
       {"50", "60", "70", "80", "90", "a0", "b0", "c0", "d0", "e0", "f0"})
    rows += std::string(label) +
            ": 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00\n";
  return rows;
}

TEST(LspciText, BytesWinAndTextFillsIn) {
  std::string text = Port(std::string(kAer) + kAcs);
  std::string bytes = std::string(kHeader) + PortRows() + "\n";
  std::string between = text;
  between.insert(between.size() - 1, PortRows());
  for (const std::string& both : {text + bytes, bytes + text, between}) {
    HostSnapshot host = Read(both);
    EXPECT_EQ(host.source_kind, "lspci-dump");
    const ConfigSpace& config = host.functions.at(0).config;
    EXPECT_TRUE(config.Byte(0x19).Is(2));  // the text says 1
    EXPECT_TRUE(config.Byte(0x80).Is(0));
    auto acs = BuildTopology(host)[0].acs;
    ASSERT_TRUE(acs.known());
    EXPECT_EQ(acs.value().control, 0x1d);
  }
}

TEST(LspciText, TheSectionThatTellsMoreIsKept) {
  std::string more = Port(std::string(kAer) + kAcs);
  std::string less =
      std::string(kHeader) +
      "\tFlags: fast devsel\n\tCapabilities: <access denied>\n\n";
  EXPECT_TRUE(AcsOf(more + less).known());
  EXPECT_TRUE(AcsOf(less + more).known());
}

TEST(LspciText, FunctionsBesideProveTheMultifunctionBit) {
  std::string text =
      "01:00.0 3D controller: x\n" + std::string(kControl) + "\n";
  EXPECT_TRUE(ReadOne(text).config.Byte(0x0e).Is(0));
  HostSnapshot two = Read(text + "01:00.1 Audio device: x\n\n");
  EXPECT_TRUE(two.functions[0].config.Byte(0x0e).Is(0x80));
}

TEST(LspciText, InterfaceIsZeroWhereVerboseTextHasNone) {
  EXPECT_TRUE(ReadOne("01:00.0 3D controller: x\n\tFlags: fast devsel\n\n")
                  .class_code.Is(0x030200));
  EXPECT_TRUE(ReadOne("01:00.0 Non-Volatile memory controller: x (prog-if 02 "
                      "[NVM Express])\n\tFlags: fast devsel\n\n")
                  .class_code.Is(0x010802));
  EXPECT_TRUE(ReadOne("01:00.0 Wonder machine: x\n\tFlags: fast devsel\n\n")
                  .class_code.unknown());
}

TEST(LspciText, PathsGiveTheParent) {
  HostSnapshot host = Read(
      "0002:00:1c.0 PCI bridge: x\n\n0002:00:1c.0/01:00.0 PCI bridge: x\n\n"
      "0002:00:1c.0/01:00.0/02:00.0 3D controller: x\n\n");
  ASSERT_EQ(host.functions.size(), 3u);
  EXPECT_TRUE(host.functions[0].parent.unknown());
  EXPECT_TRUE(host.functions[1].parent.Is({false, {2, 0, 0xe0}, {}}));
  EXPECT_TRUE(host.functions[2].parent.Is({false, {2, 1, 0}, {}}));
}

TEST(LspciText, PathsWithoutBusesAreSkippedAndTold) {
  HostSnapshot host = Read(
      "00:1c.0 PCI bridge: x\n00:1c.0/00.0 PCI bridge: y\n"
      "\tBus: primary=01, secondary=02, subordinate=02, sec-latency=0\n");
  ASSERT_EQ(host.functions.size(), 1u);
  EXPECT_FALSE(host.functions[0].config.Holds(0x19, 1));
  EXPECT_FALSE(host.complete);
  ASSERT_EQ(host.warnings.size(), 1u);
  EXPECT_EQ(host.warnings[0].text,
            "test:2: a path without bus numbers; skipped (lspci -PP has "
            "them)");
  EXPECT_TRUE(Read("00:1c.0 x\n/dev/sda1 x\n00:1c.0/\n").complete);
}

TEST(LspciText, OldWordsMeanTheSame) {
  std::string now = Port(kAer), old = now;
  auto replace = [&](const std::string& a, const std::string& b) {
    ASSERT_NE(old.find(a), old.npos);
    old.replace(old.find(a), a.size(), b);
  };
  replace("CorrErr- NonFatalErr- FatalErr+ UnsupReq-",
          "Report errors: Correctable- Non-Fatal- Fatal+ Unsupported-");
  replace(" (downgraded), Width x1 (downgraded)", ", Width x1, TrErr- Train-");
  EXPECT_TRUE(SameFacts(Read(now), Read(old)));
}

std::string Gpu(const std::string& regions) {
  return "01:00.0 3D controller: x\n" + std::string(kControl) + regions +
         "\tCapabilities: [60] Power Management version 3\n"
         "\t\tRegion 0: Memory at <ignored> (64-bit, prefetchable)\n\n";
}

TEST(LspciText, RegionsAreResources) {
  FunctionRecord gpu = ReadOne(Gpu(
      "\tRegion 0: Memory at 90000000 (32-bit, non-prefetchable) [size=16M]\n"
      "\tRegion 1: Memory at 9000000000 (64-bit, prefetchable) [disabled] "
      "[size=2G]\n"
      "\tRegion 5: I/O ports at 3000 [size=128]\n"
      "\tExpansion ROM at 91000000 [virtual] [disabled] [size=512K]\n"));
  ResourceList expected(7);
  expected[0] = {0x90000000, 0x90ffffff, 0x200};
  expected[1] = {0x9000000000, 0x907fffffff, 0x10220c};
  expected[5] = {0x3000, 0x307f, 0x101};
  expected[6] = {0x91000000, 0x9107ffff, 0x4200};
  EXPECT_TRUE(gpu.resource.Is(expected));
  FunctionRecord vf = ReadOne(
      Gpu("\tRegion 0: [virtual] Memory at 90000000 (64-bit, non-prefetchable) "
          "[size=4K]\n"));
  ASSERT_TRUE(vf.resource.known());
  EXPECT_TRUE((vf.resource.value()[0] ==
               ResourceLine{0x90000000, 0x90000fff, 0x100204}));
}

TEST(LspciText, RegionsWithoutPlaceOrSizeAreUnknown) {
  const std::string kGood =
      "\tRegion 0: Memory at 90000000 (32-bit, non-prefetchable) [size=16M]\n";
  EXPECT_TRUE(ReadOne(Gpu(kGood)).resource.known());
  for (const char* odd :
       {"\tRegion 2: Memory at <unassigned> (64-bit, prefetchable)\n",
        "\tRegion 2: Memory at <ignored> (64-bit, prefetchable) [size=1M]\n",
        "\tRegion 2: Memory at 91000000 (64-bit, prefetchable)\n",
        "\tRegion 6: Memory at 91000000 (64-bit, prefetchable) [size=1M]\n",
        "\tExpansion ROM at <ignored> [disabled]\n"})
    EXPECT_TRUE(ReadOne(Gpu(kGood + odd)).resource.unknown()) << odd;
  EXPECT_TRUE(ReadOne(Gpu("")).resource.unknown());
  EXPECT_TRUE(ReadOne(Gpu(kGood + kBuses)).resource.unknown());
}

TEST(LspciText, LinkThatIsDownHasNoWidth) {
  std::string text = Port(kAer);
  size_t at = text.find("LnkSta:");
  text.replace(at, text.find('\n', at) - at,
               "LnkSta:\tSpeed unknown, Width x0, TrErr- Train-");
  FunctionRecord port = ReadOne(text);
  EXPECT_TRUE(port.current_link_width.absent());
  EXPECT_TRUE(port.current_link_speed.unknown());
}

}  // namespace
}  // namespace p2pcheck
