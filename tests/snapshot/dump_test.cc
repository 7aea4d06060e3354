// SPDX-License-Identifier: GPL-2.0-or-later
//
// Dumps of lspci as people mail them.
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "base/input_error.h"
#include "snapshot/recording.h"

namespace p2pcheck {
namespace {

// A GPU as `lspci -xxx` shows it: 10de:2330, class 030200, revision a1,
// subsystem 10de:16c1, a PCI Express capability at 0x60.
constexpr char kGpu[] =
    "00: de 10 30 23 06 00 10 00 a1 00 02 03 00 00 00 00\n"
    "10: 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00\n"
    "20: 00 00 00 00 00 00 00 00 00 00 00 00 de 10 c1 16\n"
    "30: 00 00 00 00 60 00 00 00 00 00 00 00 ff 01 00 00\n";
constexpr char kExpress[] =
    "40: 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00\n"
    "50: 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00\n"
    "60: 10 00 02 00 00 00 00 00 00 00 00 00 00 00 00 00\n";

HostSnapshot Read(const std::string& text) {
  return ReadRecording(text, "test");
}

FunctionRecord ReadOne(const std::string& text) {
  HostSnapshot host = Read(text);
  EXPECT_EQ(host.functions.size(), 1u);
  return host.functions.at(0);
}

std::string ErrorOf(const std::string& text) {
  try {
    Read(text);
  } catch (const InputError& error) {
    return error.what();
  }
  return "read without an error";
}

// Rows from `begin` to `end`, all bytes `byte`.
std::string Rows(int begin, int end, const std::string& byte) {
  std::ostringstream out;
  for (int at = begin; at < end; at += 16) {
    out << std::hex << (at < 16 ? "0" : "") << at << ':';
    for (int i = 0; i < 16; ++i) out << ' ' << byte;
    out << '\n';
  }
  return out.str();
}

TEST(Dump, HasAddressAndBytes) {
  FunctionRecord gpu = ReadOne(std::string("41:00.0 3D controller\n") + kGpu);
  EXPECT_EQ(ToString(gpu.address), "0000:41:00.0");
  EXPECT_TRUE(gpu.config.Dword(0).Is(0x233010de));
  EXPECT_TRUE(gpu.vendor.Is(0x10de));
  EXPECT_TRUE(gpu.device.Is(0x2330));
  EXPECT_TRUE(gpu.class_code.Is(0x030200));
  EXPECT_TRUE(gpu.revision.Is(0xa1));
  EXPECT_TRUE(gpu.subsystem_vendor.Is(0x10de));
  EXPECT_TRUE(gpu.subsystem_device.Is(0x16c1));
}

TEST(Dump, WhatItCannotSayIsNotRecorded) {
  FunctionRecord gpu = ReadOne(std::string("41:00.0 3D controller\n") + kGpu);
  EXPECT_TRUE(gpu.driver == Observed<std::string>());
  EXPECT_TRUE(gpu.iommu_group == Observed<uint32_t>());
  EXPECT_TRUE(gpu.physfn == Observed<PciAddress>());
  EXPECT_TRUE(gpu.parent == Observed<ParentLink>());
  EXPECT_TRUE(gpu.config.reach() == Observed<uint16_t>());
}

TEST(Dump, SixtyFourBytesAreWhatAUserSees) {
  FunctionRecord gpu = ReadOne(std::string("41:00.0 3D controller\n") + kGpu);
  EXPECT_EQ(gpu.config.rest(), ReadFailure::kConfigTooShort);
  EXPECT_TRUE(gpu.config.Word(0x60).unknown());
}

TEST(Dump, TwoHundredFiftySixBytesAreWhatWasPrinted) {
  FunctionRecord gpu = ReadOne(std::string("41:00.0 x\n") + kGpu + kExpress +
                               Rows(0x70, 0x100, "00"));
  EXPECT_EQ(gpu.config.rest(), ReadFailure::kNotRecorded);
  EXPECT_TRUE(gpu.config.reach().unknown());
  EXPECT_TRUE(gpu.config.Dword(0x100).unknown());
}

TEST(Dump, WholeConfigSpaceIsKnownToItsEnd) {
  FunctionRecord gpu =
      ReadOne(std::string("41:00.0 x\n") + kGpu + Rows(0x40, 0x1000, "00"));
  EXPECT_TRUE(gpu.config.reach().Is(4096));
  EXPECT_TRUE(gpu.config.Holds(0, 4096));
}

TEST(Dump, ConventionalFunctionEndsAt256) {
  FunctionRecord gpu =
      ReadOne(std::string("41:00.0 x\n") + kGpu + Rows(0x40, 0x100, "00"));
  EXPECT_TRUE(gpu.config.reach().Is(256));
  EXPECT_TRUE(gpu.config.Dword(0x100).absent());
}

TEST(Dump, BytesBeyond256SpeakAgainstAConventionalEnd) {
  FunctionRecord odd = ReadOne(std::string("41:00.0 x\n") + kGpu +
                               Rows(0x40, 0x100, "00") + "880: 01\n");
  EXPECT_TRUE(odd.config.reach().unknown());
}

TEST(Dump, HostBridgeMayReachFurtherWithoutTheCapability) {
  std::string bytes = kGpu;
  bytes.replace(bytes.find("00 02 03"), 8, "00 00 06");
  EXPECT_TRUE(ReadOne("00:00.0 x\n" + bytes + Rows(0x40, 0x100, "00"))
                  .config.reach()
                  .unknown());
}

TEST(Dump, AllOnesMeansNothingAnswered) {
  FunctionRecord dead = ReadOne(
      "41:00.0 3D controller [0302]: NVIDIA GH100 [10de:2330] (rev ff) "
      "(prog-if ff)\n\t!!! Unknown header type 7f\n" +
      Rows(0, 0x100, "ff"));
  EXPECT_TRUE(dead.config.runs().empty());
  EXPECT_EQ(dead.config.rest(), ReadFailure::kUnreachable);
  EXPECT_TRUE(dead.device.Is(0x2330));
  EXPECT_TRUE(dead.revision.unknown());
  EXPECT_TRUE(dead.class_code.unknown());
}

TEST(Dump, VirtualFunctionHasNoIdsInItsBytes) {
  std::string bytes = kGpu;
  bytes.replace(4, 11, "ff ff ff ff");
  FunctionRecord vf = ReadOne("41:00.4 x\n" + bytes);
  EXPECT_TRUE(vf.vendor.unknown());
  EXPECT_TRUE(vf.device.unknown());
  EXPECT_TRUE(vf.class_code.Is(0x030200));
  EXPECT_FALSE(vf.config.runs().empty());
  FunctionRecord named = ReadOne("41:00.4 0302: 10de:2331 (rev a1)\n" + bytes);
  EXPECT_TRUE(named.vendor.Is(0x10de));
  EXPECT_TRUE(named.device.Is(0x2331));
}

TEST(Dump, HeaderLinesOfEveryKind) {
  for (const char* header :
       {"0302: 10de:2330 (rev a1)", "Class 0302: 10de:2330 (rev a1)",
        "0302: 10de:2330 (rev a1) (prog-if 00)",
        "3D controller [0302]: NVIDIA [x] Corp [10de:2330] (rev a1)",
        "3D controller [0302]: NVIDIA Device [10de:2330] (rev a1) (prog-if 00 "
        "[a]: b])"}) {
    FunctionRecord gpu = ReadOne(std::string("0001:41:00.0 ") + header + "\n");
    EXPECT_EQ(ToString(gpu.address), "0001:41:00.0");
    EXPECT_TRUE(gpu.vendor.Is(0x10de)) << header;
    EXPECT_TRUE(gpu.device.Is(0x2330)) << header;
    EXPECT_TRUE(gpu.revision.Is(0xa1)) << header;
  }
}

TEST(Dump, InterfaceOfAClassIsNotGuessed) {
  EXPECT_TRUE(ReadOne("41:00.0 0108: 144d:a80a\n").class_code.unknown());
  EXPECT_TRUE(ReadOne("41:00.0 0108: 144d:a80a (prog-if 02 [NVM Express])\n")
                  .class_code.Is(0x010802));
}

TEST(Dump, NamesAreNotNumbers) {
  FunctionRecord gpu = ReadOne("41:00.0 Host bridge: Dead Beef: cafe Corp\n");
  EXPECT_TRUE(gpu.vendor.unknown());
  EXPECT_TRUE(gpu.class_code.unknown());
}

TEST(Dump, TextBetweenGivesDriverGroupAndNode) {
  std::string rows = kGpu;
  FunctionRecord gpu = ReadOne(
      "41:00.0 x\n\tSubsystem: NVIDIA Device [10de:16c2]\n"
      "\tNUMA node: 1\n\tIOMMU group: 27\n" +
      rows + "\tKernel driver in use: vfio-pci\n");
  EXPECT_TRUE(gpu.driver.Is("vfio-pci"));
  EXPECT_TRUE(gpu.iommu_group.Is(27));
  EXPECT_TRUE(gpu.numa_node.Is(1));
  EXPECT_TRUE(gpu.subsystem_device.Is(0x16c2));
  gpu = ReadOne(
      "41:00.0 x\n\tFlags: fast devsel, NUMA node 3, IOMMU group 15\n"
      "\tSubsystem: 10de:16c3\n");
  EXPECT_TRUE(gpu.iommu_group.Is(15));
  EXPECT_TRUE(gpu.numa_node.Is(3));
  EXPECT_TRUE(gpu.subsystem_device.Is(0x16c3));
}

TEST(Dump, SubsystemOfABridgeStandsInACapability) {
  std::string bridge = "00: 86 80 30 23 06 00 10 00 a1 00 04 06 00 00 01 00\n" +
                       Rows(0x10, 0x30, "00") +
                       "30: 00 00 00 00 40 00 00 00 00 00 00 00 ff 01 00 00\n";
  FunctionRecord with =
      ReadOne("00:01.0 x\n" + bridge +
              "40: 0d 00 00 00 28 10 af 06 00 00 00 00 00 00 00 00\n");
  EXPECT_TRUE(with.subsystem_vendor.Is(0x1028));
  EXPECT_TRUE(with.subsystem_device.Is(0x06af));
  FunctionRecord without =
      ReadOne("00:01.0 x\n" + bridge +
              "40: 10 00 42 01 00 00 00 00 00 00 00 00 00 00 00 00\n");
  EXPECT_TRUE(without.subsystem_vendor.Is(0));
  EXPECT_TRUE(ReadOne("00:01.0 x\n" + bridge).subsystem_vendor.unknown());
}

TEST(Dump, SubsystemOfACardBusBridgeStandsBehindItsHeader) {
  FunctionRecord bridge = ReadOne(
      "02:00.0 x\n00: 80 11 76 04 07 00 10 02 b6 00 07 06 00 00 02 00\n" +
      Rows(0x10, 0x40, "00") +
      "40: 28 10 af 06 00 00 00 00 00 00 00 00 00 00 00 00\n");
  EXPECT_TRUE(bridge.subsystem_vendor.Is(0x1028));
  EXPECT_TRUE(bridge.subsystem_device.Is(0x06af));
}

TEST(Dump, SurvivesMailPrograms) {
  std::string plain = std::string("41:00.0 x\n\tIOMMU group: 27\n") + kGpu;
  std::string mailed = "\xef\xbb\xbf";
  for (char c : plain) {
    if (c == '\n') mailed += '\r';
    mailed += c == ' ' ? std::string("\xc2\xa0") : std::string(1, c);
  }
  EXPECT_TRUE(SameFacts(Read(plain), Read(mailed)));
}

TEST(Dump, ProseAroundItIsSkipped) {
  HostSnapshot host = Read(
      "Hi all,\nbad: it hangs\n1: lo: <LOOPBACK>\n12: eth0: <UP>\n"
      "@ 12:30 I ran lspci:\n\n" +
      std::string("41:00.0 x\n\tCapabilities: <access denied>\n") + kGpu +
      "\nface: to face\nThanks\n");
  EXPECT_EQ(host.functions.size(), 1u);
  EXPECT_TRUE(host.warnings.empty());
}

TEST(Dump, MessageInARowCutsItShort) {
  std::string bytes = kGpu;
  bytes.replace(bytes.find("\n20: ") + 17, 0,
                "pcilib: sysfs_read_vpd: read failed\n");
  HostSnapshot host = Read("41:00.0 x\n" + bytes);
  const ConfigSpace& config = host.functions.at(0).config;
  EXPECT_TRUE(config.Holds(0, 0x24));
  EXPECT_FALSE(config.Holds(0x24, 1));
  EXPECT_TRUE(config.Holds(0x30, 16));
  ASSERT_EQ(host.warnings.size(), 1u);
  EXPECT_EQ(host.warnings[0].text,
            "test:4: other text cuts this row of config bytes short");
}

TEST(Dump, TextAndBytesMayStandApart) {
  std::string text = "41:00.0 0302: 10de:2331\n\tIOMMU group: 27\n\n";
  std::string bytes = std::string("41:00.0 3D controller\n") + kGpu + "\n";
  for (const std::string& both : {text + bytes, bytes + text}) {
    FunctionRecord gpu = ReadOne(both);
    EXPECT_TRUE(gpu.iommu_group.Is(27));
    EXPECT_TRUE(gpu.config.Holds(0, 64));
    EXPECT_TRUE(gpu.class_code.Is(0x030200));
  }
}

TEST(Dump, SecondMentionTakesNothingAway) {
  FunctionRecord gpu =
      ReadOne("41:00.0 0302: 10de:2331 (rev a1)\n\n41:00.0 3D controller\n");
  EXPECT_TRUE(gpu.vendor.Is(0x10de));
  EXPECT_TRUE(gpu.revision.Is(0xa1));
}

TEST(Dump, BytesMayBeGivenOnce) {
  std::string bytes = std::string("41:00.0 x\n") + kGpu + "\n";
  std::string message = ErrorOf(bytes + bytes);
  EXPECT_EQ(message.substr(0, message.find('\n')),
            "test:8: the config bytes of this function were given before");
}

TEST(Dump, RowsAfterAnEmptyLineAreNobodys) {
  HostSnapshot host =
      Read(std::string("41:00.0 x\n") + kGpu + "\n40: 01\n50: 02\n");
  EXPECT_FALSE(host.functions.at(0).config.Holds(0x40, 1));
  ASSERT_EQ(host.warnings.size(), 1u);
  EXPECT_EQ(host.warnings[0].text,
            "test:7: config bytes after an empty line belong to no function");
}

TEST(Dump, ListWithoutBytesHasUnknownBytes) {
  HostSnapshot host =
      Read("00:00.0 0600: 8086:1237 (rev 02)\n00:01.0 0601: 8086:7000\n");
  ASSERT_EQ(host.functions.size(), 2u);
  EXPECT_TRUE(host.functions[1].vendor.Is(0x8086));
  EXPECT_TRUE(host.functions[1].config.Byte(0x0e).unknown());
  EXPECT_EQ(host.functions[1].config.rest(), ReadFailure::kNotRecorded);
  EXPECT_EQ(host.source_kind, "lspci-text");
}

TEST(Dump, TextWithoutFunctionsIsNone) {
  EXPECT_EQ(ErrorOf("Hello\n"), "test: no PCI functions found in it");
  EXPECT_EQ(ErrorOf(""), "test: no PCI functions found in it");
}

// The rows that the fast way takes and the rows it leaves to the slow one must
// mean the same: what cuts a dump into short rows changes nothing.
TEST(Dump, FastAndSlowWayAgree) {
  std::string fast = "41:00.0 x\n", slow = fast;
  for (int at = 0; at < 4096; ++at) {
    char row[16];
    int byte = at * 7 % 251;
    if (at % 16 == 0) {
      std::snprintf(row, sizeof(row), "%02x:", at);
      fast += row;
    }
    std::snprintf(row, sizeof(row), " %02x", byte);
    fast += row;
    if (at % 16 == 15) fast += '\n';
    std::snprintf(row, sizeof(row), "0%03x: %02X\n", at, byte);
    slow += row;
  }
  EXPECT_TRUE(SameFacts(Read(fast), Read(slow)));
  EXPECT_TRUE(Read(fast).functions.at(0).config.Holds(0, 4096));
}

}  // namespace
}  // namespace p2pcheck
