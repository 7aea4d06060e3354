// SPDX-License-Identifier: GPL-2.0-or-later
//
// Forms the IOMMU groups of a host of which everything is known, as
// pci_device_group() does, the same text in 6.1, 6.12, 7.2 and 7.3 (but for
// one flag of bridges in 7.0).
//
// Function by function, in the order in which the kernel takes them, and never
// looking back: a function joins what exists, groups are never merged.
//
//   1. whatever shares its requester ID: conventional bridges above it
//   2. up one bridge at a time, until all above that one is isolated
//   3. functions of the same bus that claim its devfn, or it theirs
//   4. sibling functions of the same slot, if none of them is isolated
//
// So two endpoints below two downstream ports without ACS are each grouped
// with their own port, apart from each other, though they can talk; and an
// endpoint that is taken before its port is alone, whatever the port's ACS.
//
// Linear in functions times depth; 13,000 functions take some milliseconds.
#include <algorithm>

#include "verdict/groups.h"

namespace p2pcheck {
namespace {

constexpr uint32_t kNone = kNoIndex;

class GroupFormer {
 public:
  GroupFormer(const Topology& topology, const GroupWorld& world)
      : topology_(topology),
        world_(world),
        groups_(topology.functions().size(), kNone) {
    FillBuses();
    FillPaths();
  }

  std::vector<uint32_t> Form() {
    for (FunctionIndex i : world_.order)
      if (world_.served[i]) groups_[i] = GroupOf(i);
    return std::move(groups_);
  }

 private:
  struct Bus {
    std::vector<FunctionIndex> functions;  // in order of registration
    bool has_claims = false;
  };

  static uint64_t BusKey(const PciAddress& address) {
    return address.key() >> 8;
  }

  // A bus number stands for one bus object in its domain.  VFs with a bus
  // number of their own have a bus of their own.
  void FillBuses() {
    for (FunctionIndex i : RegistrationOrder(topology_)) {
      Bus& bus = buses_[BusKey(topology_[i].address)];
      bus.functions.push_back(i);
      bus.has_claims |= world_.claims.count(i) > 0;
    }
  }

  // Whether all is isolated from here up.
  void FillPaths() {
    paths_.assign(groups_.size(), false);
    for (FunctionIndex i : RegistrationOrder(topology_)) {
      FunctionIndex above = topology_[i].upstream;
      paths_[i] = world_.isolated[i] && (above == kNoIndex || paths_[above]);
    }
  }

  // A function in a VMD domain sends as the endpoint that holds the domain.
  FunctionIndex Sender(FunctionIndex i) const {
    HostBridgeIndex bridge = topology_[i].host_bridge;
    if (bridge == kNoIndex) return i;
    FunctionIndex owner = topology_.host_bridges()[bridge].owner;
    return owner == kNoIndex ? i : owner;
  }

  uint32_t GroupOf(FunctionIndex i) {
    FunctionIndex at = Sender(i);
    if (groups_[at] != kNone) return groups_[at];
    if (ClimbAliases(&at) || ClimbToIsolation(&at)) return groups_[at];
    seen_.reset();
    uint32_t group = AliasGroup(at);
    if (group == kNone) group = FunctionGroup(at);
    return group == kNone ? next_++ : group;
  }

  // To the last bridge that puts its own name on requests; true: one that has
  // a group.
  bool ClimbAliases(FunctionIndex* at) const {
    for (FunctionIndex bridge = topology_[*at].upstream; bridge != kNoIndex;
         bridge = topology_[bridge].upstream) {
      if (world_.bridges[bridge] == BridgeAlias::kStops) return false;
      if (world_.bridges[bridge] == BridgeAlias::kPasses) continue;
      *at = bridge;
      if (groups_[bridge] != kNone) return true;
    }
    return false;
  }

  bool ClimbToIsolation(FunctionIndex* at) const {
    for (FunctionIndex bridge = topology_[*at].upstream;
         bridge != kNoIndex && !paths_[bridge];
         bridge = topology_[bridge].upstream) {
      *at = bridge;
      if (groups_[bridge] != kNone) return true;
    }
    return false;
  }

  bool Claims(FunctionIndex i, uint8_t devfn) const {
    auto claims = world_.claims.find(i);
    return claims != world_.claims.end() && claims->second[devfn];
  }

  bool AreAliases(FunctionIndex a, FunctionIndex b) const {
    return Claims(a, topology_[b].address.devfn) ||
           Claims(b, topology_[a].address.devfn);
  }

  // The devfns seen are not told apart by bus, as in the kernel; they are all
  // of one bus anyway.
  uint32_t AliasGroup(FunctionIndex i) {
    if (seen_[topology_[i].address.devfn]) return kNone;
    seen_.set(topology_[i].address.devfn);
    if (groups_[i] != kNone) return groups_[i];
    const Bus& bus = buses_[BusKey(topology_[i].address)];
    if (!bus.has_claims) return kNone;
    for (FunctionIndex other : bus.functions) {
      if (other == i || !AreAliases(i, other)) continue;
      uint32_t group = AliasGroup(other);
      if (group == kNone) group = FunctionGroup(other);
      if (group != kNone) return group;
    }
    return kNone;
  }

  uint32_t FunctionGroup(FunctionIndex i) {
    if (!world_.multifunction[i] || world_.isolated[i]) return kNone;
    const PciAddress& own = topology_[i].address;
    for (FunctionIndex other : buses_[BusKey(own)].functions) {
      if (other == i || world_.isolated[other] ||
          topology_[other].address.device() != own.device())
        continue;
      uint32_t group = AliasGroup(other);
      if (group != kNone) return group;
    }
    return kNone;
  }

  const Topology& topology_;
  const GroupWorld& world_;
  std::vector<uint32_t> groups_;
  std::vector<bool> paths_;
  std::unordered_map<uint64_t, Bus> buses_;
  std::bitset<256> seen_;
  uint32_t next_ = 0;
};

}  // namespace

std::vector<uint32_t> FormGroups(const Topology& topology,
                                 const GroupWorld& world) {
  return GroupFormer(topology, world).Form();
}

}  // namespace p2pcheck
