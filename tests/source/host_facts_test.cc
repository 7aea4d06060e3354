// SPDX-License-Identifier: GPL-2.0-or-later
#include "source/host_facts.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include "source/attributes.h"
#include "source/nodes.h"
#include "source/watched_files.h"
#include "support/fake_sysfs.h"

namespace p2pcheck {
namespace {

// A recorded host made of a few files.
class HostFactsTest : public testing::Test {
 protected:
  HostFacts Read(bool live = false, bool everything = true) {
    directory_.Write("sys/x", "");
    directory_.Write("proc/x", "");
    OpenFile root = OpenDirectory(&files_, AT_FDCWD, directory_.path().c_str());
    OpenFile sys = OpenDirectory(&files_, root.get(), "sys");
    OpenFile proc = OpenDirectory(&files_, root.get(), "proc");
    HostTree tree{&files_, root.get(), sys.get(), proc.get(),
                  live,    false,      everything};
    return ReadHostFacts(tree);
  }

  TempDirectory directory_;
  WatchedFiles files_;
};

TEST_F(HostFactsTest, AnEmptyRecordingKnowsNothingAndClaimsNothing) {
  HostFacts host = Read();
  ForEachHostField([&](std::string_view name, auto field) {
    EXPECT_TRUE((host.*field).unknown()) << name;
  });
}

TEST_F(HostFactsTest, RefusalIsNotAbsence) {
  directory_.Write("proc/cmdline", "quiet");
  directory_.Write("proc/kallsyms", "");
  files_.fail_open = {
      {"cmdline", EACCES}, {"kallsyms", EPERM}, {"config.gz", EACCES}};
  HostFacts host = Read(true);
  EXPECT_EQ(host.command_line,
            Observed<std::string>(ReadFailure::kPermissionDenied));
  EXPECT_EQ(host.symbols, Observed<StringMap>(ReadFailure::kPermissionDenied));
  EXPECT_EQ(host.config, Observed<StringMap>(ReadFailure::kPermissionDenied));
  EXPECT_TRUE(host.iommu_units.absent()) << "live, what is missing is not";
}

std::string Gzip(const std::string& text) {
  std::string out(text.size() + 64, '\0');
  z_stream stream{};
  deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
  stream.next_in =
      const_cast<Bytef*>(reinterpret_cast<const Bytef*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

TEST_F(HostFactsTest, ConfigMayBeCompressedOrKeptByTheDistribution) {
  const std::string text =
      "CONFIG_PCI_P2PDMA=y\n# CONFIG_IOMMUFD is not set\nCONFIG_VFIO_PCI=m\n"
      "CONFIG_PCI_P2PDMA_EXTRA=y\nPCI_QUIRKS=y\n";
  directory_.Write("proc/sys/kernel/osrelease", "6.8.0\n");
  const std::pair<const char*, std::string> kPlaces[] = {
      {"proc/config.gz", Gzip(text)},
      {"boot/config-6.8.0", text},
      {"lib/modules/6.8.0/config", text},
      {"usr/lib/modules/6.8.0/config", text},
      {"lib/modules/6.8.0/build/.config", text}};
  for (const auto& [place, content] : kPlaces) {
    directory_.Write(place, content);
    HostFacts host = Read();
    ASSERT_TRUE(host.config.known()) << place;
    StringMap config = host.config.value();
    EXPECT_EQ(config["PCI_P2PDMA"], "y");
    EXPECT_EQ(config["VFIO_PCI"], "m");
    EXPECT_EQ(config["IOMMUFD"], "n");
    EXPECT_EQ(config["PCI_QUIRKS"], "n");
    EXPECT_EQ(config.size(), WantedConfigOptions().size());
    directory_.Remove(place);
  }
}

TEST_F(HostFactsTest, ABrokenConfigIsNoConfig) {
  directory_.Write("proc/config.gz",
                   Gzip("CONFIG_PCI_P2PDMA=y\n").substr(0, 20));
  EXPECT_EQ(Read().config, Observed<StringMap>(ReadFailure::kMalformed));
}

// Ten megabytes are read only where nothing smaller answers.
TEST_F(HostFactsTest, SymbolsAreLeftAloneWhereTheConfigTells) {
  directory_.Write("proc/config.gz", "CONFIG_PCI_P2PDMA=y\n");
  directory_.Write("proc/kallsyms", "0 T pci_p2pdma_distance_many\n");
  Read(false, false);
  EXPECT_EQ(files_.opened.count("kallsyms"), 0u);
  directory_.Remove("proc/config.gz");
  EXPECT_EQ(Read(false, false).symbols.value()["pci_p2pdma_distance_many"],
            "yes");
}

TEST_F(HostFactsTest, SymbolsAreFoundAcrossWindows) {
  // A name that lies half in one megabyte and half in the next.
  const std::string crossing = "0000000000000000 T dma_buf_phys_vec_to_sgt\n";
  std::string text;
  while (text.size() < (1 << 20) - 100)
    text += "0000000000000000 t some_function_of_no_interest\n";
  text.insert(0, (1 << 20) - 25 - text.size(), '\n');
  text += crossing;
  for (int i = 0; i < 30000; ++i)
    text += "0000000000000000 t some_function_of_no_interest\n";
  text += "0000000000000000 T dma_buf_move_notify\n";
  text += "0000000000000000 t vfio_pci_core_setup_barmap\t[vfio_pci_core]\n";
  text += "0000000000000000 t pcim_p2pdma_init.cold\n";
  directory_.Write("proc/kallsyms", text);
  StringMap symbols = Read().symbols.value();
  EXPECT_EQ(symbols["dma_buf_phys_vec_to_sgt"], "yes");
  EXPECT_EQ(symbols["dma_buf_move_notify"], "yes");
  EXPECT_EQ(symbols["vfio_pci_core_setup_barmap"], "yes");
  EXPECT_EQ(symbols["pcim_p2pdma_init"], "no");
}

TEST_F(HostFactsTest, NvidiasParametersHaveTheNamesOfModprobe) {
  directory_.Write("sys/module/nvidia/version", "595.45.04\n");
  EXPECT_EQ(Read().module_parameters, Observed<StringMap>(StringMap{}));
  directory_.Write("proc/driver/nvidia/params",
                   "EnableMSI: 1\nGrdmaPciTopoCheckOverride: 2\n"
                   "DmaRemapPeerMmio: 0\nDmaRemapPeerMmioNot: 7\nbroken");
  StringMap expected{{"nvidia.NVreg_DmaRemapPeerMmio", "0"},
                     {"nvidia.NVreg_GrdmaPciTopoCheckOverride", "2"}};
  EXPECT_EQ(Read().module_parameters, Observed<StringMap>(expected));
}

TEST_F(HostFactsTest, OnlyTheFirstProcessorCounts) {
  directory_.Write("proc/cpuinfo",
                   "processor\t: 0\nvendor_id\t: GenuineIntel\nmodel\t\t: 85\n"
                   "flags\t\t: fpu hypervisor2 lm\n\n"
                   "processor\t: 1\ncpu family\t: 7\nflags\t: hypervisor\n");
  HostFacts host = Read();
  EXPECT_TRUE(host.cpu_vendor.Is("GenuineIntel"));
  EXPECT_TRUE(host.cpu_model.Is(85));
  EXPECT_TRUE(host.cpu_family.absent());
  EXPECT_TRUE(host.hypervisor.Is(false));
  EXPECT_TRUE(host.confidential_guest.absent()) << "bare metal is no guest";
}

TEST_F(HostFactsTest, RegistrationOrderIsTheFirstColumn) {
  directory_.Write("proc/bus/pci/devices",
                   "0000\t80860d57\t0\n0108\t1af4\t0\n");
  EXPECT_TRUE(Read().registration_order.Is({"0000", "0108"}));
}

TEST_F(HostFactsTest, BusyRegionsAreWhatLiesInsideAFunctionsMemory) {
  directory_.Write("proc/iomem",
                   "000a0000-000bffff : PCI Bus 0000:00\n"
                   "  000a0000-000affff : Video\n"
                   "c0000000-febfffff : PCI Bus 0000:00\n"
                   "  fe000000-fe0fffff : 0000:00:0e.0\n"
                   "    fe000000-fe0fffff : PCI Bus 10000:00\n"
                   "      fe000000-fe003fff : 10000:00:01.0\n"
                   "        fe000000-fe003fff : nvme\n"
                   "  fe800000-fe8fffff : 0000:00:02.0\n"
                   "    fe800000-fe800fff : BOOTFB : odd\n"
                   "  fe900000-fe9fffff : Reserved\n"
                   "fee00000-fee00fff : Local APIC\n");
  EXPECT_TRUE(Read().busy_regions.Is(
      {"fe000000-fe003fff nvme", "fe800000-fe800fff BOOTFB : odd"}));
  EXPECT_TRUE(Read(false, false).busy_regions.unknown()) << "not asked for";
}

TEST_F(HostFactsTest, MemoryWithoutAddressesIsARefusal) {
  directory_.Write("proc/iomem",
                   "00000000-00000000 : PCI Bus 0000:00\n"
                   "  00000000-00000000 : 0000:00:02.0\n"
                   "    00000000-00000000 : efifb\n");
  EXPECT_EQ(Read().busy_regions,
            Observed<StringList>(ReadFailure::kPermissionDenied));
}

TEST_F(HostFactsTest, NobodyInsideIsAnEmptyList) {
  directory_.Write("proc/iomem", "fe800000-fe8fffff : 0000:00:02.0\n");
  EXPECT_TRUE(Read().busy_regions.Is({}));
}

TEST_F(HostFactsTest, InterruptsAreRemappedWhereTheirChipsSaySo) {
  auto told = [&](std::string_view chips) {
    directory_.Write("proc/interrupts", chips);
    return Read().interrupt_remapping;
  };
  std::string many(100'000, ' ');
  EXPECT_TRUE(
      told("  CPU0\n  0:" + many + "1  IR-IO-APIC  2-edge  timer\n").Is(true));
  EXPECT_TRUE(told("  CPU0\n  0:  1   IO-APIC  2-edge  timer\n").Is(false));
  EXPECT_TRUE(told(" 30:  1  DMAR-MSI  0-edge  dmar0\n"
                   " 31:  1  IR-PCI-MSIX-0000:01:00.0  0-edge  nvme0q0\n")
                  .Is(true))
      << "the IOMMU's own interrupt is never remapped";
  EXPECT_TRUE(told(" 11:  1  GICv3  30 Level  arch_timer\n").unknown());
  directory_.Write("dmesg.txt",
                   "[ 0.1] DMAR-IR: Enabled IRQ remapping in x2apic mode\n");
  EXPECT_TRUE(Read().interrupt_remapping.Is(true)) << "the log tells";
}

TEST(KernelLog, KeepsWhatConcernsUsWithoutStamps) {
  EXPECT_EQ(
      FilterKernelLog(
          "[    0.923254] pci 0000:00:00.0: Adding to iommu group 0\n"
          "<6>[    0.9][    T1] pci 0000:00:01.0: Configured ACS to 0x001d\n"
          "Nov 20 21:47:00 host kernel: [ 1.5] DMAR: IOMMU enabled\n"
          "Nov 20 21:47:01 host kernel: AMD-Vi: Interrupt remapping enabled\n"
          "[Thu Nov 20 21:47:00 2025] iommu: Default domain type: Translated\n"
          "[    2.0] usb 1-1: new high-speed USB device\n"
          "[C0] pci: PCIe ACS overrides enabled"),
      (StringList{"pci 0000:00:00.0: Adding to iommu group 0",
                  "pci 0000:00:01.0: Configured ACS to 0x001d",
                  "DMAR: IOMMU enabled", "AMD-Vi: Interrupt remapping enabled",
                  "iommu: Default domain type: Translated",
                  "pci: PCIe ACS overrides enabled"}));
}

TEST(KernelLog, KeepsOrderAndSaysRepeatedRefusalsOnce) {
  EXPECT_EQ(FilterKernelLog("[ 1.0] nvme 0: ACS redirect is set between\n"
                            "[ 1.1] pci 1: Adding to iommu group 1\n"
                            "[ 1.2] nvme 0: ACS redirect is set between\n"
                            "[ 1.3] pci 1: Adding to iommu group 1\n"),
            (StringList{"nvme 0: ACS redirect is set between",
                        "pci 1: Adding to iommu group 1",
                        "pci 1: Adding to iommu group 1"}));
}

TEST(Nodes, AreWhatMovesTheFunctionsData) {
  auto name = [](std::string_view path) {
    auto node = NodeAt(path);
    return node ? node->subsystem + " " + node->name : std::string("none");
  };
  EXPECT_EQ(name("net/eth0"), "net eth0");
  EXPECT_EQ(name("/virtio3/net/eth0"), "net eth0");
  EXPECT_EQ(name("virtio3/block/vda"), "block vda");
  EXPECT_EQ(name("nvme/nvme0"), "nvme nvme0");
  EXPECT_EQ(name("nvme/nvme0/nvme0n1"), "block nvme0n1");
  EXPECT_EQ(name("nvme/nvme0/nvme0c0n1"), "none") << "a path, hidden";
  EXPECT_EQ(name("nvme/nvme0/hwmon1"), "none");
  EXPECT_EQ(name("nvme/nvme0/nvme0n1/nvme0n1p1"), "none");
  EXPECT_EQ(name("drm/renderD128"), "drm renderD128");
  EXPECT_EQ(name("drm/card1-DP-1"), "none");
  EXPECT_EQ(name("usb1/1-1/1-1:1.0/net/eth1"), "none");
  EXPECT_EQ(name("infiniband/mlx5_0"), "infiniband mlx5_0");
}

TEST(Attributes, LinkSpeedsAndWidths) {
  EXPECT_TRUE(ParseLinkSpeed("2.5 GT/s PCIe").Is(25));
  EXPECT_TRUE(ParseLinkSpeed("8 GT/s").Is(80));
  EXPECT_TRUE(ParseLinkSpeed("64.0 GT/s PCIe").Is(640));
  EXPECT_TRUE(ParseLinkSpeed("Unknown").absent());
  EXPECT_TRUE(ParseLinkSpeed("Unknown speed").absent());
  for (const char* bad :
       {"", "GT/s", "8.0", "8.00 GT/s", "-8 GT/s", "99999 GT/s"})
    EXPECT_EQ(ParseLinkSpeed(bad), Observed<uint16_t>(ReadFailure::kMalformed))
        << bad;
  EXPECT_TRUE(ParseLinkWidth("16").Is(16));
  EXPECT_TRUE(ParseLinkWidth("0").absent());
  EXPECT_TRUE(ParseLinkWidth("255").absent());
  EXPECT_EQ(ParseLinkWidth("63"), Observed<uint8_t>(ReadFailure::kUnreachable));
  EXPECT_EQ(ParseLinkWidth("x4"), Observed<uint8_t>(ReadFailure::kMalformed));
}

TEST(Attributes, UeventHasTheKernelsView) {
  Uevent uevent = ParseUevent(
      "DRIVER=nvme\nPCI_CLASS=10802\nPCI_ID=144D:A80A\n"
      "PCI_SUBSYS_ID=144D:A801\nPCI_SLOT_NAME=0000:01:00.0\n");
  EXPECT_EQ(uevent.driver, "nvme");
  EXPECT_EQ(uevent.class_code, 0x010802u);
  EXPECT_EQ(uevent.vendor, 0x144d);
  EXPECT_EQ(uevent.device, 0xa80a);
  EXPECT_EQ(uevent.subsystem_device, 0xa801);
  EXPECT_FALSE(ParseUevent("PCI_ID=144D\nPCI_CLASS=xyz\n").vendor);
}

}  // namespace
}  // namespace p2pcheck
