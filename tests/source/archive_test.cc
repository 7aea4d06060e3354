// SPDX-License-Identifier: GPL-2.0-or-later
//
// A tar of a tree is the tree, and a hostile tar is refused.
#include "source/archive.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "base/input_error.h"
#include "snapshot/recording.h"
#include "source/source.h"
#include "support/fake_sysfs.h"
#include "support/tar_writer.h"

namespace p2pcheck {
namespace {

namespace fs = std::filesystem;

constexpr const char* kDevices = "sys/bus/pci/devices/0000:00:00.0/";

std::string Recorded(const HostSnapshot& host) {
  std::ostringstream out;
  WriteRecording(host, out);
  return out.str();
}

ReadRequest Everything() {
  ReadRequest request;
  request.depth = ReadRequest::Depth::kEverything;
  return request;
}

// What reading these bytes says.
std::string Message(const std::string& bytes) {
  try {
    ReadBytes(bytes, "x.tar", Everything());
  } catch (const InputError& error) {
    return error.what();
  }
  return "read";
}

// A host of one function, in front of which something else may stand.
TarWriter& AddHost(TarWriter& tar) {
  return tar.File(std::string(kDevices) + "vendor", "0x8086\n")
      .File(std::string(kDevices) + "device", "0x1237\n");
}

std::vector<fs::path> Recordings() {
  std::vector<fs::path> out;
  for (const auto& entry :
       fs::recursive_directory_iterator(P2PCHECK_SOURCE_DIR "/fixtures/hosts"))
    if (entry.path().extension() == ".recording") out.push_back(entry.path());
  std::sort(out.begin(), out.end());
  return out;
}

HostSnapshot ReadFixture(const fs::path& path) {
  return ReadSource(path.string(), Everything());
}

// Four hosts with every shape of archive, and the others with one of them
// each in turn.
TEST(Archive, ATarOfATreeIsTheTree) {
  struct Shape {
    const char* packing;
    const char* prefix;
    bool padded;
  };
  constexpr Shape kShapes[] = {{"", "./", false},
                               {"gzip", "", true},
                               {"bzip2", "host/", false},
                               {"xz", "a/b/c.d/", true},
                               {"zstd", "./host-1/", false}};
  size_t compared = 0, number = 0;
  for (const fs::path& path : Recordings()) {
    TempDirectory tree;
    WriteFakeSysfs(ReadFixture(path), tree);
    const std::string expected =
        Recorded(ReadSource(tree.path(), Everything()));
    ++number;
    for (size_t i = 0; i < std::size(kShapes); ++i) {
      if (number > 4 && number % std::size(kShapes) != i) continue;
      TarWriter tar(kShapes[i].packing);
      tar.Tree(tree.path(), kShapes[i].prefix, kShapes[i].padded);
      HostSnapshot read = ReadBytes(tar.Finish(), "tar", Everything());
      ASSERT_EQ(Recorded(read), expected) << path << " shape " << i;
      EXPECT_EQ(read.source_kind, "sysfs-tree");
      ++compared;
    }
  }
  EXPECT_GE(compared, 150u);
  RecordProperty("compared", static_cast<int>(compared));
}

TEST(Archive, SaysWhatItWasPackedIn) {
  for (auto [packing, said] :
       {std::pair{"", "tar"}, {"gzip", "tar+gzip"}, {"xz", "tar+xz"}}) {
    TarWriter tar(packing);
    HostSnapshot read = ReadBytes(AddHost(tar).Finish(), "tar", {});
    EXPECT_EQ(read.source_packing, said);
    EXPECT_EQ(read.source_parts, StringList{"sys/bus/pci/devices"});
    EXPECT_EQ(read.source_name, "tar");
  }
}

TEST(Archive, ASysfsByItselfAndAVeryDeepOneAreFound) {
  TarWriter bare("gzip");
  bare.File("copy/bus/pci/devices/0000:00:00.0/vendor", "0x8086\n");
  HostSnapshot read = ReadBytes(bare.Finish(), "tar", {});
  EXPECT_EQ(read.functions.size(), 1u);
  EXPECT_EQ(read.source_parts, StringList{"bus/pci/devices"});
  std::string prefix;
  for (int i = 0; i < 40; ++i) prefix += "d/";
  TarWriter deep;
  deep.File(prefix + kDevices + "vendor", "0x8086\n");
  EXPECT_EQ(ReadBytes(deep.Finish(), "tar", {}).functions.size(), 1u);
}

TEST(Archive, ATextIsReadThroughEveryPacking) {
  const std::string text = "00:00.0 0600: 8086:1237\n00: 86 80 37 12\n\n";
  for (const char* packing : {"gzip", "bzip2", "xz", "zstd"}) {
    HostSnapshot read = ReadBytes(Packed(text, packing), "text", {});
    EXPECT_EQ(read.functions.size(), 1u) << packing;
    EXPECT_EQ(read.source_kind, "lspci-dump");
    EXPECT_EQ(read.source_packing, packing);
  }
  // Several gzips in a row are one text.
  HostSnapshot two = ReadBytes(
      Packed(text, "gzip") + Packed("00:01.0 0600: 8086:1237\n", "gzip"), "two",
      {});
  EXPECT_EQ(two.functions.size(), 2u);
}

TEST(Archive, AttributesAreReadWithoutTheirPadding) {
  const std::string path = kDevices;
  TarWriter tar;
  tar.PaddedFile(path + "vendor", "0x8086\n")
      .PaddedFile(path + "device", "0x1237\n")
      .PaddedFile(path + "numa_node", "")
      .PaddedFile(path + "class", "0x060000")
      .PaddedFile("proc/cmdline", "quiet iommu=pt\n")
      .PaddedFile("proc/sys/kernel/osrelease", "6.8.0-45-generic\n");
  HostSnapshot read = ReadBytes(tar.Finish(), "tar", Everything());
  const FunctionRecord& record = read.functions.at(0);
  EXPECT_TRUE(record.vendor.Is(0x8086));
  EXPECT_TRUE(record.class_code.Is(0x060000));
  // Nothing but padding is no value, and no proof of there being none.
  EXPECT_EQ(record.numa_node, Observed<int32_t>(ReadFailure::kNotRecorded));
  EXPECT_TRUE(read.host.command_line.Is("quiet iommu=pt"));
  EXPECT_TRUE(read.host.kernel_release.Is("6.8.0-45-generic"));
  EXPECT_TRUE(read.warnings.empty());
}

// What a user may read of config space, in a file of full length.
TEST(Archive, ZerosThatTarFilledInAreNoConfigBytes) {
  std::string config(64, '\0');
  config.replace(0, 4, "\x86\x80\x37\x12");
  config[0x06] = 0x10;  // has a list of capabilities
  config[0x34] = 0x40;
  for (size_t size : {256, 4096}) {
    std::string padded = config;
    padded.resize(size, '\0');
    for (auto depth :
         {ReadRequest::Depth::kVerdict, ReadRequest::Depth::kEverything}) {
      ReadRequest request;
      request.depth = depth;
      TarWriter tar;
      tar.File(std::string(kDevices) + "config", padded);
      const ConfigSpace space =
          ReadBytes(tar.Finish(), "tar", request).functions.at(0).config;
      EXPECT_TRUE(space.Holds(0, 64));
      EXPECT_EQ(space.Byte(64),
                Observed<uint8_t>(ReadFailure::kConfigTooShort));
      EXPECT_TRUE(space.reach().Is(static_cast<uint16_t>(size)));
    }
  }
  // Where bytes follow, or no list is claimed, zeros are what was read.
  std::string whole = config;
  whole.resize(256, '\0');
  whole[0xf0] = 1;
  std::string without = config;
  without[0x06] = 0;
  without.resize(256, '\0');
  for (const std::string& bytes : {whole, without}) {
    TarWriter tar;
    tar.File(std::string(kDevices) + "config", bytes);
    auto space = ReadBytes(tar.Finish(), "tar", Everything()).functions.at(0);
    EXPECT_TRUE(space.config.Holds(0, 256));
  }
}

TEST(HostileArchive, PathsThatLeadOutAreRefused) {
  auto with = [](const std::string& path) {
    TarWriter tar;
    AddHost(tar).File(path, "x");
    return Message(tar.Finish());
  };
  const std::string kBegin = "x.tar: member \"";
  EXPECT_EQ(with("/etc/passwd"),
            kBegin + "/etc/passwd\" is refused: its path is absolute");
  EXPECT_EQ(with("a/../../etc/x"),
            kBegin + "a/../../etc/x\" is refused: its path has \"..\"");
  EXPECT_EQ(with(std::string(kDevices) + "../x"),
            kBegin + kDevices + "../x\" is refused: its path has \"..\"");
  std::string deep;
  for (int i = 0; i < 70; ++i) deep += "d/";
  EXPECT_NE(with(deep + "x").find("its path is too deep"), std::string::npos);
  EXPECT_NE(with(std::string(5000, 'n')).find("its path is too long"),
            std::string::npos);
  EXPECT_EQ(with("etc/ordinary"), "read");
}

TEST(HostileArchive, LinksThatLeadOutAreRefused) {
  auto with = [](const std::string& target) {
    TarWriter tar;
    AddHost(tar).Link(std::string(kDevices) + "driver", target);
    return Message(tar.Finish());
  };
  const std::string refused =
      std::string("x.tar: member \"") + kDevices +
      "driver\" is refused: it is a link that leads out of the archive";
  EXPECT_EQ(with("/sys/bus/pci/drivers/nvme"), refused);
  EXPECT_EQ(with("../../../../../../etc"), refused);
  EXPECT_EQ(with("a/../../../../../../../etc"), refused);
  EXPECT_EQ(with("../../../../bus/pci/drivers/nvme"), "read");
  // Nobody asks for this one.
  TarWriter tar;
  AddHost(tar).Link("etc/localtime", "/usr/share/zoneinfo/UTC");
  EXPECT_EQ(Message(tar.Finish()), "read");
}

TEST(HostileArchive, HardLinksLeadToWhatWasThereBefore) {
  auto with = [](const std::string& target) {
    TarWriter tar;
    AddHost(tar).HardLink(std::string(kDevices) + "class", target);
    return Message(tar.Finish());
  };
  const std::string kBegin =
      std::string("x.tar: member \"") + kDevices + "class\" is refused: ";
  EXPECT_EQ(with("../../etc/passwd"),
            kBegin + "it is a hard link that leads out");
  EXPECT_EQ(with("/etc/passwd"), kBegin + "it is a hard link that leads out");
  EXPECT_EQ(with("etc/passwd"),
            kBegin + "it is a hard link to what is not there before it");
  EXPECT_EQ(with(std::string(kDevices) + "device"), "read");
}

TEST(HostileArchive, DevicesAndFifosAreRefusedWhereTheyWouldBeRead) {
  const std::string why = "\" is refused: it is a device, a FIFO or a socket";
  TarWriter device, fifo, guest;
  AddHost(device).Device(std::string(kDevices) + "config");
  EXPECT_EQ(Message(device.Finish()),
            std::string("x.tar: member \"") + kDevices + "config" + why);
  AddHost(fifo).Fifo("proc/cmdline");
  EXPECT_EQ(Message(fifo.Finish()), "x.tar: member \"proc/cmdline" + why);
  // That this one is there is a fact about a guest; nothing opens it.
  AddHost(guest).Device("dev/tdx_guest").Fifo("run/fifo");
  HostSnapshot read = ReadBytes(guest.Finish(), "tar", Everything());
  EXPECT_TRUE(read.host.confidential_guest.Is("tdx"));
}

TEST(HostileArchive, MembersThatContradictEachOtherAreRefused) {
  const std::string vendor = std::string(kDevices) + "vendor";
  TarWriter same, other, below, through;
  AddHost(same).File(vendor, "0x8086\n");
  EXPECT_EQ(Message(same.Finish()), "read");
  AddHost(other).File(vendor, "0x10de\n");
  EXPECT_EQ(Message(other.Finish()),
            "x.tar: member \"" + vendor +
                "\" is refused: it is there twice, and the two differ");
  AddHost(below).File(vendor + "/x", "1");
  EXPECT_EQ(Message(below.Finish()),
            "x.tar: member \"" + vendor +
                "/x\" is refused: it is below what is no directory");
  // The old trick: a link, and then a file by way of it.
  AddHost(through).Link("sys/devices/a", "../bus").File("sys/devices/a/x", "1");
  EXPECT_EQ(Message(through.Finish()),
            "x.tar: member \"sys/devices/a/x\" is refused: it is below what "
            "is no directory");
}

TEST(HostileArchive, NamesAreQuotedWithoutTheirControlCharacters) {
  TarWriter tar;
  AddHost(tar).File("/\x1b[31m\n", "x");
  EXPECT_EQ(Message(tar.Finish()),
            "x.tar: member \"/?[31m?\" is refused: its path is absolute");
}

TEST(HostileArchive, BombsStopEarly) {
  // 200 MiB of zeros: 4500 to 1 in bzip2, in a member nobody asks for.
  TarWriter ratio("bzip2");
  AddHost(ratio).Zeros("var/log/messages", uint64_t{200} << 20);
  EXPECT_EQ(Message(ratio.Finish()),
            "x.tar: unpacks to more than 1000 times its size");
  EXPECT_EQ(Message(Packed(std::string(200 << 20, '\n'), "bzip2")),
            "x.tar: unpacks to more than 1000 times its size");
  TarWriter large;
  AddHost(large).Zeros("proc/kallsyms", (uint64_t{64} << 20) + 1);
  EXPECT_EQ(Message(large.Finish()),
            "x.tar: member \"proc/kallsyms\" is refused: it is larger than 64 "
            "MiB");
  EXPECT_EQ(Message(Packed(std::string(200 << 20, '\n'), "gzip")),
            "x.tar: unpacks to more than 1000 times its size");
}

TEST(HostileArchive, CompressedTwiceIsRefused) {
  for (auto [inner, outer] : {std::pair{"gzip", "gzip"},
                              {"xz", "gzip"},
                              {"gzip", "xz"},
                              {"xz", "xz"}}) {
    TarWriter tar(inner);
    EXPECT_EQ(Message(Packed(AddHost(tar).Finish(), outer)),
              "x.tar: is compressed more than once")
        << inner << " in " << outer;
  }
}

TEST(HostileArchive, ZerosBehindAGzipAreNoPartOfIt) {
  TarWriter tar("gzip");
  std::string bytes = AddHost(tar).Finish();
  EXPECT_EQ(Message(bytes + std::string(1000, '\0')), "read");
  EXPECT_EQ(Message(bytes + "garbage").find("x.tar: is damaged"), 0u);
}

// Names only: an attribute is a page, and the memory of a device no attribute.
TEST(HostileArchive, LargeFilesOfSysfsAreNotHeld) {
  TarWriter tar;
  AddHost(tar)
      .Zeros(std::string(kDevices) + "resource0", 16 << 20)
      .Zeros(std::string(kDevices) + "numa_node", 1 << 20);
  HostSnapshot read = ReadBytes(tar.Finish(), "tar", Everything());
  EXPECT_EQ(read.functions[0].resource_files,
            Observed<StringList>(StringList{"0"}));
  EXPECT_EQ(read.functions[0].numa_node,
            Observed<int32_t>(ReadFailure::kReadError));
}

TEST(HostileArchive, CutAndDamagedOnesAreRefused) {
  for (const char* packing : {"", "gzip", "bzip2", "xz", "zstd"}) {
    TarWriter tar(packing);
    std::string noise;
    for (uint32_t i = 0, x = 1; i < 20000; ++i)
      noise += static_cast<char>('!' + ((x = x * 1664525 + 1013904223) >> 26));
    std::string bytes = AddHost(tar).File("proc/cpuinfo", noise).Finish();
    EXPECT_EQ(Message(bytes), "read") << packing;
    std::string cut = Message(bytes.substr(0, bytes.size() / 2));
    EXPECT_EQ(cut.find("x.tar: is damaged or cut short: "), 0u)
        << packing << " " << cut;
    // What libarchive writes by zstd has no checksum.
    if (std::string(packing) == "zstd") continue;
    std::string damaged = bytes;
    size_t at = *packing ? bytes.size() / 2 : 512 * 2 + 150;  // a checksum
    for (size_t i = 0; i < 4; ++i) damaged[at + i] ^= 0x55;
    std::string told = Message(damaged);
    EXPECT_EQ(told.find("x.tar: is damaged or cut short: "), 0u)
        << packing << " " << told;
  }
}

TEST(HostileArchive, WithoutAHostOrWithSeveralThePlacesAreSaid) {
  TarWriter none, two, nothing;
  none.File("etc/passwd", "x");
  EXPECT_EQ(Message(none.Finish()),
            "x.tar: no host found in it: neither sys/bus/pci/devices nor "
            "proc/bus/pci nor what lspci printed");
  two.File("a/sys/bus/pci/devices/0000:00:00.0/vendor", "0x8086")
      .File("b/sys/bus/pci/devices/0000:00:00.0/vendor", "0x8086");
  EXPECT_EQ(Message(two.Finish()),
            "x.tar: has several hosts (a, b); unpack it and name one");
  EXPECT_EQ(Message(Packed("", "gzip")), "x.tar: has nothing in it");
  EXPECT_EQ(Message("PK\x03\x04 and so on"),
            "x.tar: is a zip archive, which is not read; unpack it and name "
            "the directory or file inside");
}

}  // namespace
}  // namespace p2pcheck
