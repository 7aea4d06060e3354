// SPDX-License-Identifier: GPL-2.0-or-later
#include "support/random_forest.h"

#include <fmt/format.h>

#include <random>

#include "support/sketch.h"

namespace p2pcheck {
namespace {

class Dice {
 public:
  explicit Dice(uint32_t seed) : random_(seed) {}
  uint32_t Below(uint32_t limit) { return random_() % limit; }
  bool OneIn(uint32_t n) { return Below(n) == 0; }
  template <class T, size_t n>
  const T& Pick(const T (&from)[n]) {
    return from[Below(n)];
  }

 private:
  std::mt19937 random_;
};

class ForestWriter {
 public:
  explicit ForestWriter(uint32_t seed) : dice_(seed) {}

  std::string Write() {
    if (dice_.OneIn(3)) text_ += "cpu 2 0x19\n";
    uint32_t roots = 1 + dice_.Below(4);
    for (uint32_t i = 0; i < roots; ++i) WriteRoot(i);
    return text_;
  }

 private:
  static constexpr uint32_t kBudget = 60;

  void WriteRoot(uint32_t number) {
    // No root bus can use up the bus numbers up to the next.
    static constexpr uint8_t kBuses[] = {0x00, 0x80, 0x00, 0x60};
    domain_ = number / 2;
    uint8_t bus = next_bus_ = kBuses[number];
    ++next_bus_;
    text_ += fmt::format("root {:x} {:x}\n", domain_, bus);
    static constexpr const char* kHostBridges[] = {
        "1022:1450", "8086:3c00", "8086:2f00", "8086:09a2",
        "8086:2020", "1234:5678", "10de:1234"};
    if (!dice_.OneIn(4)) Device(bus, 0, 0, dice_.Pick(kHostBridges), "");
    uint32_t things = 1 + dice_.Below(4);
    for (uint32_t i = 1; i <= things; ++i) WriteOnRoot(bus, i);
  }

  void WriteOnRoot(uint8_t bus, uint32_t device) {
    switch (dice_.Below(6)) {
      case 0: return Device(bus, device, 0, "8086:0b25", " t=9");
      case 1: return Device(bus, device, 0, "8086:a36f", "");
      case 2: return WritePhysical(bus, device, " t=9");
      default: return WritePort(bus, device, 4, 0);
    }
  }

  void Device(uint8_t bus, uint32_t device, uint32_t function,
              const std::string& ids, const std::string& words) {
    ++count_;
    text_ += fmt::format("dev {:04x}:{:02x}:{:02x}.{:x} id={}{}\n", domain_,
                         bus, device, function, ids, words);
  }

  std::string Acs() {
    static constexpr const char* kStates[] = {
        "",           "",           " acs=1f/00", " acs=5f/40",
        " acs=1f/1d", " acs=5f/04", " acs=ff/20"};
    return dice_.Pick(kStates);
  }

  // A port of that type, and what is below it.
  void WritePort(uint8_t bus, uint32_t device, int type, int level) {
    uint8_t below = next_bus_++;
    Device(bus, device, 0, "8086:347a",
           fmt::format(" t={} sec={:x}{}", type, below, Acs()));
    if (type == 5) {
      uint32_t ports = 1 + dice_.Below(4);
      for (uint32_t i = 0; i < ports; ++i) WritePort(below, i, 6, level);
      return;
    }
    if (count_ < kBudget) WriteBelow(below, level);
  }

  void WriteBelow(uint8_t bus, int level) {
    switch (dice_.Below(level < 3 ? 8 : 5)) {
      case 0: return;  // an empty slot
      case 1: return WritePhysical(bus, 0, " t=0");
      case 2: return WriteConventional(bus);
      case 3:
      case 4: return WriteEndpoint(bus);
      default: return WritePort(bus, 0, 5, level + 1);
    }
  }

  void WriteEndpoint(uint8_t bus) {
    static constexpr const char* kIds[] = {"10de:2330", "15b3:1021",
                                           "144d:a824", "1000:c012"};
    std::string ids = dice_.Pick(kIds);
    uint32_t functions = 1 + dice_.Below(2) * dice_.Below(3);
    for (uint32_t f = 0; f < functions; ++f)
      Device(
          bus, 0, f, ids,
          (functions > 1 ? " t=0 mf" : " t=0") + (dice_.OneIn(3) ? Acs() : ""));
  }

  // A physical function with its virtual ones on the same bus.
  void WritePhysical(uint8_t bus, uint32_t device, const std::string& type) {
    Device(bus, device, 0, "15b3:1021", type);
    uint32_t vfs = dice_.Below(4);
    for (uint32_t i = 1; i <= vfs; ++i)
      Device(bus, device + 16, i, "15b3:101e",
             fmt::format("{} vf={:04x}:{:02x}:{:02x}.0", type, domain_, bus,
                         device));
  }

  void WriteConventional(uint8_t bus) {
    uint8_t below = next_bus_++;
    Device(bus, 0, 0, "104c:8240", fmt::format(" t=7 sec={:x}", below));
    Device(below, 0, 0, "109e:036e", "");
    Device(below, 1, 0, "109e:0878", "");
  }

  Dice dice_;
  std::string text_;
  uint32_t domain_ = 0, count_ = 0;
  uint8_t next_bus_ = 0;
};

// Takes from a reader what it may have missed.
void HideSome(Dice* dice, HostSnapshot* snapshot) {
  static constexpr uint16_t kCuts[] = {0x00, 0x40, 0x52, 0x100, 0x14a};
  uint32_t rarity = 2 + dice->Below(12);
  for (FunctionRecord& record : snapshot->functions)
    if (dice->OneIn(rarity)) HideConfig(&record, dice->Pick(kCuts));
  if (dice->OneIn(2)) return;
  for (FunctionRecord& record : snapshot->functions) {
    if (!dice->OneIn(rarity)) continue;
    PciAddress nobody{0x77, 0, 0};
    if (dice->OneIn(2))
      record.parent = ParentLink{false, nobody, {}};
    else
      record.parent = ReadFailure::kPermissionDenied;
  }
}

void ChangeHost(Dice* dice, HostSnapshot* snapshot) {
  if (dice->OneIn(3)) {
    snapshot->host.cpu_vendor = ReadFailure::kNotRecorded;
    snapshot->host.cpu_family = ReadFailure::kNotRecorded;
  }
  if (dice->OneIn(2))
    snapshot->host.registration_order = ReadFailure::kNotRecorded;
  uint32_t groups = dice->Below(3);
  for (FunctionRecord& record : snapshot->functions) {
    if (groups == 1) record.iommu_group = uint32_t{7};
    if (groups == 2) record.iommu_group = ReadFailure::kPermissionDenied;
  }
}

}  // namespace

std::string RandomForestSketch(uint32_t seed) {
  return ForestWriter(seed).Write();
}

HostSnapshot RandomForest(uint32_t seed) {
  Dice dice(seed ^ 0x9e3779b9);
  SketchOptions options;
  options.as_dump = dice.OneIn(4);
  HostSnapshot snapshot = Sketch(RandomForestSketch(seed), options);
  if (!dice.OneIn(4)) HideSome(&dice, &snapshot);
  if (!options.as_dump) ChangeHost(&dice, &snapshot);
  return snapshot;
}

}  // namespace p2pcheck
