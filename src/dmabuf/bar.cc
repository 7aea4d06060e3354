// SPDX-License-Identifier: GPL-2.0-or-later
//
// BARs as the kernel keeps them: sysfs' `resource` has one line for each of
// BAR 0 to 5 and the ROM, then what SR-IOV and bridges add.  The bits of a
// line's flags are those of the kernel's ioport.h (spec/kernel-dmabuf.md 7.2).
#include "dmabuf/bar.h"

#include <array>
#include <cstdlib>

#include "dmabuf/architecture.h"
#include "pci/capabilities.h"

namespace p2pcheck {
namespace {

// IORESOURCE_*.
constexpr uint64_t kIoBit = 0x100;
constexpr uint64_t kMemoryBit = 0x200;
constexpr uint64_t kPrefetchBit = 0x2000;
constexpr uint64_t k64BitBit = 0x100000;
constexpr uint64_t kUnsetBit = 0x20000000;

constexpr uint8_t kCapMsix = 0x11;
constexpr uint16_t kBarRegister = 0x10;

BarKind KindOf(uint64_t flags) {
  switch (flags & (kIoBit | kMemoryBit)) {
    case kMemoryBit: return BarKind::kMemory;
    case kIoBit: return BarKind::kIo;
    default: return BarKind::kNeither;
  }
}

// A line of zeros is a BAR that is not there, whatever bits other than its
// type are left.
bool IsAbsent(const ResourceLine& line) {
  return (line.flags & (kIoBit | kMemoryBit)) == 0 && line.start == 0 &&
         line.end == 0;
}

// To the kernel one that ends at 0 has no length (pci_resource_len).
uint64_t LengthOf(const ResourceLine& line) {
  if (line.end == 0 || line.end < line.start) return 0;
  return line.end - line.start + 1;
}

Bar FromLine(uint8_t index, const ResourceLine& line) {
  Bar bar;
  bar.index = index;
  if (IsAbsent(line)) return bar;
  bar.kind = KindOf(line.flags);
  bar.start = line.start;
  bar.size = LengthOf(line);
  bar.flags = line.flags;
  bar.is_64bit = (line.flags & k64BitBit) != 0;
  bar.prefetchable = (line.flags & kPrefetchBit) != 0;
  bar.unassigned = (line.flags & kUnsetBit) != 0;
  return bar;
}

// Bits 2 to 0 of the dwords after the capability's control word say in which
// BARs the table and the pending bits lie (PCI 3.0, 6.8.2).
Observed<uint8_t> MsixBars(const ConfigSpace& space) {
  HeldConfig config(space);
  Observed<uint16_t> at = FindCapability(config, kCapMsix);
  if (at.absent()) return uint8_t{0};
  if (at.unknown()) return at.failure();
  auto table = config.Dword(static_cast<uint16_t>(at.value() + 4));
  auto pending = config.Dword(static_cast<uint16_t>(at.value() + 8));
  if (!table.known() || !pending.known()) return ReadFailure::kNotRecorded;
  return static_cast<uint8_t>(1 << (table.value() & 7) |
                              1 << (pending.value() & 7));
}

// "2:0x3f" among the sizes that sysfs lists.
Observed<uint64_t> SizesOf(uint8_t index, const StringList& sizes) {
  for (const std::string& entry : sizes) {
    size_t colon = entry.find(':');
    if (colon == entry.npos || entry.substr(0, colon) != std::to_string(index))
      continue;
    return uint64_t{strtoull(entry.c_str() + colon + 1, nullptr, 16)};
  }
  return Absent{};
}

void AddCapabilities(const FunctionRecord& record, std::vector<Bar>* bars) {
  Observed<uint8_t> msix = MsixBars(record.config);
  for (Bar& bar : *bars) {
    bar.holds_msix = msix.Map([&](uint8_t mask) {
      return bar.index < kBars && (mask >> bar.index & 1) != 0;
    });
    if (record.resizable.known())
      bar.resizable = SizesOf(bar.index, record.resizable.value());
    else if (record.resizable.absent())
      bar.resizable = Absent{};
    else
      bar.resizable = record.resizable.failure();
  }
}

// How many BARs a header type has, which the register at 0x0e tells.
Observed<uint8_t> BarCount(const FunctionRecord& record) {
  return record.config.Byte(0x0e).Map([](uint8_t header) -> uint8_t {
    static constexpr std::array<uint8_t, 3> kCounts = {6, 2, 1};
    size_t type = header & 0x7f;
    return type < kCounts.size() ? kCounts[type] : 0;
  });
}

Bar Unrecorded(uint8_t index, BarKind kind) {
  Bar bar;
  bar.index = index;
  bar.kind = kind;
  bar.recorded = false;
  return bar;
}

// What one register tells (PCI 3.0, 6.2.5.1).
Bar FromRegister(uint8_t index, uint32_t value) {
  Bar bar = Unrecorded(index, BarKind::kMemory);
  if (value == 0) bar.kind = BarKind::kAbsent;
  if ((value & 1) != 0) bar.kind = BarKind::kIo;
  if (bar.kind == BarKind::kIo) bar.start = value & ~3u;
  if (bar.kind != BarKind::kMemory) return bar;
  bar.start = value & ~15u;
  bar.is_64bit = (value & 6) == 4;
  bar.prefetchable = (value & 8) != 0;
  return bar;
}

// Enhanced Allocation: BARs whose registers read 0 (PCIe 4.0, 7.8.5).
bool HasEnhancedAllocation(const FunctionRecord& record) {
  constexpr uint8_t kCapEnhancedAllocation = 0x14;
  HeldConfig config(record.config);
  return FindCapability(config, kCapEnhancedAllocation).known();
}

// A VF's registers read 0 whatever the VF has (SR-IOV 1.1, 3.4.1.11).
bool RegistersTell(const Function& function) {
  return function.physfn.absent() && BarCount(*function.record).known() &&
         !HasEnhancedAllocation(*function.record);
}

// The kernel makes files for BARs on these only (HAVE_PCI_MMAP and
// ARCH_GENERIC_PCI_MMAP_RESOURCE).  s390 is left out: it had none before 6.15.
bool MakesResourceFiles(const std::string& architecture) {
  static constexpr std::string_view kPrefixes[] = {
      "x86_64", "i386", "i486",  "i586",   "i686", "arm",   "aarch64", "loong",
      "mips",   "ppc",  "riscv", "parisc", "sh",   "sparc", "xtensa"};
  for (std::string_view prefix : kPrefixes)
    if (architecture.substr(0, prefix.size()) == prefix) return true;
  return false;
}

Ternary HasBar(const Function& function) {
  Observed<std::vector<Bar>> bars = BarsOf(function);
  if (bars.unknown()) return Ternary::kUnknown;
  for (const Bar& bar : bars.value_or({}))
    if (bar.index < kBars && bar.size > 0 && !bar.unassigned)
      return Ternary::kYes;
  return Ternary::kNo;
}

// A function that has BARs and none of their files.
Ternary LacksResourceFiles(const Topology& topology, const Function& function) {
  if (!function.record->resource_files.absent()) return Ternary::kNo;
  Observed<std::string> architecture = ArchitectureOf(topology.snapshot());
  Ternary makes = architecture.known()
                      ? ToTernary(MakesResourceFiles(architecture.value()))
                      : Ternary::kUnknown;
  return And(HasBar(function), makes);
}

Ternary HasIds(const FunctionRecord& record, const FunctionIdRule& rule) {
  auto equal = [](const Observed<uint16_t>& id, uint16_t wanted) {
    return id.known() ? ToTernary(id.value() == wanted) : Ternary::kUnknown;
  };
  return And(equal(record.vendor, rule.vendor),
             equal(record.device, rule.device));
}

Ternary OnArchitecture(const HostSnapshot& snapshot,
                       const std::string& wanted) {
  if (wanted.empty()) return Ternary::kYes;
  if (wanted == "s390x") return IsS390(snapshot);
  Observed<std::string> architecture = ArchitectureOf(snapshot);
  if (!architecture.known()) return Ternary::kUnknown;
  return ToTernary(architecture.value() == wanted);
}

}  // namespace

std::string_view BarKindName(BarKind kind) {
  static constexpr std::array<std::string_view, 5> kNames = {
      "absent", "memory", "io", "neither", "unknown"};
  return kNames[static_cast<size_t>(kind)];
}

Observed<std::vector<Bar>> BarsOf(const Function& function) {
  const Observed<ResourceList>& resource = function.record->resource;
  if (resource.known() && resource.value().size() <= kRomIndex)
    return ReadFailure::kMalformed;
  return resource.Map([&](const ResourceList& lines) {
    std::vector<Bar> bars;
    for (uint8_t i = 0; i <= kRomIndex; ++i)
      bars.push_back(FromLine(i, lines[i]));
    AddCapabilities(*function.record, &bars);
    return bars;
  });
}

std::vector<Bar> BarsInConfig(const Function& function) {
  const FunctionRecord& record = *function.record;
  std::vector<Bar> bars;
  uint8_t count = RegistersTell(function) ? BarCount(record).value() : 0;
  for (uint8_t i = 0; i < kBars; ++i) {
    bool upper_half = i > 0 && bars[i - 1].is_64bit;
    auto value =
        record.config.Dword(static_cast<uint16_t>(kBarRegister + 4 * i));
    if (!RegistersTell(function) || (i < count && !value.known()))
      bars.push_back(Unrecorded(i, BarKind::kUnknown));
    else if (i >= count || upper_half)
      bars.push_back(Unrecorded(i, BarKind::kAbsent));
    else
      bars.push_back(FromRegister(i, value.value()));
    if (upper_half && value.known() && i < count)
      bars[i - 1].start |= uint64_t{value.value()} << 32;
  }
  AddCapabilities(record, &bars);
  return bars;
}

Observed<uint32_t> PageSizeOf(const HostSnapshot& snapshot) {
  if (snapshot.host.page_size.known()) return snapshot.host.page_size;
  Observed<std::string> architecture = ArchitectureOf(snapshot);
  if (!architecture.known()) return snapshot.host.page_size;
  bool one_size =
      IsX86(architecture.value()) || architecture.value() == "s390x";
  if (one_size) return 4096u;
  return snapshot.host.page_size;
}

Ternary IsS390(const HostSnapshot& snapshot) {
  Observed<std::string> architecture = ArchitectureOf(snapshot);
  if (architecture.known())
    return ToTernary(architecture.value().substr(0, 4) == "s390");
  for (const FunctionRecord& record : snapshot.functions) {
    Observed<uint8_t> header = record.config.Byte(0x0e);
    bool bridge = header.known() && (header.value() & 0x7f) == 1;
    if (bridge || (record.class_code.value_or(0) >> 8) == 0x0604)
      return Ternary::kNo;
  }
  return Ternary::kUnknown;
}

Ternary IsNonMappable(const Topology& topology, FunctionIndex function,
                      const DmabufRules& rules) {
  const Function& f = topology[function];
  Ternary listed = LacksResourceFiles(topology, f);
  for (const FunctionIdRule& rule : rules.non_mappable)
    listed =
        Or(listed, And(And(HasIds(*f.record, rule), rule.in_force),
                       OnArchitecture(topology.snapshot(), rule.architecture)));
  return listed;
}

}  // namespace p2pcheck
