// SPDX-License-Identifier: GPL-2.0-or-later
#include "support/renumber.h"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace p2pcheck {
namespace {

constexpr uint16_t kPrimaryBus = 0x18, kSubordinateBus = 0x1a;

bool IsBridge(const FunctionRecord& record) {
  auto type = record.config.Byte(0x0e);
  return type.known() && (type.value() & 0x7f) != 0;
}

class Numbering {
 public:
  Numbering(uint8_t first, uint8_t by) : first_(first), by_(by) {}

  uint8_t operator()(uint8_t bus) const {
    if (bus < first_) return bus;
    if (bus > 255 - by_) throw std::runtime_error("no such bus");
    return static_cast<uint8_t>(bus + by_);
  }
  void Move(PciAddress* address) const { address->bus = (*this)(address->bus); }

  void MoveRecord(FunctionRecord* record) const {
    Move(&record->address);
    if (record->parent.known()) {
      ParentLink& link = record->parent.value();
      if (link.is_root_bus)
        link.root_bus.bus = (*this)(link.root_bus.bus);
      else
        Move(&link.bridge);
    }
    if (record->physfn.known()) Move(&record->physfn.value());
    if (record->virtfns.known())
      for (auto& [number, address] : record->virtfns.value()) Move(&address);
    if (IsBridge(*record)) MoveRegisters(&record->config);
  }

  // A bridge that leads nowhere has zeros there.
  void MoveRegisters(ConfigSpace* config) const {
    if (!config->Byte(kPrimaryBus + 1).known()) return;
    if (config->Byte(kPrimaryBus + 1).value() == 0) return;
    for (uint16_t at = kPrimaryBus; at <= kSubordinateBus; ++at) {
      auto byte = config->Byte(at);
      if (!byte.known()) continue;
      uint8_t moved = (*this)(byte.value());
      config->Put(at, &moved, 1);
    }
  }

  void MoveOrder(StringList* order) const {
    for (std::string& word : *order) {
      auto bus =
          static_cast<uint8_t>(std::stoul(word.substr(0, 2), nullptr, 16));
      word = fmt::format("{:02x}{}", (*this)(bus), word.substr(2));
    }
  }

 private:
  uint8_t first_, by_;
};

}  // namespace

HostSnapshot Renumbered(HostSnapshot host, uint8_t first, uint8_t by) {
  Numbering numbering(first, by);
  for (FunctionRecord& record : host.functions) numbering.MoveRecord(&record);
  std::map<RootBus, PciAddress> nested;
  for (auto [bus, owner] : host.nested_root_buses) {
    numbering.Move(&owner);
    nested[{bus.domain, numbering(bus.bus)}] = owner;
  }
  host.nested_root_buses = nested;
  if (host.host.registration_order.known())
    numbering.MoveOrder(&host.host.registration_order.value());
  std::sort(host.functions.begin(), host.functions.end(),
            [](auto& a, auto& b) { return a.address < b.address; });
  return host;
}

uint8_t HighestBus(const HostSnapshot& host) {
  uint8_t highest = 0;
  for (const FunctionRecord& record : host.functions) {
    highest = std::max(highest, record.address.bus);
    if (IsBridge(record))
      highest = std::max(
          highest, record.config.Byte(kSubordinateBus).value_or(uint8_t{0}));
  }
  return highest;
}

HostSnapshot Without(HostSnapshot host, const PciAddress& address) {
  auto& functions = host.functions;
  functions.erase(
      std::remove_if(functions.begin(), functions.end(),
                     [&](auto& record) { return record.address == address; }),
      functions.end());
  return host;
}

}  // namespace p2pcheck
