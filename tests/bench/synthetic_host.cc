// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/synthetic_host.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <vector>

#include "pci/capabilities.h"

namespace p2pcheck {
namespace {

// Where a capability stands.  The order is that of the chain.
struct Capability {
  uint16_t id, offset;
};

constexpr uint16_t kPm = 0x01, kVpd = 0x03, kMsi = 0x05, kVendor = 0x09,
                   kSubsystem = 0x0d, kMsiX = 0x11;
constexpr uint16_t kAer = 0x0001, kVc = 0x0002, kSerial = 0x0003,
                   kPower = 0x0004, kVendorExt = 0x000b, kAri = 0x000e,
                   kAts = 0x000f, kMulticast = 0x0012, kResize = 0x0015,
                   kTph = 0x0017, kLtr = 0x0018, kSecondary = 0x0019,
                   kL1 = 0x001e, kDvsec = 0x0023, kLane16 = 0x0026;

// A kind of hardware.
struct Part {
  uint16_t vendor, device;
  uint32_t class_code;
  uint8_t port_type;
  const char* driver;  // nullptr: none
  std::vector<Capability> standard, extended;
  uint16_t acs_capability, acs_control;
};

// A Xeon's own functions and Root Ports.
const Part kMemoryMap{0x8086, 0x09a2,  0x088000,
                      9,      nullptr, {{kCapExpress, 0x40}, {kPm, 0x80}},
                      {},     0,       0};
const Part kMesh{0x8086, 0x09a4,  0x088000,
                 9,      nullptr, {{kCapExpress, 0x40}, {kPm, 0x80}},
                 {},     0,       0};
const Part kRootPort{
    0x8086,
    0x352a,
    0x060400,
    4,
    "pcieport",
    {{kCapExpress, 0x40}, {kPm, 0x80}, {kSubsystem, 0x88}, {kMsi, 0x90}},
    {{kAer, 0x100}, {kExtCapAcs, 0x148}, {kL1, 0x170}, {kSecondary, 0xa30}},
    0x005f,
    0x001d};
// A switch whose ACS capability is the last but one of a long chain.
const Part kUpstream{
    0x1000,
    0xc030,
    0x060400,
    5,
    "pcieport",
    {{kPm, 0x40}, {kMsi, 0x48}, {kCapExpress, 0x68}, {kSubsystem, 0xa4}},
    {{kSerial, 0x100},
     {kAer, 0xfb4},
     {kPower, 0x138},
     {kSecondary, 0x10c},
     {kVc, 0x148},
     {kMulticast, 0x448},
     {kLtr, 0x160},
     {kVendorExt, 0xb70}},
    0,
    0};
const Part kDownstream{
    0x1000,
    0xc030,
    0x060400,
    6,
    "pcieport",
    {{kPm, 0x40}, {kMsi, 0x48}, {kCapExpress, 0x68}, {kSubsystem, 0xa4}},
    {{kSerial, 0x100},
     {kAer, 0xfb4},
     {kPower, 0x138},
     {kSecondary, 0x10c},
     {kVc, 0x148},
     {kMulticast, 0x448},
     {kExtCapAcs, 0xf24},
     {kVendorExt, 0xb70}},
    0x007f,
    0x001d};
const Part kGpu{0x10de,
                0x2330,
                0x030200,
                0,
                "nvidia",
                {{kPm, 0x60}, {kMsi, 0x68}, {kCapExpress, 0x78}, {kMsiX, 0xc8}},
                {{kVc, 0x100},
                 {kL1, 0x250},
                 {kLtr, 0x258},
                 {kPower, 0x128},
                 {kAer, 0x420},
                 {kVendorExt, 0x600},
                 {kSecondary, 0x900},
                 {kAri, 0xa00},
                 {kResize, 0xbb0},
                 {kDvsec, 0xc1c},
                 {kLane16, 0xd00}},
                0,
                0};
const Part kDisk{0x144d,
                 0xa824,
                 0x010802,
                 0,
                 "nvme",
                 {{kPm, 0x40}, {kCapExpress, 0x70}, {kMsiX, 0xb0}},
                 {{kAer, 0x100},
                  {kSerial, 0x148},
                  {kPower, 0x158},
                  {kAri, 0x168},
                  {kSecondary, 0x178},
                  {kLane16, 0x198},
                  {kLtr, 0x1c0},
                  {kL1, 0x1c8}},
                 0,
                 0};
const Part kIntel{0x8086,
                  0x1593,
                  0x020000,
                  0,
                  "ice",
                  {{kPm, 0x40},
                   {kMsi, 0x50},
                   {kMsiX, 0x70},
                   {kCapExpress, 0xa0},
                   {kVpd, 0xe0}},
                  {{kAer, 0x100},
                   {kSerial, 0x148},
                   {kAri, 0x150},
                   {kExtCapSriov, 0x160},
                   {kTph, 0x1a0},
                   {kExtCapAcs, 0x1b0},
                   {kSecondary, 0x1d0},
                   {kAts, 0x200}},
                  0x0000,
                  0x0000};
const Part kIntelVf{
    0x8086,
    0x1889,
    0x020000,
    0,
    "iavf",
    {{kMsiX, 0x70}, {kCapExpress, 0xa0}},
    {{kAer, 0x100}, {kAri, 0x150}, {kTph, 0x1a0}, {kExtCapAcs, 0x1b0}},
    0x0000,
    0x0000};
const Part kMellanox{0x15b3,
                     0x101d,
                     0x020000,
                     0,
                     "mlx5_core",
                     {{kCapExpress, 0x60},
                      {kVpd, 0x48},
                      {kMsiX, 0x9c},
                      {kVendor, 0xc0},
                      {kPm, 0x40}},
                     {{kAer, 0x100},
                      {kAri, 0x150},
                      {kExtCapSriov, 0x160},
                      {kSecondary, 0x1c0},
                      {kExtCapAcs, 0x230},
                      {kLane16, 0x370}},
                     0x0000,
                     0x0000};
const Part kMellanoxVf{0x15b3,
                       0x101e,
                       0x020000,
                       0,
                       "mlx5_core",
                       {{kCapExpress, 0x60}, {kMsiX, 0x9c}},
                       {{kAer, 0x100}, {kAri, 0x150}},
                       0,
                       0};

constexpr uint16_t kFirstVf = 2, kVfsPerPort = 60, kPortsPerNic = 2;

class ConfigImage {
 public:
  explicit ConfigImage(const Part& part) : bytes_(4096) {
    WriteHeader(part);
    WriteStandard(part);
    WriteExtended(part);
  }

  void Byte(size_t at, uint32_t value) {
    bytes_.at(at) = static_cast<uint8_t>(value);
  }
  void Word(size_t at, uint32_t value) {
    Byte(at, value);
    Byte(at + 1, value >> 8);
  }
  void Dword(size_t at, uint32_t value) {
    Word(at, value);
    Word(at + 2, value >> 16);
  }
  ConfigSpace Space() const {
    ConfigSpace space;
    space.Put(0, bytes_.data(), bytes_.size());
    space.set_reach(4096);
    return space;
  }

 private:
  void WriteHeader(const Part& part) {
    Word(0x00, part.vendor);
    Word(0x02, part.device);
    Dword(0x04, 0x0010'0406);
    Dword(0x08, part.class_code << 8 | 0x02);
    Byte(0x0e, part.class_code == 0x060400 ? 0x01 : 0x80);
    Byte(0x34, part.standard.front().offset);
    for (size_t bar = 0; bar < 2; ++bar) Dword(0x10 + 8 * bar, 0xf000'000c);
    if (part.class_code != 0x060400) Dword(0x2c, 0x0001'8086);
  }

  void WriteStandard(const Part& part) {
    for (size_t i = 0; i < part.standard.size(); ++i) {
      auto [id, offset] = part.standard[i];
      bool last = i + 1 == part.standard.size();
      Byte(offset, id);
      Byte(offset + 1u, last ? 0 : part.standard[i + 1].offset);
      Fill(offset + 2u, 10);
      if (id == kCapExpress) WriteExpress(part, offset);
    }
  }

  void WriteExpress(const Part& part, size_t offset) {
    Word(offset + 0x02, part.port_type << 4 | 2);
    Dword(offset + 0x0c, 0x0041'0105);  // x16, 32 GT/s
    Word(offset + 0x12, 0x0105);
  }

  void WriteExtended(const Part& part) {
    for (size_t i = 0; i < part.extended.size(); ++i) {
      auto [id, offset] = part.extended[i];
      bool last = i + 1 == part.extended.size();
      uint32_t next = last ? 0 : part.extended[i + 1].offset;
      Fill(offset + 4u, 8);
      Dword(offset, next << 20 | 1 << 16 | id);
      if (id == kExtCapAcs)
        Dword(offset + 4u,
              uint32_t{part.acs_control} << 16 | part.acs_capability);
    }
  }

  // Not zeros, which a dump reader might be quicker with.
  void Fill(size_t at, size_t size) {
    for (size_t i = 0; i < size; ++i) Byte(at + i, 0x11 * (i + 1));
  }

  std::vector<uint8_t> bytes_;
};

class HostBuilder {
 public:
  explicit HostBuilder(size_t functions) : wanted_(functions) {
    host_.functions.reserve(functions);
  }

  HostSnapshot Build() {
    FillHost();
    for (uint32_t n = 0; !Full(); ++n) AddRootBus(n / 14, n % 14);
    std::sort(
        host_.functions.begin(), host_.functions.end(),
        [](const auto& a, const auto& b) { return a.address < b.address; });
    NameVirtualFunctions();
    return std::move(host_);
  }

 private:
  bool Full() const { return host_.functions.size() == wanted_; }

  void FillHost() {
    host_.source_kind = "synthetic";
    host_.host.kernel_release = std::string("6.12.95");
    host_.host.kernel_version = std::string("Linux version 6.12.95");
    host_.host.architecture = std::string("x86_64");
    host_.host.page_size = uint32_t{4096};
    host_.host.command_line = std::string("ro quiet intel_iommu=on");
    host_.host.cpu_vendor = std::string("GenuineIntel");
    host_.host.cpu_family = uint32_t{6};
    host_.host.cpu_model = uint32_t{143};
    host_.host.config = StringMap{{"PCI_P2PDMA", "y"}};
  }

  void AddRootBus(uint32_t domain, uint32_t number) {
    domain_ = domain;
    uint8_t root = static_cast<uint8_t>(18 * number);
    next_bus_ = root;
    ++next_bus_;
    above_ = ParentLink{true, {}, {domain, root}};
    AddFunction(kMemoryMap, root, 0);
    AddFunction(kMesh, root, 1);
    AddPort(kRootPort, root, 1 << 3, [&](uint8_t bus) { AddServer(bus); });
    AddPort(kRootPort, root, 2 << 3, [&](uint8_t bus) { AddDisk(bus); });
  }

  void AddServer(uint8_t bus) {
    AddSwitch(bus, [&](uint8_t below, int port) {
      switch (port) {
        case 0: return AddShelf(below, kDisk);
        case 2: return AddShelf(below, kMellanox);
        case 1: return AddMellanox(below);
        default: return AddNic(below, kIntel, kIntelVf);
      }
    });
  }

  // A second level of switches: two GPUs and disks, or one and a card.
  void AddShelf(uint8_t bus, const Part& with) {
    AddSwitch(bus, [&](uint8_t below, int port) {
      if (port == 0) return AddFunction(kGpu, below, 0);
      if (port == 1 && &with == &kMellanox) return AddMellanox(below);
      if (port == 1) return AddFunction(kGpu, below, 0);
      AddDisk(below);
    });
  }

  void AddDisk(uint8_t bus) { AddFunction(kDisk, bus, 0); }

  void AddNic(uint8_t bus, const Part& part, const Part& vf_part) {
    for (uint8_t port = 0; port < kPortsPerNic; ++port)
      AddFunction(part, bus, port);
    for (uint16_t vf = 0; vf < kPortsPerNic * kVfsPerPort; ++vf)
      AddVirtual(vf_part, bus, static_cast<uint8_t>(kFirstVf + vf),
                 static_cast<uint8_t>(vf / kVfsPerPort));
  }

  void AddMellanox(uint8_t bus) { AddNic(bus, kMellanox, kMellanoxVf); }

  template <class AddBelow>
  void AddSwitch(uint8_t bus, AddBelow&& add) {
    AddPort(kUpstream, bus, 0, [&](uint8_t inner) {
      for (int port = 0; port < 4; ++port)
        AddPort(kDownstream, inner, static_cast<uint8_t>(port << 3),
                [&](uint8_t below) { add(below, port); });
    });
  }

  // A bridge and what is below it.
  template <class AddBelow>
  void AddPort(const Part& part, uint8_t bus, uint8_t devfn, AddBelow&& add) {
    if (Full()) return;
    size_t own = host_.functions.size();
    AddFunction(part, bus, devfn);
    ParentLink outer = above_;
    above_ = ParentLink{false, {domain_, bus, devfn}, {}};
    uint8_t secondary = next_bus_++;
    add(secondary);
    above_ = outer;
    uint8_t last = static_cast<uint8_t>(next_bus_ - 1);
    const uint8_t buses[] = {bus, secondary, last};
    host_.functions[own].config.Put(0x18, buses, sizeof buses);
  }

  void AddFunction(const Part& part, uint8_t bus, uint8_t devfn) {
    if (Full()) return;
    ConfigImage image(part);
    if (&part == &kIntel || &part == &kMellanox) WriteSriov(devfn, &image);
    Add(part, {domain_, bus, devfn}, image.Space());
  }

  static void WriteSriov(uint8_t port, ConfigImage* image) {
    image->Word(0x168, 0x0019);  // enabled, memory space, ARI
    image->Word(0x16c, kVfsPerPort);
    image->Word(0x16e, kVfsPerPort);
    image->Word(0x170, kVfsPerPort);
    image->Word(0x174, kFirstVf + port * kVfsPerPort - port);
    image->Word(0x176, 1);
  }

  void AddVirtual(const Part& part, uint8_t bus, uint8_t devfn, uint8_t port) {
    if (Full()) return;
    ConfigImage image(part);
    image.Dword(0x00, 0xffff'ffff);
    image.Byte(0x0e, 0);
    Add(part, {domain_, bus, devfn}, image.Space());
    host_.functions.back().physfn = PciAddress{domain_, bus, port};
  }

  void Add(const Part& part, const PciAddress& address, ConfigSpace config) {
    FunctionRecord record;
    record.address = address;
    record.parent = above_;
    record.config = std::move(config);
    record.vendor = part.vendor;
    record.device = part.device;
    record.class_code = part.class_code;
    record.subsystem_vendor = uint16_t{0x8086};
    record.subsystem_device = uint16_t{0x0001};
    record.revision = uint8_t{2};
    if (part.driver)
      record.driver = std::string(part.driver);
    else
      record.driver = Absent{};
    FillRest(&record);
    host_.functions.push_back(std::move(record));
  }

  void FillRest(FunctionRecord* record) {
    record->iommu_group = static_cast<uint32_t>(host_.functions.size());
    record->numa_node = static_cast<int32_t>(record->address.domain & 1);
    record->enable = uint8_t{1};
    record->power_state = std::string("D0");
    record->runtime_status = std::string("active");
    record->physfn = Absent{};
    record->dma_mask_bits = uint8_t{64};
    record->consistent_dma_mask_bits = uint8_t{64};
    record->current_link_speed = record->max_link_speed = uint16_t{320};
    record->current_link_width = record->max_link_width = uint8_t{16};
    ResourceList lines(13);
    lines[0] = {0x2000'0000'0000, 0x2000'01ff'ffff, 0x14'220c};
    record->resource = std::move(lines);
  }

  void NameVirtualFunctions() {
    FunctionRecord* pf = nullptr;
    for (FunctionRecord& record : host_.functions) {
      if (!record.physfn.known()) continue;
      if (pf == nullptr || record.physfn.value() != pf->address) {
        pf = const_cast<FunctionRecord*>(host_.Find(record.physfn.value()));
        pf->virtfns = AddressMap{};
      }
      AddressMap& vfs = pf->virtfns.value();
      vfs[static_cast<uint16_t>(vfs.size())] = record.address;
    }
  }

  HostSnapshot host_;
  size_t wanted_;
  uint32_t domain_ = 0;
  uint8_t next_bus_ = 0;
  ParentLink above_;
};

void AppendRow(const std::vector<uint8_t>& bytes, size_t at,
               std::string* text) {
  static constexpr char kDigits[] = "0123456789abcdef";
  *text += fmt::format("{:02x}:", at);
  for (size_t i = at; i < at + 16; ++i) {
    const char byte[] = {' ', kDigits[bytes[i] >> 4], kDigits[bytes[i] & 15]};
    text->append(byte, sizeof byte);
  }
  *text += '\n';
}

}  // namespace

HostSnapshot SyntheticHost(size_t functions) {
  return HostBuilder(functions).Build();
}

void WriteDump(const HostSnapshot& host, std::ostream& out) {
  for (const FunctionRecord& record : host.functions) {
    std::string text = fmt::format(
        "{} {:04x}: {:04x}:{:04x} (rev {:02x})\n", ToString(record.address),
        record.class_code.value() >> 8, record.vendor.value(),
        record.device.value(), record.revision.value());
    const std::vector<uint8_t>& bytes = record.config.runs().front().bytes;
    for (size_t at = 0; at < bytes.size(); at += 16)
      AppendRow(bytes, at, &text);
    out << text << '\n';
  }
}

}  // namespace p2pcheck
