// SPDX-License-Identifier: GPL-2.0-or-later
#include "snapshot/dump_facts.h"

#include <string>

#include "pci/capabilities.h"
#include "snapshot/lspci_names.h"
#include "snapshot/words.h"

namespace p2pcheck {
namespace {

constexpr uint8_t kCapSubsystem = 0x0d;
constexpr uint16_t kClassHostBridge = 0x0600;
constexpr uint16_t kNoId = 0xffff;

// "[0302]:", the class as -nn writes it.
std::optional<uint16_t> FindBracketedClass(std::string_view text) {
  size_t end = text.find("]:");
  if (end == text.npos || end < 5 || text[end - 5] != '[') return std::nullopt;
  return TakeHex<uint16_t>(text.substr(end - 4), 4);
}

size_t EndOf(const ConfigSpace& config) {
  if (config.runs().empty()) return 0;
  const ConfigSpace::Run& last = config.runs().back();
  return last.offset + last.bytes.size();
}

// Some dumps stop at 64 bytes, which is what the kernel shows a user; lspci
// prints 256 for -xxx whoever asks, so what lies beyond was left out.
ReadFailure WhyCut(const ConfigSpace& config) {
  size_t end = EndOf(config);
  return end > 0 && end < 256 ? ReadFailure::kConfigTooShort
                              : ReadFailure::kNotRecorded;
}

// The kernel looks beyond 256 bytes only in functions that could have more:
// with a PCI Express or PCI-X capability, or host bridges (pci_cfg_space_size
// of 6.x; a virtual function has the first).  So for the others even a
// dump that ends there shows all there is.
bool IsConventional(const ConfigSpace& config) {
  auto base_class = config.Word(0x0a);
  HeldConfig reader(config);
  return base_class.known() && base_class.value() != kClassHostBridge &&
         FindCapability(reader, kCapExpress).absent() &&
         FindCapability(reader, kCapPciX).absent();
}

// All ones is what a read gives when nothing answers, so these are not bytes
// of the function.
void SettleConfig(ConfigSpace* config) {
  if (config->rest() == ReadFailure::kUnreachable) return;  // settled before
  if (config->ReadsAllOnes()) {
    *config = ConfigSpace();
    config->set_rest(ReadFailure::kUnreachable);
    return;
  }
  size_t end = EndOf(*config);
  if (end == 4096) config->set_reach(4096);
  if (end <= 256 && IsConventional(*config)) config->set_reach(256);
  config->set_rest(WhyCut(*config));
}

// An ID register.  A virtual function reads ones there, and the kernel has
// its IDs from elsewhere.
Observed<uint16_t> IdAt(const ConfigSpace& config, uint16_t offset) {
  auto id = config.Word(offset);
  if (id.Is(kNoId)) return ReadFailure::kNotRecorded;
  return id;
}

// Where the subsystem IDs stand depends on the header; a bridge has them in a
// capability, and without that one the kernel says 0.
Observed<uint16_t> SubsystemAt(const ConfigSpace& config, uint16_t offset) {
  auto header = config.Byte(0x0e);
  if (!header.known()) return config.rest();
  switch (header.value() & 0x7f) {
    case 0: return config.Word(0x2c + offset);
    case 2: return config.Word(0x40 + offset);
    case 1: break;
    default: return ReadFailure::kMalformed;
  }
  HeldConfig reader(config);
  return FindCapability(reader, kCapSubsystem)
      .Match([&](uint16_t at) { return config.Word(at + 4 + offset); },
             [] { return Observed<uint16_t>(uint16_t{0}); },
             [](ReadFailure why) { return Observed<uint16_t>(why); });
}

// A mail may show one function twice; the second time takes nothing away.
template <class T>
void Learn(Observed<T>* field, const Observed<T>& now) {
  if (now.known() || !field->known()) *field = now;
}

}  // namespace

// "10de:2330"
std::optional<DumpFacts::IdPair> DumpFacts::TakeIds(std::string_view text) {
  if (text.size() < 9 || text[4] != ':') return std::nullopt;
  auto vendor = TakeHex<uint16_t>(text, 4);
  auto device = TakeHex<uint16_t>(text.substr(5), 4);
  if (!vendor || !device) return std::nullopt;
  return IdPair{*vendor, *device};
}

// The last "[10de:2330]"; a name before it may have brackets of its own.
std::optional<DumpFacts::IdPair> DumpFacts::FindIds(std::string_view text) {
  size_t end = text.rfind(']');
  while (end != text.npos && end >= 10) {
    if (text[end - 10] == '[')
      if (auto ids = TakeIds(text.substr(end - 9, 9))) return ids;
    end = text.rfind(']', end - 1);
  }
  return std::nullopt;
}

void DumpFacts::ReadProgIf(std::string_view text) {
  if (auto prog_if = After(text, "(prog-if "))
    prog_if_ = TakeHex<uint8_t>(*prog_if, 2);
}

void DumpFacts::ReadHeader(std::string_view text) {
  if (auto rest = IfStartsWith(text, "Class ")) text = *rest;  // lspci 2.x
  if (text.size() > 6 && text.substr(4, 2) == ": ") {
    class_ = TakeHex<uint16_t>(text, 4);
    ids_ = TakeIds(text.substr(6));
  } else {
    class_ = FindBracketedClass(text);
    if (!class_) class_ = ClassOfName(text.substr(0, text.find(": ")));
    ids_ = FindIds(text);
  }
  if (auto revision = After(text, "(rev "))
    revision_ = TakeHex<uint8_t>(*revision, 2);
  ReadProgIf(text);
}

void DumpFacts::ReadText(std::string_view line) {
  std::string_view text = Trim(line);
  text_.ReadLine(line);
  if (auto driver = IfStartsWith(text, "Kernel driver in use: "))
    driver_ = std::string(*driver);
  else if (auto group = IfStartsWith(text, "IOMMU group: "))
    iommu_group_ = TakeNumber<uint32_t>(*group);
  else if (auto node = IfStartsWith(text, "NUMA node: "))
    numa_node_ = TakeNumber<int32_t>(*node);
  else if (auto subsystem = IfStartsWith(text, "Subsystem: "))
    ReadSubsystem(*subsystem);
  else if (auto flags = IfStartsWith(text, "Flags: "))
    ReadFlags(*flags);
}

void DumpFacts::ReadSubsystem(std::string_view text) {
  subsystem_ = TakeIds(text);
  if (!subsystem_) subsystem_ = FindIds(text);
}

// What -v puts on one line, -vv has on lines of its own.
void DumpFacts::ReadFlags(std::string_view text) {
  if (auto group = After(text, "IOMMU group "))
    iommu_group_ = TakeNumber<uint32_t>(*group);
  if (auto node = After(text, "NUMA node "))
    numa_node_ = TakeNumber<int32_t>(*node);
}

// The class has 24 bits, of which the device line has 16.  The interface is
// not guessed where neither the bytes nor the text have it.
Observed<uint32_t> DumpFacts::ClassCode(const ConfigSpace& config) const {
  auto bytes =
      config.Dword(0x08).Map([](uint32_t dword) { return dword >> 8; });
  if (!class_) return bytes;
  uint32_t base = uint32_t{*class_} << 8;
  if (bytes.known()) return base | (bytes.value() & 0xff);
  // lspci prints the interface from config space, and here nothing answered.
  if (config.rest() == ReadFailure::kUnreachable) return bytes;
  // From -v on it prints one that is not 0.
  if (!prog_if_ && !text_.verbose()) return bytes;
  return base | prog_if_.value_or(0);
}

void DumpFacts::SetIds(FunctionRecord* record) const {
  const ConfigSpace& config = record->config;
  Learn(&record->vendor, IdAt(config, 0x00));
  Learn(&record->device, IdAt(config, 0x02));
  if (ids_) record->vendor = ids_->vendor;
  if (ids_) record->device = ids_->device;
  Learn(&record->subsystem_vendor, SubsystemAt(config, 0));
  Learn(&record->subsystem_device, SubsystemAt(config, 2));
  if (subsystem_) record->subsystem_vendor = subsystem_->vendor;
  if (subsystem_) record->subsystem_device = subsystem_->device;
  Learn(&record->class_code, ClassCode(config));
  Learn(&record->revision, config.Byte(0x08));
  if (revision_ && config.rest() != ReadFailure::kUnreachable)
    record->revision = *revision_;
}

void DumpFacts::Finish(FunctionRecord* record) const {
  if (text_.unreachable() && record->config.runs().empty())
    record->config.set_rest(ReadFailure::kUnreachable);
  SettleConfig(&record->config);
  SetIds(record);
  if (driver_) record->driver = *driver_;
  if (iommu_group_) record->iommu_group = *iommu_group_;
  if (numa_node_) record->numa_node = *numa_node_;
}

}  // namespace p2pcheck
