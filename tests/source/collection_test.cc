// SPDX-License-Identifier: GPL-2.0-or-later
//
// Files of the field that hold many things: a sosreport, what
// hwloc-gather-topology packs, an nvidia-bug-report.log.
#include "source/collection.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "base/input_error.h"
#include "source/lspci_options.h"
#include "source/source.h"
#include "support/fake_sysfs.h"
#include "support/tar_writer.h"

namespace p2pcheck {
namespace {

ReadRequest Everything() {
  ReadRequest request;
  request.depth = ReadRequest::Depth::kEverything;
  return request;
}

HostSnapshot ReadTree(const TempDirectory& directory) {
  return ReadSource(directory.path(), Everything());
}

// The first bytes of an endpoint without capabilities.
std::string Config(uint16_t vendor, uint16_t device, size_t size = 256) {
  std::string out(size, '\0');
  out[0] = static_cast<char>(vendor & 0xff);
  out[1] = static_cast<char>(vendor >> 8);
  out[2] = static_cast<char>(device & 0xff);
  out[3] = static_cast<char>(device >> 8);
  out[0x0a] = 0x02;
  out[0x0b] = 0x03;
  return out;
}

// A line of /proc/bus/pci/devices.
std::string DevicesLine(const std::string& place, const std::string& ids,
                        const std::string& driver) {
  std::string out = place + "\t" + ids + "\t1f";
  for (int i = 0; i < 14; ++i) out += "\t               0";
  return out + "\t" + driver + "\n";
}

constexpr const char* kLspci =
    "01:00.0 3D controller [0302]: NVIDIA Corporation GH100 [10de:2330] (rev "
    "a1)\n"
    "\tSubsystem: NVIDIA Corporation Device [10de:16c1]\n"
    "\tFlags: bus master, fast devsel, latency 0, IRQ 16, IOMMU group 12\n"
    "\tKernel driver in use: nvidia\n"
    "\n"
    "02:00.0 Ethernet controller [0200]: Intel [8086:1572] (rev 02)\n"
    "\tNUMA node: 1\n"
    "\n";

TEST(Sosreport, TakesBytesFromProcAndFillsInFromLspci) {
  TempDirectory report;
  report.Write("proc/bus/pci/01/00.0", Config(0x10de, 0x2330));
  report.Write("proc/bus/pci/0001:00/1f.3", Config(0x8086, 0x9dc8));
  report.Write("proc/bus/pci/devices",
               DevicesLine("0100", "10de2330", "nvidia") +
                   DevicesLine("00fb", "80869dc8", ""));
  report.Write("sos_commands/pci/lspci_-nnvv", kLspci);
  report.Write("sos_commands/pci/lspci_-tv", "-[0000:00]-+-00.0\n");
  report.Link("lspci", "sos_commands/pci/lspci_-nnvv");
  report.Write("sos_commands/kernel/uname_-a",
               "Linux host 5.14.0-503.el9.x86_64 #1 SMP PREEMPT_DYNAMIC Thu "
               "Oct 24 2024 x86_64 x86_64 x86_64 GNU/Linux\n");
  report.Write("proc/cmdline", "BOOT_IMAGE=x iommu=pt\n");
  report.Write("proc/cpuinfo", "vendor_id\t: AuthenticAMD\ncpu family\t: 25\n");
  report.Write("sos_commands/kernel/dmesg",
               "[    1.0] pci 0000:01:00.0: Adding to iommu group 12\n");
  HostSnapshot read = ReadTree(report);
  EXPECT_EQ(read.source_kind, "sosreport");
  EXPECT_EQ(read.source_parts,
            (StringList{"proc/bus/pci", "sos_commands/pci/lspci_-nnvv",
                        "proc/cmdline", "proc/cpuinfo",
                        "sos_commands/kernel/dmesg"}));
  ASSERT_EQ(read.functions.size(), 3u);
  const FunctionRecord& gpu = *read.Find({0, 0x01, 0});
  EXPECT_TRUE(gpu.config.Holds(0, 256));
  EXPECT_TRUE(gpu.config.reach().Is(256));
  EXPECT_TRUE(gpu.driver.Is("nvidia"));
  EXPECT_TRUE(gpu.iommu_group.Is(12));
  EXPECT_TRUE(gpu.class_code.Is(0x030200));
  // Nobody drives it; lspci did not show it.
  const FunctionRecord& audio = *read.Find({1, 0x00, 0xfb});
  EXPECT_TRUE(audio.driver.absent());
  EXPECT_TRUE(audio.vendor.Is(0x8086));
  // Of this one there is lspci's word only.
  const FunctionRecord& nic = *read.Find({0, 0x02, 0});
  EXPECT_TRUE(nic.config.runs().empty());
  EXPECT_TRUE(nic.numa_node.Is(1));
  EXPECT_TRUE(read.host.kernel_release.Is("5.14.0-503.el9.x86_64"));
  EXPECT_TRUE(read.host.architecture.Is("x86_64"));
  EXPECT_TRUE(read.host.cpu_family.Is(25));
  EXPECT_TRUE(read.host.command_line.Is("BOOT_IMAGE=x iommu=pt"));
  EXPECT_EQ(read.host.kernel_log.value_or({}).size(), 1u);
}

TEST(Sosreport, PackedItIsTheSame) {
  TempDirectory report;
  report.Write("proc/bus/pci/01/00.0", Config(0x10de, 0x2330));
  report.Write("sos_commands/pci/lspci_-nnvv", kLspci);
  report.Link("lspci", "sos_commands/pci/lspci_-nnvv");
  report.Write("proc/version", "Linux version 6.8.0-45-generic (x@y) #45\n");
  report.Write("var/log/messages", "not asked for\n");
  TarWriter tar("xz");
  tar.Tree(report.path(), "sosreport-host-2026/");
  HostSnapshot packed = ReadBytes(tar.Finish(), "sos.tar.xz", Everything());
  HostSnapshot tree = ReadTree(report);
  EXPECT_TRUE(SameFacts(packed, tree));
  EXPECT_EQ(packed.source_parts, tree.source_parts);
  EXPECT_EQ(packed.source_kind, "sosreport");
  EXPECT_TRUE(packed.host.kernel_release.Is("6.8.0-45-generic"));
  EXPECT_EQ(packed.functions.size(), 2u);
}

TEST(Sosreport, ASysfsInItComesFirst) {
  TempDirectory report;
  report.Write("sys/bus/pci/devices/0000:01:00.0/vendor", "0x10de\n");
  report.Write("proc/bus/pci/01/00.0", Config(0x10de, 0x9999));
  report.Write("sos_commands/pci/lspci_-nnvv", kLspci);
  HostSnapshot read = ReadTree(report);
  const FunctionRecord& gpu = *read.Find({0, 0x01, 0});
  EXPECT_TRUE(gpu.vendor.Is(0x10de));
  EXPECT_TRUE(gpu.device.Is(0x9999));
  EXPECT_TRUE(gpu.driver.Is("nvidia"));
  EXPECT_EQ(read.source_parts,
            (StringList{"sys/bus/pci/devices", "proc/bus/pci",
                        "sos_commands/pci/lspci_-nnvv"}));
}

TEST(Sosreport, AUsersBytesEndBeforeConfigSpaceDoes) {
  TempDirectory report;
  report.Write("proc/bus/pci/01/00.0", Config(0x10de, 0x2330, 64));
  const ConfigSpace config = ReadTree(report).functions.at(0).config;
  EXPECT_TRUE(config.Holds(0, 64));
  EXPECT_TRUE(config.Byte(64).unknown());
}

// A line has no domain, so it may mean either.
TEST(Sosreport, ALineOfProcThatCouldMeanTwoFunctionsIsNotUsed) {
  TempDirectory report;
  report.Write("proc/bus/pci/01/00.0", Config(0x10de, 0x2330));
  report.Write("proc/bus/pci/0001:01/00.0", Config(0x10de, 0x2330));
  report.Write("proc/bus/pci/devices",
               DevicesLine("0100", "10de2330", "nvidia"));
  for (const FunctionRecord& record : ReadTree(report).functions)
    EXPECT_TRUE(record.driver.unknown());
}

TEST(Sosreport, WithoutFunctionsItSaysSo) {
  TempDirectory report;
  report.Write("sos_commands/pci/lspci_-nnvv", "lspci: command not found\n");
  try {
    ReadTree(report);
    FAIL();
  } catch (const InputError& error) {
    EXPECT_EQ(error.what(), report.path() + ": no PCI functions found in it");
  }
}

TEST(HwlocTopology, ItsNotesTellKernelMachineAndPages) {
  TarWriter tar("bzip2");
  tar.File("host/sys/bus/pci/devices/0000:00:00.0/vendor", "0x1014\n")
      .File("host/proc/hwloc-nofile-info",
            "OSName: Linux\nOSRelease: 4.14.0-49.el7a.ppc64le\n"
            "Architecture: ppc64le\nPageSize: 65536\n");
  HostSnapshot read = ReadBytes(tar.Finish(), "x", Everything());
  EXPECT_EQ(read.source_kind, "hwloc-topology");
  EXPECT_TRUE(read.host.kernel_release.Is("4.14.0-49.el7a.ppc64le"));
  EXPECT_TRUE(read.host.architecture.Is("ppc64le"));
  EXPECT_TRUE(read.host.page_size.Is(65536));
}

const std::string kLine = "____________________________________________\n\n";

std::string BugReport(const std::string& listings) {
  return kLine +
         "Start of NVIDIA bug report log file.  Please include this file\n\n"
         "Date: Sat Nov 21\nuname: Linux h 6.8.0-45-generic #45-Ubuntu SMP Fri "
         "Aug 30 2024 x86_64 x86_64 x86_64 GNU/Linux\n\n" +
         kLine + "*** /etc/issue\n*** ls: -rw-r--r-- 1 root\nUbuntu\n\n" +
         listings + kLine + "dmesg:\n\n[    0.1] DMAR: IOMMU enabled\n" +
         kLine +
         "*** /proc/cmdline\n*** ls: -r--r--r-- 1 root 0\nquiet "
         "iommu=pt\n\n" +
         kLine + "*** /proc/cpuinfo\n*** ls: -r\nvendor_id\t: GenuineIntel\n" +
         "cpu family\t: 6\nmodel\t\t: 143\n\n" + kLine +
         "*** /proc/pci does not exist\n\n" + kLine + "base64 \"x\"\n\nAAAA\n";
}

TEST(BugReport, TheWholeListingIsEnough) {
  const std::string report = BugReport(
      kLine + "/usr/bin/lspci -nntv\n\n-[0000:00]-+-00.0\n\n" + kLine +
      "/usr/bin/lspci -nn\n\n00:00.0 Host bridge [0600]: x [8086:1237]\n"
      "01:00.0 3D controller [0302]: x [10de:2330]\n\n" +
      kLine +
      "/usr/bin/lspci -nnDvvvxxxx\n\n"
      "0000:01:00.0 3D controller [0302]: x [10de:2330]\n"
      "\tIOMMU group: 7\n00: de 10 30 23\n\n");
  HostSnapshot read =
      ReadBytes(Packed(report, "gzip"), "nvidia-bug-report.log.gz", {});
  EXPECT_EQ(read.source_kind, "nvidia-bug-report");
  EXPECT_EQ(read.source_packing, "gzip");
  EXPECT_EQ(read.source_parts,
            (StringList{"lspci -nnDvvvxxxx", "lspci -nn", "uname",
                        "proc/cmdline", "proc/cpuinfo", "dmesg"}));
  ASSERT_EQ(read.functions.size(), 2u);
  EXPECT_TRUE(read.complete);
  EXPECT_TRUE(read.functions[1].iommu_group.Is(7));
  EXPECT_TRUE(read.functions[1].config.Holds(0, 4));
  EXPECT_TRUE(read.host.kernel_release.Is("6.8.0-45-generic"));
  EXPECT_TRUE(read.host.command_line.Is("quiet iommu=pt"));
  EXPECT_TRUE(read.host.cpu_model.Is(143));
  EXPECT_EQ(read.host.kernel_log,
            Observed<StringList>(StringList{"DMAR: IOMMU enabled"}));
}

TEST(BugReport, OlderOnesHaveTheBytesOfSomeFunctions) {
  const std::string gpus =
      kLine +
      "/sbin/lspci -d \"10de:*\" -v -xxx\n\n01:00.0 0302: 10de:2330\n"
      "00: de 10 30 23\n\n";
  const std::string all =
      kLine + "/sbin/lspci -nn\n\n00:00.0 Host bridge [0600]: x [8086:1237]\n";
  HostSnapshot some = ReadBytes(BugReport(gpus), "log", {});
  EXPECT_EQ(some.functions.size(), 1u);
  EXPECT_FALSE(some.complete);
  HostSnapshot both = ReadBytes(BugReport(gpus + all), "log", {});
  EXPECT_EQ(both.functions.size(), 2u);
  EXPECT_TRUE(both.complete);
}

TEST(BugReport, VersionsOfOldHavePathsWithoutStars) {
  HostSnapshot read = ReadBytes(
      BugReport(kLine + "lspci -nn\n\n00:00.0 0600: 8086:1237\n") + kLine +
          "/proc/version\nLinux version 2.6.32-24-generic (x)\n",
      "log", {});
  EXPECT_TRUE(read.host.kernel_release.Is("2.6.32-24-generic"));
  EXPECT_EQ(read.source_parts.at(1), "proc/version");
}

TEST(BugReport, AnErrorNamesTheListing) {
  try {
    ReadBytes(BugReport(kLine + "lspci -nnDvvvxxxx\n\n00:00.0 0600: 8086:1237\n"
                                "00: 86 8g\n"),
              "log", {});
    FAIL();
  } catch (const InputError& error) {
    EXPECT_STREQ(error.what(),
                 "log(lspci -nnDvvvxxxx):2: expected two hex digits\n"
                 "00: 86 8g\n        ^");
  }
}

TEST(KernelLog, IsFoundInItsPlacesBestFirst) {
  TempDirectory host;
  host.Write("sys/bus/pci/devices/0000:00:00.0/vendor", "0x8086\n");
  auto log = [&] { return ReadTree(host).host.kernel_log; };
  EXPECT_TRUE(log().unknown());
  const char* const kLater[] = {"sos_commands/logs/journalctl_--no-pager",
                                "journalctl.txt", "var/log/kern.log",
                                "kern.log"};
  for (const char* path : kLater) {
    host.Write(path, fmt::format("Nov 20 21:47:00 h kernel: DMAR: {}\n", path));
    EXPECT_EQ(log(),
              Observed<StringList>(StringList{fmt::format("DMAR: {}", path)}));
  }
  for (const char* path :
       {"sos_commands/kernel/dmesg", "var/log/dmesg", "dmesg", "dmesg.txt"}) {
    host.Write(path, fmt::format("[    0.1] DMAR: {}\n", path));
    EXPECT_EQ(log(),
              Observed<StringList>(StringList{fmt::format("DMAR: {}", path)}));
  }
}

// A file that goes on for months has the groups of every boot.
TEST(KernelLog, OfSeveralBootsTheLastCounts) {
  TempDirectory host;
  host.Write("sys/bus/pci/devices/0000:00:00.0/vendor", "0x8086\n");
  const std::string boot = "2026-11-20T21:47:00+00:00 h kernel: [ 0.0] ";
  host.Write("var/log/kern.log",
             boot + "Linux version 6.1.0\n" + boot + "DMAR: old\n" + boot +
                 "Linux version 6.8.0\n" + boot + "DMAR: new\n");
  EXPECT_EQ(ReadTree(host).host.kernel_log,
            Observed<StringList>(StringList{"DMAR: new"}));
}

TEST(LspciOptions, AreReadFromCommandsAndFileNames) {
  EXPECT_TRUE(ParseLspciOptions("lspci -nntv").tree);
  EXPECT_TRUE(ParseLspciOptions("lspci_-tv").tree);
  EXPECT_TRUE(ParseLspciOptions("lspci-t.txt").tree);
  EXPECT_FALSE(ParseLspciOptions("lspci.txt").tree);
  auto some = ParseLspciOptions("lspci -d \"10de:*\" -v -xxx");
  EXPECT_TRUE(some.filtered);
  EXPECT_EQ(some.Rank(), 31);
  EXPECT_EQ(ParseLspciOptions("lspci -nnDvvvxxxx").Rank(), 43);
  EXPECT_EQ(ParseLspciOptions("lspci-nnvv.txt").Rank(), 2);
}

}  // namespace
}  // namespace p2pcheck
