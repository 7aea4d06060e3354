// SPDX-License-Identifier: GPL-2.0-or-later
#include "support/random_fabric.h"

#include <algorithm>
#include <random>

namespace p2pcheck {
namespace {

class Grower {
 public:
  Grower(uint32_t seed, const FabricShape& shape)
      : random_(seed), shape_(shape) {}

  HostSnapshot Grow() {
    HostSnapshot snapshot;
    snapshot.functions.reserve(shape_.functions);
    for (uint32_t i = 0; i + Buses() < shape_.functions; ++i)
      snapshot.functions.push_back(Function(AddressOf(i), Parent(i)));
    for (uint32_t b = 0; b < Buses(); ++b)
      snapshot.functions.push_back(Function(
          {kDomain + b, 0, 0}, ParentLink{true, {}, {kDomain + b, 0}}));
    return snapshot;
  }

  AssumedAcs Acs(FunctionIndex i) {
    AssumedAcs assumed;
    assumed.function = i;
    assumed.acs.capability = 0x5f;
    if (OneIn(shape_.redirecting))
      assumed.acs.control = 0x1d;
    else if (OneIn(shape_.unsure))
      assumed.acs.control_known = 0;
    return assumed;
  }

 private:
  uint32_t Below(uint32_t limit) {
    return static_cast<uint32_t>(random_() % limit);
  }
  bool OneIn(uint32_t n) { return n != 0 && Below(n) == 0; }

  uint32_t Buses() const { return 1 + 3 * shape_.functions / 1000; }

  // Numbers say nothing about the place.
  static PciAddress AddressOf(uint32_t i) {
    return {i >> 16, static_cast<uint8_t>(i >> 8), static_cast<uint8_t>(i)};
  }

  // Root buses have domains of their own, in which is nothing but what stands
  // at their 00.0.
  static constexpr uint32_t kDomain = 0x1000;
  RootBus AnyBus() { return {kDomain + Below(Buses()), 0}; }

  FunctionRecord Function(PciAddress address, Observed<ParentLink> parent) {
    static constexpr uint16_t kDevices[] = {0x3c00, 0x2030, 0x1237, 0x09a2};
    FunctionRecord record;
    record.address = address;
    record.physfn = Absent{};
    record.vendor = uint16_t{0x8086};
    record.device = kDevices[Below(4)];
    record.parent = std::move(parent);
    return record;
  }

  Observed<ParentLink> Parent(uint32_t i) {
    if (OneIn(shape_.nowhere)) return ReadFailure::kPermissionDenied;
    if (i == 0 || OneIn(shape_.rootless)) return ParentLink{true, {}, AnyBus()};
    uint32_t back = 1 + Below(std::min(i, shape_.reach));
    return ParentLink{false, AddressOf(i - back), {}};
  }

  std::mt19937 random_;
  const FabricShape& shape_;
};

Topology WithRandomAcs(const Topology& topology, Grower* grower) {
  std::vector<AssumedAcs> assumed;
  for (FunctionIndex i = 0; i < topology.functions().size(); ++i)
    assumed.push_back(grower->Acs(i));
  return topology.WithAcs(assumed);
}

}  // namespace

RandomFabric::RandomFabric(uint32_t seed, const FabricShape& shape) {
  Grower grower(seed, shape);
  snapshot_ = std::make_unique<const HostSnapshot>(grower.Grow());
  topology_ = WithRandomAcs(BuildTopology(*snapshot_), &grower);
}

}  // namespace p2pcheck
