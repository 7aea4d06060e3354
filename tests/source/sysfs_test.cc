// SPDX-License-Identifier: GPL-2.0-or-later
#include "source/sysfs.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <random>

#include "base/input_error.h"
#include "pci/acs.h"
#include "pci/express.h"
#include "source/host_facts.h"
#include "source/watched_files.h"
#include "support/fake_sysfs.h"
#include "support/sketch.h"

namespace p2pcheck {
namespace {

using Depth = ReadRequest::Depth;

HostSnapshot ReadTree(const TempDirectory& tree, Depth depth) {
  return ReadSysfs(tree.path(), {depth, std::nullopt});
}

// As if the tree were the kernel's own.
HostSnapshot ReadAsLive(FileSystem* files, const TempDirectory& tree,
                        Depth depth) {
  return ReadSysfsWith({files, true}, tree.path(), {depth, std::nullopt});
}

std::vector<std::string> Warnings(const HostSnapshot& snapshot) {
  std::vector<std::string> out;
  for (const SourceWarning& warning : snapshot.warnings)
    out.push_back(warning.text);
  return out;
}

// Which fields differ, for a message a person can use.
std::string Differences(const FunctionRecord& a, const FunctionRecord& b) {
  std::string out;
  ForEachField([&](std::string_view name, auto field) {
    if (!(a.*field == b.*field)) out += std::string(name) + " ";
  });
  if (!(a.config == b.config)) out += "config";
  return out;
}

std::string Differences(const HostSnapshot& a, const HostSnapshot& b) {
  std::string out;
  ForEachHostField([&](std::string_view name, auto field) {
    if (!(a.host.*field == b.host.*field)) out += std::string(name) + " ";
  });
  for (size_t i = 0; i < std::min(a.functions.size(), b.functions.size()); ++i)
    if (!(a.functions[i] == b.functions[i]))
      out += ToString(a.functions[i].address) + ": " +
             Differences(a.functions[i], b.functions[i]) + "\n";
  return out;
}

// A host that a tree can hold whole, with every field known or absent.
class RandomHost {
 public:
  explicit RandomHost(uint32_t seed) : random_(seed) {}

  HostSnapshot Make() {
    HostSnapshot out;
    size_t count = 3 + Below(8);
    for (size_t i = 0; i < count; ++i) AddFunction(i, &out);
    out.functions[0].nodes =
        NodeList{{"infiniband", "mlx5_0"}, {"net", "eth0"}};  // one at least
    out.groups[7] = {std::string("DMA-FQ"),
                     StringList{"0xfee00000 0xfeefffff msi"}};
    out.host = Facts();
    out.host.privileged = Privilege(out);
    return out;
  }

 private:
  uint32_t Below(uint32_t limit) { return random_() % limit; }
  bool Coin() { return Below(2) == 0; }

  template <class T>
  Observed<T> Maybe(T value) {
    if (Coin()) return value;
    return Absent{};
  }

  void AddFunction(size_t i, HostSnapshot* out) {
    FunctionRecord r;
    r.address = {Below(2) * 0x10000, static_cast<uint8_t>(i),
                 static_cast<uint8_t>(Below(256))};
    r.parent = ParentLink{true, {}, {r.address.domain, 0}};
    for (const FunctionRecord& other : out->functions)
      if (other.address.domain == r.address.domain && Coin())
        r.parent = ParentLink{false, other.address, {}};
    FillIdentity(&r);
    FillNumbers(&r);
    FillStructures(&r);
    Coin() ? FillConfig(&r) : PutToSleep(&r);
    out->functions.push_back(r);
    std::sort(
        out->functions.begin(), out->functions.end(),
        [](const auto& a, const auto& b) { return a.address < b.address; });
  }

  void FillIdentity(FunctionRecord* r) {
    r->vendor = static_cast<uint16_t>(Below(0xffff));
    r->device = static_cast<uint16_t>(Below(0x10000));
    r->subsystem_vendor = static_cast<uint16_t>(Below(0x10000));
    r->subsystem_device = static_cast<uint16_t>(Below(0x10000));
    r->class_code = Below(0x1000000);
    r->revision = static_cast<uint8_t>(Below(256));
    r->driver = Maybe<std::string>("vfio-pci");
    r->iommu_group = Maybe<uint32_t>(Below(100));
    r->iommu = Maybe<std::string>("dmar0");
    r->removable = Maybe<std::string>("fixed");
  }

  void FillNumbers(FunctionRecord* r) {
    r->numa_node = Maybe<int32_t>(static_cast<int32_t>(Below(4)) - 1);
    r->enable = Maybe<uint8_t>(static_cast<uint8_t>(Below(9)));
    r->dma_mask_bits = Maybe<uint8_t>(64);
    r->consistent_dma_mask_bits = Maybe<uint8_t>(32);
    r->ari_enabled = Maybe<bool>(Coin());
    r->sriov_totalvfs = Maybe<uint16_t>(256);
    r->sriov_numvfs = Maybe<uint16_t>(4);
    r->sriov_offset = Maybe<uint16_t>(128);
    r->sriov_stride = Maybe<uint16_t>(2);
    r->power_state = Maybe<std::string>("D0");
    r->runtime_status = Maybe<std::string>("active");
  }

  void FillStructures(FunctionRecord* r) {
    r->physfn = Maybe<PciAddress>({0, 9, 9});
    r->virtfns = Maybe<AddressMap>({{0, {0, 9, 1}}, {11, {0, 9, 2}}});
    r->p2pmem = Maybe<P2pMemory>({1 << 20, 4096, Coin()});
    r->resizable = Maybe<StringList>({"0:0xff00", "2:0x3f"});
    r->port_services = Maybe<StringList>({"pcie001", "pcie010"});
    r->resource_files = Coin() ? StringList{"0"} : StringList{"2", "5"};
    r->vfio_dev = Maybe<std::string>("vfio3");
    r->nodes = NodeList{};
    std::string controller = fmt::format("nvme{}", r->address.bus);
    if (Coin())
      r->nodes = NodeList{{"block", controller + "n1"}, {"nvme", controller}};
    r->resource = Maybe<ResourceList>(
        {{0xfe000000, 0xfeffffff, 0x40200}, {}, {0, ~uint64_t{0}, 0x20000000}});
  }

  void FillConfig(FunctionRecord* r) {
    std::vector<uint8_t> bytes(Coin() ? 64 : Coin() ? 256 : 4096);
    for (uint8_t& byte : bytes) byte = static_cast<uint8_t>(random_());
    bytes[0] = 0;     // so not all ones
    bytes[0x0e] = 0;  // not a CardBus bridge
    r->config.Put(0, bytes.data(), bytes.size());
    if (bytes.size() == 64)
      r->config.set_rest(ReadFailure::kConfigTooShort);
    else
      r->config.set_reach(static_cast<uint16_t>(bytes.size()));
    r->current_link_speed = Maybe<uint16_t>(25);
    r->max_link_speed = Maybe<uint16_t>(320);
    r->current_link_width = Maybe<uint8_t>(4);
    r->max_link_width = Maybe<uint8_t>(16);
  }

  void PutToSleep(FunctionRecord* r) {
    r->runtime_status = std::string(Coin() ? "suspended" : "suspending");
    if (Coin()) {
      r->runtime_status = std::string("active");
      r->power_state = std::string("D3cold");
    }
    r->config.set_reach(4096);
    r->config.set_rest(ReadFailure::kAsleep);
    r->current_link_speed = r->max_link_speed = ReadFailure::kAsleep;
    r->current_link_width = r->max_link_width = ReadFailure::kAsleep;
    if (r->resizable.known()) r->resizable = Absent{};
  }

  static Observed<bool> Privilege(const HostSnapshot& snapshot) {
    for (const FunctionRecord& r : snapshot.functions)
      if (r.config.Holds(64, 1)) return true;
    return {};
  }

  HostFacts Facts() {
    HostFacts h;
    h.kernel_release = std::string("6.8.0-45-generic");
    h.kernel_version = std::string("Linux version 6.8.0-45-generic (gcc)");
    h.architecture = std::string(Coin() ? "x86_64" : "aarch64");
    h.page_size = 4096u << Below(5);
    h.command_line = std::string("ro quiet pci=disable_acs_redir=00:01.0;02:0");
    h.cpu_vendor = std::string("AuthenticAMD");
    h.cpu_family = Below(30);
    h.cpu_model = Below(200);
    h.cpu_model_name = std::string("AMD EPYC 9454 48-Core Processor");
    h.hypervisor = Coin();
    h.confidential_guest = Guest(h.hypervisor.value());
    h.config = Choose(WantedConfigOptions(), "y", "n");
    h.symbols = Choose(WantedSymbols(), "yes", "no");
    h.module_parameters = StringMap{{"vfio_pci.disable_denylist", "N"}};
    h.iommu_units = StringList{"dmar0 intel", "ivhd1 amd"};
    h.acpi_tables = StringList{"DMAR", "MCFG"};
    h.numa_nodes = StringList{"online 0-1", "has_memory 0"};
    h.registration_order = StringList{"0000", "0008", "0100"};
    h.kernel_log = StringList{"pci 0000:00:00.0: Adding to iommu group 0",
                              "pci 0000:00:01.0: Configured ACS to 0x001d"};
    h.busy_regions = StringList{"fe800000-fe800fff efifb"};
    h.interrupt_remapping = Coin();
    return h;
  }

  Observed<std::string> Guest(bool hypervisor) {
    static const char* kKinds[] = {"sev-snp", "cca", "s390-pv", "ppc-svm",
                                   "tdx"};
    if (Coin()) return std::string(kKinds[Below(5)]);
    if (hypervisor) return {};
    return Absent{};
  }

  StringMap Choose(const std::vector<std::string_view>& keys, const char* yes,
                   const char* no) {
    StringMap out;
    for (std::string_view key : keys) out[std::string(key)] = Coin() ? yes : no;
    return out;
  }

  std::mt19937 random_;
};

TEST(SysfsLaw, WhatTheKernelWouldShowIsReadBack) {
  for (uint32_t seed = 0; seed < 200; ++seed) {
    HostSnapshot host = RandomHost(seed).Make();
    TempDirectory tree;
    WriteFakeSysfs(host, tree);
    HostSnapshot read = ReadTree(tree, Depth::kEverything);
    ASSERT_TRUE(SameFacts(host, read))
        << "seed " << seed << ": " << Differences(host, read);
    ASSERT_TRUE(read.warnings.empty()) << read.warnings[0].text;
  }
}

// A switch with two endpoints, one of them with a virtual function, and VMD.
constexpr std::string_view kHost = R"(
cpu 2 0x19
root 0 0
dev 0000:00:00.0 id=8086:1901
dev 0000:00:01.0 id=8086:1902 t=4 acs=5f/1d sec=1
dev 0000:01:00.0 id=11f8:4000 t=5 sec=2
dev 0000:02:00.0 id=11f8:4000 t=6 acs=5f/1d sec=3
dev 0000:02:01.0 id=11f8:4000 t=6 acs=5f/1d sec=4
dev 0000:03:00.0 id=10de:2330 t=0
dev 0000:04:00.0 id=15b3:1021 t=0
)";

class SysfsTreeTest : public testing::Test {
 protected:
  SysfsTreeTest() : host_(Sketch(kHost)) {
    for (FunctionRecord& record : host_.functions) Complete(&record);
    WriteFakeSysfs(host_, tree_);
  }

  // What a sketch leaves out and sysfs has.
  static void Complete(FunctionRecord* record) {
    record->power_state = std::string("D0");
    record->runtime_status = std::string("active");
    record->iommu_group = 3;
    record->numa_node = 0;
    record->revision = 1;
    record->class_code = 0x030200;
    record->subsystem_vendor = record->subsystem_device = uint16_t{1};
    if (record->driver.unknown()) record->driver = Absent{};
    record->nodes = NodeList{};
    record->nodes.value().push_back({"net", "eth" + ToString(record->address)});
    record->current_link_speed = record->max_link_speed = 320;
    record->current_link_width = record->max_link_width = uint8_t{16};
  }

  const FunctionRecord& At(const HostSnapshot& read, const char* address) {
    return *read.Find(*ParsePciAddress(address));
  }

  HostSnapshot host_;
  TempDirectory tree_;
  WatchedFiles files_;
};

TEST_F(SysfsTreeTest, NestingIsTheParent) {
  HostSnapshot read = ReadTree(tree_, Depth::kVerdict);
  ASSERT_EQ(read.functions.size(), 7u);
  for (const FunctionRecord& record : read.functions)
    EXPECT_EQ(record.parent, host_.Find(record.address)->parent)
        << ToString(record.address);
  EXPECT_EQ(At(read, "0000:03:00.0").parent.value().bridge,
            *ParsePciAddress("0000:02:00.0"));
}

TEST_F(SysfsTreeTest, VerdictDepthDecodesAsEverythingDoes) {
  HostSnapshot some = ReadTree(tree_, Depth::kVerdict);
  HostSnapshot all = ReadTree(tree_, Depth::kEverything);
  for (size_t i = 0; i < all.functions.size(); ++i) {
    HeldConfig a(some.functions[i].config), b(all.functions[i].config);
    EXPECT_EQ(DecodeExpress(a), DecodeExpress(b));
    EXPECT_EQ(DecodeAcs(a), DecodeAcs(b));
    size_t held = 0;
    for (const auto& run : some.functions[i].config.runs())
      held += run.bytes.size();
    EXPECT_LE(held, 64u + 6 * 20) << "more bus cycles than the walk needs";
  }
}

TEST_F(SysfsTreeTest, VerdictDepthTakesSixteenCallsAFunction) {
  ReadAsLive(&files_, tree_, Depth::kVerdict);
  EXPECT_LE(files_.calls, 16 * host_.functions.size());
  EXPECT_GE(files_.calls, 8 * host_.functions.size()) << "were they counted?";
}

// The errors that one attribute can have, and the field that then says so.
struct Fault {
  const char* path;
  std::string_view field;
};
constexpr Fault kFaults[] = {
    {"iommu_group", "iommu_group"},
    {"power_state", "power_state"},
    {"physfn", "physfn"},
    {"numa_node", "numa_node"},
    {"revision", "revision"},
    {"driver_override", "none"},
    {"resource", "resource"},
    {"max_link_speed", "max_link_speed"},
    {"current_link_width", "current_link_width"},
};

TEST_F(SysfsTreeTest, AFaultTouchesOneFieldOfOneFunction) {
  const HostSnapshot sound = ReadAsLive(&files_, tree_, Depth::kEverything);
  constexpr std::pair<int, ReadFailure> kErrors[] = {
      {EACCES, ReadFailure::kPermissionDenied},
      {EPERM, ReadFailure::kPermissionDenied},
      {EIO, ReadFailure::kReadError},
      {ELOOP, ReadFailure::kMalformed}};
  for (const Fault& fault : kFaults)
    for (auto [error, why] : kErrors) {
      WatchedFiles files;
      files.fail_open[std::string("0000:03:00.0/") + fault.path] = error;
      HostSnapshot read = ReadAsLive(&files, tree_, Depth::kEverything);
      HostSnapshot expected = sound;
      FunctionRecord& record = RecordAt(&expected, "0000:03:00.0");
      ForEachField([&, why = why](std::string_view name, auto field) {
        if (name == fault.field) record.*field = why;
      });
      EXPECT_TRUE(SameFacts(read, expected))
          << fault.path << " " << error << ": " << Differences(read, expected);
    }
}

TEST_F(SysfsTreeTest, AReadThatFailsIsNoAbsence) {
  files_.fail_read["0000:03:00.0/power_state"] = EIO;
  files_.fail_read["0000:03:00.0/config"] = EIO;
  HostSnapshot read = ReadAsLive(&files_, tree_, Depth::kVerdict);
  EXPECT_EQ(At(read, "0000:03:00.0").power_state,
            Observed<std::string>(ReadFailure::kReadError));
  EXPECT_EQ(At(read, "0000:03:00.0").config.rest(), ReadFailure::kReadError);
  EXPECT_TRUE(At(read, "0000:03:00.0").config.runs().empty());
  EXPECT_EQ(At(read, "0000:03:00.0").vendor, Observed<uint16_t>(0x10de));
}

TEST_F(SysfsTreeTest, UeventThatFailsLeavesTheFilesToTell) {
  files_.fail_open["0000:03:00.0/uevent"] = EACCES;
  HostSnapshot read = ReadAsLive(&files_, tree_, Depth::kVerdict);
  EXPECT_EQ(At(read, "0000:03:00.0").vendor, Observed<uint16_t>(0x10de));
  EXPECT_EQ(At(read, "0000:03:00.0").class_code, Observed<uint32_t>(0x030200));
}

TEST_F(SysfsTreeTest, GarbageIsMalformedAndQuoted) {
  std::string path = FakeSysfsPath(host_, {0, 3, 0});
  tree_.Write(path + "/numa_node", "zero\x01\n");
  tree_.Write(path + "/resource", "0x0 0x0\n");
  tree_.Write(path + "/max_link_speed", "fast\n");
  HostSnapshot read = ReadTree(tree_, Depth::kEverything);
  EXPECT_EQ(At(read, "0000:03:00.0").numa_node,
            Observed<int32_t>(ReadFailure::kMalformed));
  EXPECT_EQ(Warnings(read),
            (std::vector<std::string>{
                "0000:03:00.0: numa_node makes no sense: \"zero?\"",
                "0000:03:00.0: resource makes no sense: \"0x0 0x0\"",
                "0000:03:00.0: max_link_speed makes no sense: \"fast\""}));
}

TEST_F(SysfsTreeTest, VanishedBeforeItIsReadStaysInTheList) {
  files_.before_open = [&](const std::string& path) {
    if (path == "0000:03:00.0") tree_.Remove(FakeSysfsPath(host_, {0, 3, 0}));
  };
  HostSnapshot read = ReadAsLive(&files_, tree_, Depth::kVerdict);
  ASSERT_EQ(read.functions.size(), 7u);
  EXPECT_EQ(At(read, "0000:03:00.0").driver,
            Observed<std::string>(ReadFailure::kVanished));
  EXPECT_TRUE(At(read, "0000:03:00.0").parent.known());
  EXPECT_EQ(
      Warnings(read),
      (std::vector<std::string>{"0000:03:00.0: vanished while it was read"}));
  EXPECT_TRUE(At(read, "0000:04:00.0").vendor.known());
}

// Whatever the moment, nothing that went away is called absent.
TEST_F(SysfsTreeTest, VanishingHalfwayLeavesNoAbsence) {
  for (Depth depth : {Depth::kVerdict, Depth::kEverything})
    for (const char* moment :
         {"uevent", "power_state", "power/runtime_status", "config"}) {
      TempDirectory tree;
      WriteFakeSysfs(host_, tree);
      WatchedFiles files;
      files.before_open = [&](const std::string& path) {
        if (path == std::string("0000:03:00.0/") + moment)
          tree.Remove(FakeSysfsPath(host_, {0, 3, 0}));
      };
      HostSnapshot read = ReadAsLive(&files, tree, depth);
      ForEachField([&](std::string_view name, auto field) {
        EXPECT_FALSE((At(read, "0000:03:00.0").*field).absent())
            << name << " after " << moment;
      });
      EXPECT_EQ(At(read, "0000:03:00.0").config.rest(), ReadFailure::kVanished);
      EXPECT_FALSE(read.warnings.empty());
    }
}

TEST_F(SysfsTreeTest, OddEntriesAreToldAndHideNothing) {
  std::string bus = "sys/bus/pci/devices/";
  tree_.Link(bus + "0000:09:00.0", "0000:09:00.0");
  tree_.Link(bus + "0000:0a:00.0", "../../../devices/gone/0000:0a:00.0");
  tree_.Link(bus + "0000:0b:00.0", "../../../devices/pci0000:00/0000:00:01.0");
  tree_.Write(bus + "lost+found/x", "");
  HostSnapshot read = ReadTree(tree_, Depth::kVerdict);
  EXPECT_EQ(read.functions.size(), 10u);
  EXPECT_EQ(
      Warnings(read),
      (std::vector<std::string>{
          "bus/pci/devices: \"lost+found\" is not the address of a function",
          "0000:09:00.0: its link makes no sense: \"0000:09:00.0\"",
          "0000:09:00.0: its directory cannot be opened (errno 40)",
          "0000:0a:00.0: its link makes no sense: "
          "\"../../../devices/gone/0000:0a:00.0\"",
          "0000:0a:00.0: its link leads nowhere",
          "0000:0b:00.0: its link makes no sense: "
          "\"../../../devices/pci0000:00/0000:00:01.0\""}));
  for (const FunctionRecord& record : host_.functions)
    EXPECT_TRUE(read.Find(record.address)->vendor.known());
}

TEST_F(SysfsTreeTest, PlainDirectoriesHaveNoPlace) {
  TempDirectory flat;
  for (const FunctionRecord& record : host_.functions) {
    std::string name = "bus/pci/devices/" + ToString(record.address);
    flat.Write(name + "/vendor", "0x10de\n");
  }
  HostSnapshot read = ReadTree(flat, Depth::kVerdict);
  ASSERT_EQ(read.functions.size(), 7u);
  for (const FunctionRecord& record : read.functions) {
    EXPECT_TRUE(record.parent.unknown());
    EXPECT_EQ(record.vendor, Observed<uint16_t>(0x10de));
    EXPECT_EQ(record.driver, Observed<std::string>(ReadFailure::kNotRecorded));
    EXPECT_TRUE(record.iommu_group.unknown()) << "nothing says there is none";
    EXPECT_TRUE(record.physfn.unknown());
  }
}

TEST_F(SysfsTreeTest, AbsenceNeedsEvidenceInARecordedTree) {
  // A copy in which nobody has a driver link, but everyone `subsystem`...
  HostSnapshot read = ReadTree(tree_, Depth::kEverything);
  EXPECT_TRUE(At(read, "0000:03:00.0").vfio_dev.absent());
  EXPECT_TRUE(At(read, "0000:03:00.0").iommu.absent());
  EXPECT_TRUE(At(read, "0000:03:00.0").sriov_numvfs.absent());
  // ... and the same without the marks of a full copy.
  for (const FunctionRecord& record : host_.functions)
    for (const char* mark : {"/subsystem", "/broken_parity_status"})
      tree_.Remove(FakeSysfsPath(host_, record.address) + mark);
  read = ReadTree(tree_, Depth::kEverything);
  EXPECT_EQ(At(read, "0000:03:00.0").iommu,
            Observed<std::string>(ReadFailure::kNotRecorded));
  EXPECT_EQ(At(read, "0000:03:00.0").sriov_numvfs,
            Observed<uint16_t>(ReadFailure::kNotRecorded));
  EXPECT_TRUE(At(read, "0000:03:00.0").physfn.absent())
      << "its config space has a vendor ID, so it is no virtual function";
  EXPECT_TRUE(At(read, "0000:03:00.0").driver.absent()) << "uevent says so";
}

// Even a copy of every attribute may lack what cannot be read.
TEST_F(SysfsTreeTest, ResourceFilesAreAbsentOnlyWhereSomeFunctionHasOne) {
  HostSnapshot read = ReadTree(tree_, Depth::kEverything);
  EXPECT_EQ(At(read, "0000:03:00.0").resource_files,
            Observed<StringList>(ReadFailure::kNotRecorded));
  std::string other = FakeSysfsPath(host_, *ParsePciAddress("0000:04:00.0"));
  for (const char* name : {"/resource0", "/resource0_wc", "/resource2"})
    tree_.Write(other + name, "");
  read = ReadTree(tree_, Depth::kEverything);
  EXPECT_TRUE(At(read, "0000:03:00.0").resource_files.absent());
  EXPECT_TRUE(At(read, "0000:04:00.0").resource_files.Is({"0", "2"}));
}

TEST_F(SysfsTreeTest, SleepingDevicesAreNotTouched) {
  struct {
    const char *state, *status;
  } kStates[] = {
      {"D3cold", "active"}, {"D3hot", "suspended"}, {"D0", "suspending"}};
  for (const auto& state : kStates)
    for (Depth depth : {Depth::kVerdict, Depth::kEverything}) {
      std::string path = FakeSysfsPath(host_, {0, 3, 0});
      tree_.Write(path + "/power_state", state.state);
      tree_.Write(path + "/power/runtime_status", state.status);
      tree_.Write(path + "/resource0_resize", "00000000000000ff\n");
      tree_.Write(path + "/vpd", "secret");
      WatchedFiles files;
      HostSnapshot read = ReadAsLive(&files, tree_, depth);
      const FunctionRecord& record = At(read, "0000:03:00.0");
      EXPECT_TRUE(record.config.runs().empty());
      EXPECT_EQ(record.config.rest(), ReadFailure::kAsleep);
      EXPECT_EQ(record.config.reach(), Observed<uint16_t>(4096));
      EXPECT_EQ(record.max_link_speed,
                Observed<uint16_t>(ReadFailure::kAsleep));
      for (const char* file : {"config", "current_link_speed", "vpd",
                               "max_link_width", "resource0_resize"})
        EXPECT_EQ(files.opened.count(std::string("0000:03:00.0/") + file), 0u)
            << file;
      EXPECT_EQ(files.opened.count("0000:04:00.0/config"), 1u);
    }
}

TEST_F(SysfsTreeTest, AUserSeesSixtyFourBytes) {
  files_.config_limit = 64;
  HostSnapshot read = ReadAsLive(&files_, tree_, Depth::kVerdict);
  const FunctionRecord& record = At(read, "0000:02:00.0");
  EXPECT_EQ(record.config.rest(), ReadFailure::kPermissionDenied);
  EXPECT_EQ(record.config.reach(), Observed<uint16_t>(4096));
  EXPECT_TRUE(record.config.Holds(0, 64));
  EXPECT_FALSE(record.config.Holds(64, 1));
  EXPECT_EQ(record.max_link_speed, Observed<uint16_t>(320))
      << "the link files tell what config space does not";
  EXPECT_EQ(read.host.privileged, Observed<bool>(false));
  files_.config_limit = 4096;
  read = ReadAsLive(&files_, tree_, Depth::kVerdict);
  EXPECT_EQ(read.host.privileged, Observed<bool>(true));
}

TEST_F(SysfsTreeTest, ACopiedUserViewIsTooShortRatherThanRefused) {
  std::string path = FakeSysfsPath(host_, {0, 3, 0}) + "/config";
  std::filesystem::resize_file(tree_.path() + "/" + path, 64);
  HostSnapshot read = ReadTree(tree_, Depth::kVerdict);
  EXPECT_EQ(At(read, "0000:03:00.0").config.rest(),
            ReadFailure::kConfigTooShort);
  EXPECT_TRUE(At(read, "0000:03:00.0").config.reach().unknown());
}

TEST_F(SysfsTreeTest, AllOnesAreNobody) {
  std::string path = FakeSysfsPath(host_, {0, 3, 0}) + "/config";
  tree_.Write(path, std::string(4096, '\xff'));
  for (Depth depth : {Depth::kVerdict, Depth::kEverything}) {
    HostSnapshot read = ReadTree(tree_, depth);
    EXPECT_TRUE(At(read, "0000:03:00.0").config.runs().empty());
    EXPECT_EQ(At(read, "0000:03:00.0").config.rest(),
              ReadFailure::kUnreachable);
  }
}

TEST_F(SysfsTreeTest, OnlyBringsTheWholeWayUp) {
  HostSnapshot read =
      ReadSysfs(tree_.path(), {Depth::kVerdict, {{"0000:03:00.0"}}});
  for (const char* above : {"0000:02:00.0", "0000:01:00.0", "0000:00:01.0"})
    EXPECT_NE(read.Find(*ParsePciAddress(above)), nullptr) << above;
  EXPECT_EQ(read.Find({0, 4, 0}), nullptr);
}

// Copying tools leave such a file where they could not read one.
TEST_F(SysfsTreeTest, AnEmptyCopyIsNoCopy) {
  std::string path = FakeSysfsPath(host_, {0, 3, 0});
  tree_.Write(path + "/enable", "");
  tree_.Write(path + "/numa_node", "");
  HostSnapshot read = ReadTree(tree_, Depth::kEverything);
  EXPECT_EQ(At(read, "0000:03:00.0").numa_node,
            Observed<int32_t>(ReadFailure::kNotRecorded));
  EXPECT_TRUE(read.warnings.empty());
}

TEST(FileSystem, DescriptorsAreGivenBackInTime) {
  FileSystem files;
  int highest = 0;
  for (int i = 0; i < 3000; ++i) {
    OpenFile file = OpenDirectory(&files, AT_FDCWD, "/");
    ASSERT_TRUE(file.ok());
    highest = std::max(highest, file.get());
  }
  EXPECT_LT(highest, 700) << "1024 is what a process may have open";
}

TEST(Sysfs, AVmdDomainHangsFromItsEndpoint) {
  TempDirectory tree;
  tree.Write("sys/devices/pci0000:00/0000:00:0e.0/vendor", "0x8086\n");
  tree.Write(
      "sys/devices/pci0000:00/0000:00:0e.0/pci10000:e0/10000:e0:06.0/vendor",
      "0x8086\n");
  tree.Link("sys/bus/pci/devices/0000:00:0e.0",
            "../../../devices/pci0000:00/0000:00:0e.0");
  tree.Link(
      "sys/bus/pci/devices/10000:e0:06.0",
      "../../../devices/pci0000:00/0000:00:0e.0/pci10000:e0/10000:e0:06.0");
  HostSnapshot read = ReadSysfs(tree.path(), {});
  const FunctionRecord* port = read.Find({0x10000, 0xe0, 0x30});
  ASSERT_NE(port, nullptr);
  EXPECT_EQ(port->parent,
            Observed<ParentLink>(ParentLink{true, {}, {0x10000, 0xe0}}));
  EXPECT_EQ(read.nested_root_buses,
            (std::map<RootBus, PciAddress>{{{0x10000, 0xe0}, {0, 0, 0x70}}}));
}

TEST(Sysfs, ThisMachineIsReadWhole) {
  std::error_code error;
  std::filesystem::directory_iterator devices("/sys/bus/pci/devices", error);
  if (error) GTEST_SKIP() << "no /sys/bus/pci/devices here";
  auto count = std::distance(begin(devices), end(devices));
  for (Depth depth : {Depth::kVerdict, Depth::kEverything}) {
    HostSnapshot read = ReadSysfs("", {depth, std::nullopt});
    EXPECT_EQ(static_cast<long>(read.functions.size()), count);
    EXPECT_EQ(read.source_kind, "live");
    EXPECT_TRUE(read.host.kernel_release.known());
    for (const FunctionRecord& record : read.functions) {
      EXPECT_TRUE(record.vendor.known()) << ToString(record.address);
      EXPECT_TRUE(record.parent.known()) << ToString(record.address);
    }
  }
}

}  // namespace
}  // namespace p2pcheck
