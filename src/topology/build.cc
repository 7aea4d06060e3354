// SPDX-License-Identifier: GPL-2.0-or-later
//
// Builds the tree of functions as the kernel has it.
//
// The kernel's tree is what pci_upstream_bridge() climbs (read in 6.1 to 7.3):
// from a function to the bridge whose secondary bus it sits on, from a virtual
// function to the bridge of its physical function, and from a function on a
// root bus to nothing.  sysfs shows that tree by nesting directories; a dump
// does not, and there bus numbers have to do.
//
//   0000:00:01.0 (secondary 1)       bus 1 is led to by 00:01.0: 01:00.0 is
//   0000:01:00.0 (PF, 2 VFs)         below it; 02:01.0 is on a bus nobody
//   0000:02:01.0 (VF)                leads to, and below 00:01.0 all the same
//
// Steps, each one pass over the functions: decode; parents by nesting; VFs to
// their PFs; parents by bus number for the rest; depth and host bridge from the
// roots down; the first function of every root bus; the kernel's port types
// from the roots down.  100,000 functions take some tens of milliseconds.
#include <algorithm>
#include <cstdlib>
#include <unordered_map>
#include <unordered_set>

#include "topology/topology.h"

namespace p2pcheck {
namespace {

constexpr uint16_t kHeaderType = 0x0e;
constexpr uint16_t kSecondaryBus = 0x19;
constexpr uint16_t kSubordinateBus = 0x1a;

// A byte of the header.  Where nothing answers, the ones that were read are
// not what the kernel found when the function still did.
Observed<uint8_t> HeaderByte(const FunctionRecord& record, uint16_t offset) {
  if (record.config.ReadsAllOnes()) return ReadFailure::kUnreachable;
  return record.config.Byte(offset);
}

bool LooksLikeBridge(const FunctionRecord& record) {
  auto header = HeaderByte(record, kHeaderType);
  if (header.known()) return (header.value() & 0x7f) == 1;
  return record.class_code.known() && record.class_code.value() >> 8 == 0x0604;
}

// Where a sysfs says 256 bytes, or conventional PCI rules the rest out, there
// is no extended space and no ACS.  (pci_cfg_space_size, 6.1 to 7.3: beyond
// 256 bytes it looks only at PCIe functions, PCI-X ones and host bridges.)
bool CannotHaveExtendedSpace(const FunctionRecord& record,
                             const Observed<ExpressCapability>& express) {
  const ConfigSpace& config = record.config;
  if (config.reach().known()) return config.reach().value() <= 256;
  if (!express.absent()) return false;
  if (!record.class_code.known() || record.class_code.value() >> 8 == 0x0600)
    return false;
  HeldConfig held(config);
  return FindCapability(held, kCapPciX).absent();
}

Observed<AcsCapability> AcsOf(const FunctionRecord& record,
                              const Observed<ExpressCapability>& express) {
  if (CannotHaveExtendedSpace(record, express)) return Absent{};
  if (record.config.ReadsAllOnes()) return ReadFailure::kUnreachable;
  HeldConfig held(record.config);
  return DecodeAcs(held);
}

Observed<ExpressCapability> ExpressOf(const FunctionRecord& record) {
  if (record.config.ReadsAllOnes()) return ReadFailure::kUnreachable;
  HeldConfig held(record.config);
  return DecodeExpress(held);
}

// The RID arithmetic of SR-IOV (PCIe 6.0, 9.3.3): First VF Offset at +0x14,
// VF Stride at +0x16, NumVFs at +0x10, VF Enable bit 0 of +0x08.
struct VfRange {
  uint16_t count = 0, offset = 0, stride = 0;
};

VfRange VfsInConfig(const ConfigSpace& config) {
  HeldConfig held(config);
  auto base = FindExtendedCapability(held, kExtCapSriov);
  if (!base.known()) return {};
  auto control = config.Word(base.value() + 0x08);
  if (!control.known() || !(control.value() & 1)) return {};
  return {config.Word(base.value() + 0x10).value_or(0),
          config.Word(base.value() + 0x14).value_or(0),
          config.Word(base.value() + 0x16).value_or(0)};
}

// A type that never stands on a root bus.  (Emulated endpoints do: QEMU gives
// them type 9 there.)
bool RulesOutRootBus(const Function& f) {
  if (!f.express.known()) return false;
  switch (f.express.value().type) {
    case PortType::kEndpoint:
    case PortType::kLegacyEndpoint:
    case PortType::kUpstreamPort:
    case PortType::kDownstreamPort:
    case PortType::kPcieToPciBridge: return true;
    default: return false;
  }
}

// A type that stands on root buses and nowhere else.
bool SpeaksForRootBus(const Function& f) {
  if (!f.express.known()) return false;
  PortType type = f.express.value().type;
  return type == PortType::kRootPort ||
         type == PortType::kRootComplexEndpoint ||
         type == PortType::kRootComplexEventCollector;
}

// For want of a type, a class that chipsets have and add-in cards do not: host
// and ISA bridges, system peripherals, signal processing (Xeon uncore).
bool HasChipsetClass(const Function& f) {
  if (f.express.known() || !f.record->class_code.known()) return false;
  uint32_t class_code = f.record->class_code.value() >> 8;
  uint32_t base = class_code >> 8;
  return class_code == 0x0600 || class_code == 0x0601 || base == 0x08 ||
         base == 0x11;
}

// A bridge that does not say which bus it leads to.
bool LeadsSomewhereUnknown(const Function& f) {
  if (!HeaderByte(*f.record, kHeaderType).known() &&
      !f.record->class_code.known())
    return true;
  return f.is_bridge && !HeaderByte(*f.record, kSecondaryBus).known();
}

}  // namespace

class TopologyBuilder {
 public:
  explicit TopologyBuilder(const HostSnapshot& snapshot) {
    topology_.snapshot_ = &snapshot;
  }

  Topology Build() {
    Decode();
    PlaceBySysfs();
    PlaceVirtualFunctions();
    PlaceByBusNumber();
    CutCycles();
    AssignHostBridges();
    FindFirstFunctions();
    CorrectPortTypes();
    return std::move(topology_);
  }

 private:
  using Kind = TopologyProblem::Kind;

  std::vector<Function>& functions() { return topology_.functions_; }

  void Report(Kind kind, const PciAddress& function, PciAddress other = {}) {
    topology_.problems_.push_back({kind, function, other});
  }

  void Decode() {
    const auto& records = topology_.snapshot_->functions;
    functions().reserve(records.size());
    root_of_.assign(records.size(), std::nullopt);
    for (const FunctionRecord& record : records) {
      Function f;
      f.record = &record;
      f.address = record.address;
      f.physfn = record.physfn;
      f.express = ExpressOf(record);
      f.acs = AcsOf(record, f.express);
      f.is_bridge = LooksLikeBridge(record);
      functions().push_back(std::move(f));
    }
  }

  void PlaceOnRoot(FunctionIndex index, RootBus bus, PlacedBy how) {
    functions()[index].placed_by = how;
    root_of_[index] = bus;
  }

  void PlaceBelow(FunctionIndex index, FunctionIndex bridge, PlacedBy how) {
    functions()[index].placed_by = how;
    functions()[index].upstream = bridge;
  }

  void PlaceBySysfs() {
    for (FunctionIndex i = 0; i < functions().size(); ++i) {
      const auto& parent = functions()[i].record->parent;
      if (!parent.known()) continue;
      if (parent.value().is_root_bus) {
        PlaceOnRoot(i, parent.value().root_bus, PlacedBy::kSysfs);
        continue;
      }
      FunctionIndex bridge = topology_.Find(parent.value().bridge);
      if (bridge == kNoIndex || bridge == i)
        Report(Kind::kParentMissing, functions()[i].address,
               parent.value().bridge);
      else
        PlaceBelow(i, bridge, PlacedBy::kSysfs);
    }
  }

  // Dumps don't say which functions are virtual, but the PF's SR-IOV
  // capability does.
  void FindVirtualFunctions() {
    for (FunctionIndex i = 0; i < functions().size(); ++i)
      if (!functions()[i].placed())
        ClaimVirtualFunctions(i, VfsInConfig(functions()[i].record->config));
  }

  // Looks at the functions that are there, not at each number the capability
  // promises: those can be 65,535 for every PF.
  void ClaimVirtualFunctions(FunctionIndex pf, const VfRange& range) {
    if (range.count == 0) return;
    const PciAddress& own = functions()[pf].address;
    uint64_t first = own.key() + range.offset;
    uint64_t last = first + uint64_t{range.stride} * (range.count - 1u);
    auto vf = std::lower_bound(
        functions().begin(), functions().end(), first,
        [](const Function& f, uint64_t key) { return f.address.key() < key; });
    for (; vf != functions().end() && vf->address.key() <= last; ++vf) {
      if (vf->address.domain != own.domain) return;
      uint64_t ahead = vf->address.key() - first;
      bool counted = range.stride == 0 ? ahead == 0 : ahead % range.stride == 0;
      if (counted && vf->address != own && vf->physfn.unknown())
        vf->physfn = own;
    }
  }

  void PlaceVirtualFunctions() {
    FindVirtualFunctions();
    for (FunctionIndex i = 0; i < functions().size(); ++i) {
      Function& vf = functions()[i];
      if (!vf.physfn.known()) continue;
      FunctionIndex pf = topology_.Find(vf.physfn.value());
      if (pf == kNoIndex || pf == i || functions()[pf].physfn.known()) continue;
      if (!vf.placed()) virtual_functions_.push_back({i, pf});
    }
  }

  // secondary bus -> bridge, by domain and bus.
  void CollectBuses() {
    for (FunctionIndex i = 0; i < functions().size(); ++i) {
      const Function& f = functions()[i];
      if (!f.is_bridge) continue;
      auto secondary = HeaderByte(*f.record, kSecondaryBus);
      auto subordinate = HeaderByte(*f.record, kSubordinateBus);
      if (!secondary.known()) continue;
      if (secondary.value() == 0 && subordinate.Is(0)) continue;  // not set up
      if (secondary.value() <= f.address.bus ||
          (subordinate.known() && subordinate.value() < secondary.value())) {
        Report(Kind::kImpossibleBusNumbers, f.address);
        continue;
      }
      uint64_t bus = BusKey(f.address.domain, secondary.value());
      auto [slot, fresh] = bridge_to_.try_emplace(bus, i);
      if (fresh) continue;
      Report(Kind::kBusClaimedTwice, f.address,
             functions()[slot->second == kNoIndex ? i : slot->second].address);
      slot->second = kNoIndex;  // Which of the two is right, nobody can say.
    }
  }

  static uint64_t BusKey(uint32_t domain, uint8_t bus) {
    return uint64_t{domain} << 8 | bus;
  }

  // Whether a bus that no bridge leads to may be taken for a root bus.
  enum class BusVerdict : uint8_t { kUndecided, kRoot, kNotRoot };

  // What sysfs says of one function holds for its neighbours on the bus.
  void JudgeBusesBySysfs() {
    for (FunctionIndex i = 0; i < functions().size(); ++i) {
      const Function& f = functions()[i];
      if (!f.placed() || f.physfn.known()) continue;
      root_by_sysfs_[BusKey(f.address.domain, f.address.bus)] =
          root_of_[i] && root_of_[i]->bus == f.address.bus;
    }
  }

  // A chipset's class counts only where every bridge of the domain says where
  // it leads: else the bus may be behind the one that does not.
  void JudgeBuses() {
    std::unordered_set<uint32_t> doubtful;
    for (const Function& f : functions())
      if (LeadsSomewhereUnknown(f)) doubtful.insert(f.address.domain);
    for (const Function& f : functions()) {
      if (f.physfn.known()) continue;
      auto& verdict = buses_[BusKey(f.address.domain, f.address.bus)];
      if (RulesOutRootBus(f)) verdict = BusVerdict::kNotRoot;
      if (verdict != BusVerdict::kUndecided) continue;
      if (SpeaksForRootBus(f) ||
          (HasChipsetClass(f) && !doubtful.count(f.address.domain)))
        verdict = BusVerdict::kRoot;
    }
  }

  bool IsRootBus(const PciAddress& address) {
    uint64_t bus = BusKey(address.domain, address.bus);
    auto by_sysfs = root_by_sysfs_.find(bus);
    if (by_sysfs != root_by_sysfs_.end()) return by_sysfs->second;
    return address.bus == 0 || buses_[bus] == BusVerdict::kRoot;
  }

  void PlaceOneByBusNumber(FunctionIndex i) {
    Function& f = functions()[i];
    if (f.placed() || f.physfn.known() || f.record->parent.known()) return;
    auto found = bridge_to_.find(BusKey(f.address.domain, f.address.bus));
    if (found != bridge_to_.end()) {
      if (found->second != kNoIndex)
        PlaceBelow(i, found->second, PlacedBy::kBusNumber);
      return;
    }
    if (IsRootBus(f.address))
      PlaceOnRoot(i, {f.address.domain, f.address.bus}, PlacedBy::kBusNumber);
    else
      Report(Kind::kOrphan, f.address);
  }

  void PlaceByBusNumber() {
    CollectBuses();
    JudgeBusesBySysfs();
    JudgeBuses();
    for (FunctionIndex i = 0; i < functions().size(); ++i)
      PlaceOneByBusNumber(i);
    for (auto [vf, pf] : virtual_functions_) {
      if (!functions()[pf].placed()) continue;
      if (functions()[pf].upstream == kNoIndex)
        PlaceOnRoot(vf, *root_of_[pf], PlacedBy::kPhysfn);
      else
        PlaceBelow(vf, functions()[pf].upstream, PlacedBy::kPhysfn);
    }
  }

  // Climbs from every function once; whatever does not end at a root bus
  // (a cycle, or a bridge placed nowhere) is placed nowhere too.
  void CutCycles() {
    enum class Mark : uint8_t { kNew, kClimbing, kGood, kBad };
    std::vector<Mark> marks(functions().size(), Mark::kNew);
    std::vector<FunctionIndex> path;
    for (FunctionIndex start = 0; start < functions().size(); ++start) {
      path.clear();
      FunctionIndex i = start;
      while (i != kNoIndex && marks[i] == Mark::kNew) {
        marks[i] = Mark::kClimbing;
        path.push_back(i);
        i = functions()[i].upstream;
      }
      bool good = i == kNoIndex
                      ? root_of_[path.empty() ? start : path.back()].has_value()
                      : marks[i] == Mark::kGood;
      if (i != kNoIndex && marks[i] == Mark::kClimbing)
        Report(Kind::kParentCycle, functions()[i].address);
      for (FunctionIndex j : path) marks[j] = good ? Mark::kGood : Mark::kBad;
    }
    for (FunctionIndex i = 0; i < functions().size(); ++i) {
      if (marks[i] == Mark::kGood) continue;
      functions()[i].upstream = kNoIndex;
      functions()[i].placed_by = PlacedBy::kNowhere;
    }
  }

  HostBridgeIndex BridgeOf(const RootBus& bus) {
    auto [slot, fresh] = host_bridge_of_.try_emplace(
        BusKey(bus.domain, bus.bus), topology_.host_bridges_.size());
    if (fresh) {
      HostBridge bridge;
      bridge.bus = bus;
      topology_.host_bridges_.push_back(std::move(bridge));
    }
    return slot->second;
  }

  // Host bridge and depth of a function, from those above it.
  void Settle(FunctionIndex start) {
    std::vector<FunctionIndex> path;
    FunctionIndex i = start;
    while (functions()[i].host_bridge == kNoIndex) {
      path.push_back(i);
      if (functions()[i].upstream == kNoIndex) break;
      i = functions()[i].upstream;
    }
    for (; !path.empty(); path.pop_back()) {
      Function& f = functions()[path.back()];
      if (f.upstream == kNoIndex) {
        f.host_bridge = BridgeOf(*root_of_[path.back()]);
        f.depth = 0;
      } else {
        f.host_bridge = functions()[f.upstream].host_bridge;
        f.depth = functions()[f.upstream].depth + 1;
      }
    }
  }

  void AssignHostBridges() {
    for (FunctionIndex i = 0; i < functions().size(); ++i)
      if (functions()[i].placed()) Settle(i);
    SortHostBridges();
    for (FunctionIndex i = 0; i < functions().size(); ++i)
      if (functions()[i].on_root_bus())
        topology_.host_bridges_[functions()[i].host_bridge].functions.push_back(
            i);
    for (HostBridge& bridge : topology_.host_bridges_) {
      const auto& nested = topology_.snapshot_->nested_root_buses;
      auto owner = nested.find(bridge.bus);
      if (owner != nested.end()) bridge.owner = topology_.Find(owner->second);
    }
  }

  void SortHostBridges() {
    auto& bridges = topology_.host_bridges_;
    std::vector<HostBridgeIndex> order(bridges.size());
    for (HostBridgeIndex i = 0; i < order.size(); ++i) order[i] = i;
    std::sort(order.begin(), order.end(),
              [&](auto a, auto b) { return bridges[a].bus < bridges[b].bus; });
    std::vector<HostBridge> sorted;
    std::vector<HostBridgeIndex> place(bridges.size());
    for (HostBridgeIndex i : order) {
      place[i] = static_cast<HostBridgeIndex>(sorted.size());
      sorted.push_back(std::move(bridges[i]));
    }
    bridges = std::move(sorted);
    for (Function& f : functions())
      if (f.host_bridge != kNoIndex) f.host_bridge = place[f.host_bridge];
  }

  // /proc/bus/pci/devices lists functions in the order in which they were
  // registered, without their domain: usable for a root bus whose functions'
  // numbers each stand there once.
  void RankByRegistration() {
    rank_.assign(65536, kNoIndex);
    const auto& order = topology_.snapshot_->host.registration_order;
    if (!order.known()) return;
    std::vector<bool> seen(65536);
    uint32_t next = 0;
    for (const std::string& text : order.value()) {
      auto rid = std::strtoul(text.c_str(), nullptr, 16);
      if (rid > 0xffff) continue;
      rank_[rid] = seen[rid] ? kNoIndex : next++;
      seen[rid] = true;
    }
  }

  uint32_t RankOf(FunctionIndex i) const {
    const PciAddress& address = topology_[i].address;
    return rank_[address.bus << 8 | address.devfn];
  }

  void OrderByRegistration(HostBridge& bridge) {
    for (FunctionIndex i : bridge.functions)
      if (RankOf(i) == kNoIndex) return;
    std::sort(bridge.functions.begin(), bridge.functions.end(),
              [&](auto a, auto b) { return RankOf(a) < RankOf(b); });
  }

  // VFs are registered long after boot, so they are never first.
  void FindFirstFunctions() {
    RankByRegistration();
    for (HostBridge& bridge : topology_.host_bridges_) {
      OrderByRegistration(bridge);
      bridge.first = Absent{};
      for (FunctionIndex i : bridge.functions) {
        if (functions()[i].physfn.known()) continue;
        bridge.first = i;
        break;
      }
    }
  }

  // A port that says Downstream below a port that leads down (or Upstream
  // below Upstream) is mislabelled; the kernel means to swap the two and ends
  // with type 0 (spec/kernel-p2p.md 0.5).  Top-down, because the parent's
  // type counts as already corrected.
  void CorrectPortTypes() {
    std::vector<FunctionIndex> order(functions().size());
    for (FunctionIndex i = 0; i < order.size(); ++i) order[i] = i;
    std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) {
      return functions()[a].depth < functions()[b].depth;
    });
    for (FunctionIndex i : order) {
      Function& f = functions()[i];
      f.kernel_type = f.express.Map(
          [](const ExpressCapability& express) { return express.type; });
      if (!f.kernel_type.known() || f.on_root_bus()) continue;
      f.kernel_type = Corrected(f.kernel_type.value(), TypeAbove(f));
    }
  }

  Observed<PortType> TypeAbove(const Function& f) const {
    if (!f.placed()) return ReadFailure::kNotRecorded;
    return topology_[f.upstream].kernel_type;
  }

  static Observed<PortType> Corrected(PortType own,
                                      const Observed<PortType>& above) {
    bool down = own == PortType::kDownstreamPort;
    if (!down && own != PortType::kUpstreamPort) return own;
    if (above.unknown()) return above.failure();
    PortType parent = above.value_or(PortType::kEndpoint);
    bool wrong = down ? parent == PortType::kRootPort ||
                            parent == PortType::kDownstreamPort ||
                            parent == PortType::kPciToPcieBridge
                      : parent == PortType::kUpstreamPort;
    return wrong ? PortType::kEndpoint : own;
  }

  Topology topology_;
  std::vector<std::optional<RootBus>> root_of_;
  std::unordered_map<uint64_t, FunctionIndex> bridge_to_;
  std::unordered_map<uint64_t, BusVerdict> buses_;
  std::unordered_map<uint64_t, bool> root_by_sysfs_;
  std::unordered_map<uint64_t, HostBridgeIndex> host_bridge_of_;
  std::vector<std::pair<FunctionIndex, FunctionIndex>> virtual_functions_;
  std::vector<uint32_t> rank_;
};

Topology BuildTopology(const HostSnapshot& snapshot) {
  return TopologyBuilder(snapshot).Build();
}

}  // namespace p2pcheck
