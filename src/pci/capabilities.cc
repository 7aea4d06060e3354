// SPDX-License-Identifier: GPL-2.0-or-later
#include "pci/capabilities.h"

namespace p2pcheck {
namespace {

constexpr uint16_t kStatus = 0x06;
constexpr uint16_t kStatusCapabilityList = 0x10;
constexpr uint16_t kHeaderType = 0x0e;
constexpr uint16_t kCapabilityPointer = 0x34;
constexpr uint16_t kCardBusCapabilityPointer = 0x14;
constexpr int kMaxCapabilities = 48;           // (256 - 64) / 4
constexpr int kMaxExtendedCapabilities = 480;  // (4096 - 256) / 8

// Where the list of standard capabilities starts.
Observed<uint16_t> ListHead(ConfigReader& config) {
  auto status = config.Word(kStatus);
  if (status.unknown()) return status.failure();
  if (!status.known() || !(status.value() & kStatusCapabilityList))
    return Absent{};
  auto header = config.Byte(kHeaderType);
  if (header.unknown()) return header.failure();
  bool card_bus = (header.value_or(0) & 0x7f) == 2;
  return config.Byte(card_bus ? kCardBusCapabilityPointer : kCapabilityPointer)
      .Map([](uint8_t pointer) { return uint16_t{pointer}; });
}

}  // namespace

Observed<uint16_t> FindCapability(ConfigReader& config, uint8_t id) {
  Observed<uint16_t> pointer = ListHead(config);
  for (int step = 0; step < kMaxCapabilities; ++step) {
    if (!pointer.known()) return pointer;
    uint16_t offset = pointer.value() & 0xfc;
    if (offset < 0x40) return Absent{};
    auto entry = config.Word(offset);
    if (entry.unknown()) return entry.failure();
    if (!entry.known() || (entry.value() & 0xff) == 0xff) return Absent{};
    if ((entry.value() & 0xff) == id) return offset;
    pointer = static_cast<uint16_t>(entry.value() >> 8);
  }
  return Absent{};
}

Observed<uint16_t> FindExtendedCapability(ConfigReader& config, uint16_t id) {
  uint16_t offset = 0x100;
  for (int step = 0; step < kMaxExtendedCapabilities; ++step) {
    auto header = config.Dword(offset);
    if (header.unknown()) return header.failure();
    if (!header.known()) return Absent{};
    uint32_t word = header.value();
    if (word == 0 || word == 0xffffffff) return Absent{};
    if ((word & 0xffff) == id) return offset;
    offset = word >> 20 & 0xffc;
    if (offset < 0x100) return Absent{};
  }
  return Absent{};
}

}  // namespace p2pcheck
