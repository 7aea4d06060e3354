// SPDX-License-Identifier: GPL-2.0-or-later
#include "support/sketch.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <optional>
#include <set>
#include <sstream>
#include <stdexcept>
#include <vector>

#include "pci/capabilities.h"

namespace p2pcheck {
namespace {

// Where the capabilities of a sketched function stand.
constexpr uint16_t kPowerManagement = 0x40;
constexpr uint16_t kExpress = 0x50;
constexpr uint16_t kErrorReporting = 0x100;
constexpr uint16_t kAcs = 0x148;
constexpr uint16_t kSriov = 0x160;

struct AcsWords {
  uint16_t capability = 0;
  uint16_t control = 0;
};

// What Link Capabilities and Link Status say; the default is x16, 16 GT/s.
struct LinkWords {
  uint16_t tenths = 160;  // of GT/s
  uint8_t width = 16;

  uint32_t code() const {
    static constexpr uint16_t kSpeeds[] = {25, 50, 80, 160, 320, 640};
    uint32_t speed = 1;
    for (uint16_t t : kSpeeds) speed += t < tenths;
    return uint32_t{width} << 4 | speed;
  }
};

// One `dev` line.
struct Device {
  std::string line;
  PciAddress address;
  uint16_t vendor = 0, device = 0;
  std::optional<uint8_t> type;
  std::optional<AcsWords> acs;
  std::optional<uint32_t> spt_control;
  std::optional<uint8_t> secondary;
  std::optional<PciAddress> physfn, real;
  std::optional<LinkWords> link;
  uint16_t payload = 128;
  std::optional<std::string> driver;
  std::optional<uint32_t> group;
  int32_t numa_node = 0;
  NodeList nodes;
  bool multifunction = false, pool = false;

  bool is_bridge() const {
    return secondary || (type && *type >= 4 && *type <= 8);
  }
};

// What a sketch says, before it is worked out.
struct Plan {
  std::string cpu_vendor = "GenuineIntel";
  uint32_t cpu_family = 6;
  std::optional<std::string> cpu_model_name;
  std::string release = "6.12.95", command_line = "ro quiet";
  std::set<RootBus> roots;
  std::vector<Device> devices;  // in order of registration
  std::map<uint64_t, PciAddress> bridge_to;
  std::map<PciAddress, size_t> index;
};

[[noreturn]] void Fail(const std::string& line, std::string_view why) {
  throw std::runtime_error(fmt::format("sketch: {}: {}", why, line));
}

uint32_t Number(const std::string& line, std::string text, int base) {
  size_t used = 0;
  unsigned long value = 0;
  try {
    value = std::stoul(text, &used, base);
  } catch (const std::exception&) {
    Fail(line, "expected a number");
  }
  if (used != text.size() || value > 0xffffffff)
    Fail(line, "expected a number");
  return static_cast<uint32_t>(value);
}

std::pair<uint32_t, uint32_t> Two(const std::string& line,
                                  const std::string& text, char separator) {
  size_t at = text.find(separator);
  if (at == std::string::npos) Fail(line, "expected two numbers");
  return {Number(line, text.substr(0, at), 16),
          Number(line, text.substr(at + 1), 16)};
}

PciAddress AddressIn(const std::string& line, const std::string& text) {
  auto address = ParsePciAddress(text);
  if (!address) Fail(line, "expected an address");
  return *address;
}

// "32x16": GT/s and lanes.
LinkWords ReadLink(const std::string& line, const std::string& text) {
  size_t at = text.find('x');
  if (at == std::string::npos) Fail(line, "expected GT/s x lanes");
  return {static_cast<uint16_t>(10 * Number(line, text.substr(0, at), 10)),
          static_cast<uint8_t>(Number(line, text.substr(at + 1), 10))};
}

// "nvme:nvme0"
DeviceNode ReadNode(const std::string& line, const std::string& text) {
  size_t at = text.find(':');
  if (at == std::string::npos) Fail(line, "expected SUBSYSTEM:NAME");
  return {text.substr(0, at), text.substr(at + 1)};
}

// What the kernel and its drivers made of it; false where it is no such key.
bool ReadKernelKey(Device* d, const std::string& key,
                   const std::string& value) {
  if (key == "driver")
    d->driver = value;
  else if (key == "group")
    d->group = Number(d->line, value, 10);
  else if (key == "numa")
    d->numa_node = static_cast<int32_t>(Number(d->line, value, 10));
  else if (key == "node")
    d->nodes.push_back(ReadNode(d->line, value));
  else
    return false;
  return true;
}

void ReadKey(Device* d, const std::string& key, const std::string& value) {
  const std::string& line = d->line;
  if (key == "id") {
    auto [vendor, device] = Two(line, value, ':');
    d->vendor = static_cast<uint16_t>(vendor);
    d->device = static_cast<uint16_t>(device);
  } else if (key == "t") {
    d->type = static_cast<uint8_t>(Number(line, value, 10));
  } else if (key == "acs") {
    auto [capability, control] = Two(line, value, '/');
    d->acs = AcsWords{static_cast<uint16_t>(capability),
                      static_cast<uint16_t>(control)};
  } else if (key == "sptctl") {
    d->spt_control = Number(line, value, 16);
  } else if (key == "sec") {
    d->secondary = static_cast<uint8_t>(Number(line, value, 16));
  } else if (key == "vf") {
    d->physfn = AddressIn(line, value);
  } else if (key == "real") {
    d->real = AddressIn(line, value);
  } else if (key == "link") {
    d->link = ReadLink(line, value);
  } else if (key == "mps") {
    d->payload = static_cast<uint16_t>(Number(line, value, 10));
  } else if (!ReadKernelKey(d, key, value)) {
    Fail(line, "unknown key");
  }
}

Device ReadDevice(const std::string& line, std::istringstream& words) {
  Device d;
  d.line = line;
  std::string word;
  words >> word;
  d.address = AddressIn(line, word);
  while (words >> word) {
    size_t at = word.find('=');
    if (word == "mf")
      d.multifunction = true;
    else if (word == "p2p")
      d.pool = true;
    else if (at == std::string::npos)
      Fail(line, "unknown word");
    else
      ReadKey(&d, word.substr(0, at), word.substr(at + 1));
  }
  return d;
}

void AddDevice(Plan* plan, Device d) {
  if (!plan->index.emplace(d.address, plan->devices.size()).second)
    Fail(d.line, "the same address twice");
  if (d.secondary)
    plan->bridge_to[uint64_t{d.address.domain} << 8 | *d.secondary] = d.address;
  plan->devices.push_back(std::move(d));
}

void ReadCpu(const std::string& line, std::istringstream& words, Plan* plan) {
  std::string vendor, family;
  words >> vendor >> family;
  if (vendor == "2")
    plan->cpu_vendor = "AuthenticAMD";
  else if (vendor == "9")
    plan->cpu_vendor = "HygonGenuine";
  else
    Fail(line, "unknown CPU vendor");
  plan->cpu_family = Number(line, family, 0);
}

// The rest of a line, without the blanks before it.
std::string RestOf(std::istringstream& words) {
  std::string rest;
  std::getline(words >> std::ws, rest);
  return rest;
}

void ReadLine(const std::string& line, Plan* plan) {
  std::istringstream words(line);
  std::string word, domain, bus;
  if (!(words >> word) || word[0] == '#') return;
  if (word == "cpu") {
    ReadCpu(line, words, plan);
  } else if (word == "model") {
    plan->cpu_model_name = RestOf(words);
  } else if (word == "kernel") {
    plan->release = RestOf(words);
  } else if (word == "cmdline") {
    plan->command_line = RestOf(words);
  } else if (word == "root") {
    words >> domain >> bus;
    plan->roots.insert({Number(line, domain, 16),
                        static_cast<uint8_t>(Number(line, bus, 16))});
  } else if (word == "dev") {
    AddDevice(plan, ReadDevice(line, words));
  } else {
    Fail(line, "unknown word");
  }
}

Plan ReadPlan(std::string_view text) {
  Plan plan;
  std::istringstream lines{std::string(text)};
  std::string line;
  while (std::getline(lines, line)) ReadLine(line, &plan);
  return plan;
}

const Device& DeviceAt(const Plan& plan, const PciAddress& address,
                       const std::string& line) {
  auto found = plan.index.find(address);
  if (found == plan.index.end()) Fail(line, "names a function not here");
  return plan.devices[found->second];
}

// A VF's directory is a sibling of its PF's.
ParentLink ParentOf(const Plan& plan, const Device& d) {
  if (d.physfn) return ParentOf(plan, DeviceAt(plan, *d.physfn, d.line));
  auto found =
      plan.bridge_to.find(uint64_t{d.address.domain} << 8 | d.address.bus);
  if (found != plan.bridge_to.end()) return {false, found->second, {}};
  RootBus bus{d.address.domain, d.address.bus};
  if (!plan.roots.count(bus)) Fail(d.line, "nothing leads to its bus");
  return {true, {}, bus};
}

// The highest bus below each bridge; VFs on buses of their own count.
std::map<PciAddress, uint8_t> Subordinates(const Plan& plan) {
  std::map<PciAddress, uint8_t> highest;
  for (const Device& d : plan.devices)
    if (d.secondary) highest[d.address] = *d.secondary;
  for (const Device& d : plan.devices) {
    uint8_t bus = std::max(d.address.bus, d.secondary.value_or(0));
    ParentLink link = ParentOf(plan, d);
    for (size_t steps = 0; !link.is_root_bus; ++steps) {
      if (steps > plan.devices.size()) Fail(d.line, "below itself");
      highest[link.bridge] = std::max(highest[link.bridge], bus);
      link = ParentOf(plan, DeviceAt(plan, link.bridge, d.line));
    }
  }
  return highest;
}

uint32_t ClassByIds(uint16_t vendor, uint16_t device) {
  struct Entry {
    uint16_t vendor, device, mask;
    uint32_t class_code;
  };
  static constexpr Entry kClasses[] = {
      {0x10de, 0, 0, 0x030200},            // 3D controller
      {0x15b3, 0, 0, 0x020000},            // Ethernet controller
      {0x144d, 0, 0, 0x010802},            // NVMe
      {0x109e, 0x036e, 0xffff, 0x040000},  // video capture
      {0x109e, 0x0878, 0xffff, 0x048000},  // its audio part
      {0x1a03, 0x2000, 0xffff, 0x030000},  // VGA of a BMC
      {0x1000, 0, 0, 0x058000},            // switch management
      {0x11f8, 0, 0, 0x058000},
      {0x8086, 0x1593, 0xffff, 0x020000},  // E810
      {0x8086, 0x201d, 0xffff, 0x010400},  // VMD
      {0x8086, 0x28c0, 0xffff, 0x010400},
      {0x8086, 0xa36d, 0xffff, 0x0c0330},  // xHCI
      {0x8086, 0xa36f, 0xffff, 0x050000},  // shared RAM
      {0x8086, 0x09a2, 0xfff0, 0x088000},  // IIO stack's own functions
      {0x8086, 0x0b25, 0xffff, 0x088000},  // DSA
  };
  for (const Entry& entry : kClasses)
    if (vendor == entry.vendor &&
        (device & entry.mask) == (entry.device & entry.mask))
      return entry.class_code;
  return 0xff0000;
}

uint32_t ClassOf(const Device& d) {
  if (d.is_bridge()) return 0x060400;
  if (d.type == 10) return 0x080700;
  uint32_t by_ids = ClassByIds(d.vendor, d.device);
  if (by_ids != 0xff0000) return by_ids;
  return d.type ? 0xff0000 : 0x060000;
}

// The VFs of a PF as SR-IOV counts them, where they can be so counted.
struct VfNumbers {
  uint16_t count = 0, offset = 0, stride = 1;
};

VfNumbers VfsOf(const Plan& plan, const Device& pf) {
  std::vector<int> rids;
  for (const Device& d : plan.devices)
    if (d.physfn == pf.address)
      rids.push_back(d.address.bus << 8 | d.address.devfn);
  if (rids.empty()) return {};
  std::sort(rids.begin(), rids.end());
  int offset = rids[0] - (pf.address.bus << 8 | pf.address.devfn);
  int stride = rids.size() > 1 ? rids[1] - rids[0] : 1;
  for (size_t n = 1; n < rids.size(); ++n)
    if (rids[n] - rids[n - 1] != stride)
      Fail(pf.line, "its VFs do not stand at equal distances");
  return {static_cast<uint16_t>(rids.size()), static_cast<uint16_t>(offset),
          static_cast<uint16_t>(stride)};
}

class ConfigWriter {
 public:
  explicit ConfigWriter(size_t size) : bytes_(size) {}
  void Byte(uint16_t at, uint32_t value) {
    bytes_.at(at) = static_cast<uint8_t>(value);
  }
  void Word(uint16_t at, uint32_t value) {
    Byte(at, value);
    Byte(at + 1, value >> 8);
  }
  void Dword(uint16_t at, uint32_t value) {
    Word(at, value);
    Word(at + 2, value >> 16);
  }
  const std::vector<uint8_t>& bytes() const { return bytes_; }

 private:
  std::vector<uint8_t> bytes_;
};

void WriteHeader(const Device& d, uint8_t subordinate, ConfigWriter* out) {
  out->Word(0x00, d.physfn ? 0xffff : d.vendor);
  out->Word(0x02, d.physfn ? 0xffff : d.device);
  out->Word(0x04, 0x0006);
  out->Word(0x06, 0x0010);
  out->Dword(0x08, ClassOf(d) << 8);
  out->Byte(0x0e, (d.is_bridge() ? 1 : 0) | (d.multifunction ? 0x80 : 0));
  out->Byte(0x34, kPowerManagement);
  if (!d.is_bridge()) return;
  out->Byte(0x18, d.address.bus);
  out->Byte(0x19, d.secondary.value_or(0));
  out->Byte(0x1a, subordinate);
}

void WriteCapabilities(const Device& d, ConfigWriter* out) {
  out->Word(kPowerManagement, (d.type ? kExpress << 8 : 0) | 0x01);
  if (!d.type) return;
  out->Word(kExpress, kCapExpress);
  out->Word(kExpress + 0x02, *d.type << 4 | 2);
  uint16_t payload_code = 0;
  while (128 << payload_code < d.payload) ++payload_code;
  out->Word(kExpress + 0x08, payload_code << 5);
  if (*d.type == 9 || *d.type == 10) return;
  uint32_t link = d.link.value_or(LinkWords{}).code();
  out->Dword(kExpress + 0x0c, link);
  out->Word(kExpress + 0x12, link);
}

void WriteExtended(const Device& d, const VfNumbers& vfs, ConfigWriter* out) {
  uint32_t after_acs = vfs.count ? kSriov : 0;
  uint32_t first = d.acs ? kAcs : after_acs;
  out->Dword(kErrorReporting, first << 20 | 2 << 16 | 0x0001);
  if (d.acs) {
    out->Dword(kAcs, after_acs << 20 | 1 << 16 | kExtCapAcs);
    out->Word(kAcs + 4, d.acs->capability);
    out->Word(kAcs + 6, d.acs->control);
    if (d.spt_control) out->Dword(kAcs + 8, *d.spt_control);
  }
  if (!vfs.count) return;
  out->Dword(kSriov, 1 << 16 | kExtCapSriov);
  out->Word(kSriov + 0x08, 1);
  out->Word(kSriov + 0x0c, vfs.count);
  out->Word(kSriov + 0x0e, vfs.count);
  out->Word(kSriov + 0x10, vfs.count);
  out->Word(kSriov + 0x14, vfs.offset);
  out->Word(kSriov + 0x16, vfs.stride);
}

ConfigSpace ConfigOf(const Plan& plan, const Device& d, uint8_t subordinate) {
  size_t size = d.type ? 4096 : 256;
  ConfigWriter out(size);
  WriteHeader(d, subordinate, &out);
  WriteCapabilities(d, &out);
  if (d.type) WriteExtended(d, VfsOf(plan, d), &out);
  ConfigSpace config;
  config.Put(0, out.bytes().data(), size);
  config.set_reach(static_cast<uint16_t>(size));
  return config;
}

void FillIds(const Device& d, FunctionRecord* record) {
  record->address = d.address;
  record->vendor = d.vendor;
  record->device = d.device;
  record->class_code = ClassOf(d);
  record->subsystem_vendor = d.vendor;
  record->subsystem_device = uint16_t{0};
  record->revision = uint8_t{0};
}

void FillSriov(const Plan& plan, const Device& d, FunctionRecord* record) {
  record->physfn = Absent{};
  record->virtfns = Absent{};
  if (d.physfn) record->physfn = *d.physfn;
  AddressMap vfs;
  for (const Device& other : plan.devices)
    if (other.physfn == d.address)
      vfs[static_cast<uint16_t>(vfs.size())] = other.address;
  if (!vfs.empty()) record->virtfns = vfs;
}

void FillRest(const Device& d, FunctionRecord* record) {
  record->driver = Absent{};
  if (d.driver) record->driver = *d.driver;
  record->iommu_group = Absent{};
  if (d.group) record->iommu_group = *d.group;
  record->iommu = Absent{};
  record->numa_node = d.numa_node;
  record->enable = uint8_t{1};
  record->power_state = std::string("D0");
  record->runtime_status = std::string("active");
  record->p2pmem = Absent{};
  if (d.pool) record->p2pmem = P2pMemory{1 << 20, 1 << 20, true};
  record->port_services = StringList{};
  record->nodes = d.nodes;
  if (!d.link) return;
  record->current_link_speed = record->max_link_speed = d.link->tenths;
  record->current_link_width = record->max_link_width = d.link->width;
}

HostFacts FactsOf(const Plan& plan) {
  HostFacts host;
  host.kernel_release = plan.release;
  host.kernel_version = "Linux version " + plan.release;
  host.architecture = std::string("x86_64");
  host.page_size = uint32_t{4096};
  host.command_line = plan.command_line;
  host.cpu_vendor = plan.cpu_vendor;
  host.cpu_family = plan.cpu_family;
  host.cpu_model = uint32_t{1};
  if (plan.cpu_model_name) host.cpu_model_name = *plan.cpu_model_name;
  host.hypervisor = false;
  host.config = StringMap{{"PCI_P2PDMA", "y"}};
  host.privileged = true;
  StringList order;
  for (const Device& d : plan.devices)
    order.push_back(
        fmt::format("{:02x}{:02x}", d.address.bus, d.address.devfn));
  host.registration_order = order;
  return host;
}

HostSnapshot SnapshotOf(const Plan& plan) {
  HostSnapshot snapshot;
  snapshot.source_kind = "sketch";
  snapshot.host = FactsOf(plan);
  std::map<PciAddress, uint8_t> subordinates = Subordinates(plan);
  for (const Device& d : plan.devices) {
    FunctionRecord record;
    FillIds(d, &record);
    FillSriov(plan, d, &record);
    FillRest(d, &record);
    record.parent = ParentOf(plan, d);
    record.config = ConfigOf(plan, d, subordinates[d.address]);
    snapshot.functions.push_back(std::move(record));
    if (d.real) snapshot.nested_root_buses[{d.address.domain, 0}] = *d.real;
    if (d.group) snapshot.groups[*d.group].type = std::string("DMA-FQ");
  }
  std::sort(snapshot.functions.begin(), snapshot.functions.end(),
            [](const FunctionRecord& a, const FunctionRecord& b) {
              return a.address < b.address;
            });
  return snapshot;
}

// Keeps what `lspci -Dnxxxx` shows.
void MakeDump(HostSnapshot* snapshot) {
  snapshot->host = HostFacts{};
  snapshot->nested_root_buses.clear();
  for (FunctionRecord& record : snapshot->functions) {
    FunctionRecord dumped;
    dumped.address = record.address;
    dumped.vendor = record.vendor;
    dumped.device = record.device;
    dumped.class_code = record.class_code;
    dumped.revision = record.revision;
    dumped.config = record.config;
    dumped.config.set_reach(ReadFailure::kNotRecorded);
    record = std::move(dumped);
  }
}

}  // namespace

HostSnapshot Sketch(std::string_view text, const SketchOptions& options) {
  HostSnapshot snapshot = SnapshotOf(ReadPlan(text));
  if (options.as_user) {
    snapshot.host.privileged = false;
    for (FunctionRecord& record : snapshot.functions)
      HideConfig(&record, 64, ReadFailure::kPermissionDenied);
  }
  if (options.as_dump) MakeDump(&snapshot);
  return snapshot;
}

std::string SketchText(std::string_view name) {
  std::string path = fmt::format("{}/fixtures/cases/sketches/{}.sketch",
                                 P2PCHECK_SOURCE_DIR, name);
  std::ifstream in(path);
  if (!in) throw std::runtime_error("no such sketch: " + path);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

void HideConfig(FunctionRecord* record, uint16_t offset, ReadFailure why) {
  record->config.Truncate(offset, why);
}

FunctionRecord& RecordAt(HostSnapshot* snapshot, std::string_view address) {
  PciAddress wanted = AddressOf(address);
  for (FunctionRecord& record : snapshot->functions)
    if (record.address == wanted) return record;
  throw std::runtime_error(fmt::format("no function {}", address));
}

void PutWord(ConfigSpace* config, uint16_t offset, uint16_t value) {
  uint8_t bytes[] = {static_cast<uint8_t>(value),
                     static_cast<uint8_t>(value >> 8)};
  config->Put(offset, bytes, sizeof(bytes));
}

void PutDword(ConfigSpace* config, uint16_t offset, uint32_t value) {
  PutWord(config, offset, static_cast<uint16_t>(value));
  PutWord(config, offset + 2, static_cast<uint16_t>(value >> 16));
}

PciAddress AddressOf(std::string_view text) {
  if (auto address = ParsePciAddress(text)) return *address;
  if (auto address = ParseShortPciAddress(text)) return *address;
  throw std::runtime_error(fmt::format("not an address: {}", text));
}

}  // namespace p2pcheck
