// SPDX-License-Identifier: GPL-2.0-or-later
#include "support/small_world.h"

#include <algorithm>
#include <set>
#include <string>

#include "pci/capabilities.h"
#include "rules/cpu.h"
#include "support/sketch.h"

namespace p2pcheck {
namespace {

constexpr uint16_t kVendor = 0x1234;
constexpr uint16_t kAcsOffset = 0x120;

// Ancestors of each function and itself, as bits: closed under "parent of",
// found by adding until nothing is added.
std::array<uint32_t, kMaxFunctions> Ancestors(const Forest& forest) {
  std::array<uint32_t, kMaxFunctions> sets{};
  for (int i = 0; i < forest.size; ++i) sets[i] = 1u << i;
  for (int round = 0; round < forest.size; ++round)
    for (int i = 0; i < forest.size; ++i) {
      int from = i == forest.vf ? forest.pf : i;
      if (forest.parent[from] >= 0) sets[i] |= sets[forest.parent[from]];
    }
  return sets;
}

int RootOf(const Forest& forest, uint32_t ancestors) {
  for (int i = 0; i < forest.size; ++i) {
    int from = i == forest.vf ? forest.pf : i;
    if ((ancestors >> i & 1) && forest.parent[from] < 0)
      return -1 - forest.parent[from];
  }
  return -1;
}

bool HasCycle(const Forest& forest) {
  auto sets = Ancestors(forest);
  for (int i = 0; i < forest.size; ++i)
    if (RootOf(forest, sets[i]) < 0) return true;
  return false;
}

bool HasChild(const Forest& forest, int i) {
  for (int j = 0; j < forest.size; ++j)
    if (j != forest.vf && forest.parent[j] == i) return true;
  return false;
}

void VisitWithVfs(const Forest& forest,
                  const std::function<void(const Forest&)>& visit) {
  for (int vf = 0; vf < forest.size; ++vf)
    for (int pf = 0; pf < forest.size; ++pf) {
      // The VF's own entry in `parent` says nothing; one value stands for all.
      if (vf == pf || HasChild(forest, vf) || forest.parent[vf] != -1) continue;
      Forest with = forest;
      with.vf = vf;
      with.pf = pf;
      if (!HasCycle(with)) visit(with);
    }
}

PciAddress AddressIn(const Forest& forest, int i) {
  if (i == forest.vf)  // on a bus of its own
    return {0, static_cast<uint8_t>(0x40 + i), 1};
  if (forest.parent[i] >= 0)
    return {0, static_cast<uint8_t>(1 + forest.parent[i]),
            static_cast<uint8_t>(8 * i)};
  uint8_t bus = forest.parent[i] == -1 ? 0 : 0x80;
  for (int j = 0; j < i; ++j)
    if (j != forest.vf && forest.parent[j] == forest.parent[i])
      return {0, bus, static_cast<uint8_t>(8 * i)};
  return {0, bus, 0};
}

ParentLink ParentIn(const Forest& forest, int i) {
  int from = i == forest.vf ? forest.pf : i;
  int parent = forest.parent[from];
  if (parent >= 0) return {false, AddressIn(forest, parent), {}};
  return {true, {}, {0, static_cast<uint8_t>(parent == -1 ? 0 : 0x80)}};
}

// Bytes where something stands, nothing between.
ConfigSpace ConfigIn(AcsState acs) {
  ConfigSpace config;
  uint8_t header[64] = {};
  header[0x06] = 0x10;
  header[0x34] = 0x40;
  config.Put(0, header, sizeof(header));
  config.set_reach(uint16_t{4096});
  if (acs == AcsState::kUnknown) {
    config.set_rest(ReadFailure::kPermissionDenied);
    return config;
  }
  PutDword(&config, 0x40, 0x00020010);
  PutDword(&config, 0x100, kAcsOffset << 20 | 1 << 16 | 0x0001);
  PutDword(&config, kAcsOffset,
           acs == AcsState::kAbsent ? 0 : 1 << 16 | kExtCapAcs);
  PutDword(&config, kAcsOffset + 4, acs == AcsState::kOn ? 0x0004005f : 0x5f);
  return config;
}

}  // namespace

namespace {

void ForEachArray(int size, const std::function<void(const Forest&)>& visit) {
  Forest forest;
  forest.size = size;
  int choices = size + 2, total = 1;
  for (int i = 0; i < size; ++i) total *= choices;
  for (int code = 0; code < total; ++code) {
    int rest = code;
    for (int i = 0; i < size; ++i, rest /= choices)
      forest.parent[i] = rest % choices - 2;
    if (!HasCycle(forest)) visit(forest);
  }
}

}  // namespace

void ForEachForest(int size, const std::function<void(const Forest&)>& visit) {
  ForEachArray(size, [&](const Forest& forest) {
    visit(forest);
    VisitWithVfs(forest, visit);
  });
}

void ForEachOrderedForest(int size,
                          const std::function<void(const Forest&)>& visit) {
  ForEachArray(size, [&](const Forest& forest) {
    for (int i = 0; i < size; ++i)
      if (forest.parent[i] >= i) return;
    visit(forest);
  });
}

namespace {

// The same for two subtrees if they differ in names only.
std::string SubtreeShape(const Forest& forest, int top) {
  std::vector<std::string> below;
  for (int i = 0; i < forest.size; ++i)
    if (forest.parent[i] == top) below.push_back(SubtreeShape(forest, i));
  std::sort(below.begin(), below.end());
  std::string shape = "(";
  for (const std::string& one : below) shape += one;
  return shape + ")";
}

}  // namespace

void ForEachShape(int size, const std::function<void(const Forest&)>& visit) {
  std::set<std::string> seen;
  ForEachOrderedForest(size, [&](const Forest& forest) {
    std::string shape = SubtreeShape(forest, -1) + SubtreeShape(forest, -2);
    if (seen.insert(shape).second) visit(forest);
  });
}

HostSnapshot MakeSmallHost(const Forest& forest,
                           const std::array<AcsState, kMaxFunctions>& acs) {
  HostSnapshot snapshot;
  for (int i = 0; i < forest.size; ++i) {
    FunctionRecord record;
    record.address = AddressIn(forest, i);
    record.parent = ParentIn(forest, i);
    record.physfn = Absent{};
    if (i == forest.vf) record.physfn = AddressIn(forest, forest.pf);
    // Which function this is, for the test to find it again.
    record.subsystem_device = static_cast<uint16_t>(i);
    record.config = ConfigIn(acs[i]);
    snapshot.functions.push_back(std::move(record));
  }
  std::sort(snapshot.functions.begin(), snapshot.functions.end(),
            [](const FunctionRecord& a, const FunctionRecord& b) {
              return a.address < b.address;
            });
  return snapshot;
}

void SetListed(HostSnapshot* snapshot,
               const std::array<ListedState, 2>& listed) {
  for (FunctionRecord& record : snapshot->functions) {
    bool root_bus = record.address.bus == 0 || record.address.bus == 0x80;
    if (!root_bus || record.address.devfn != 0) continue;
    ListedState state = listed[record.address.bus == 0 ? 0 : 1];
    record.vendor = kVendor;
    record.device = static_cast<uint16_t>(state);
    if (state == ListedState::kUnknown)
      record.vendor = record.device = ReadFailure::kPermissionDenied;
  }
}

RuleSet SmallWorldRules() {
  RuleSet rules;
  HostBridgeRule any, same;
  any.vendor = same.vendor = kVendor;
  any.device = static_cast<uint16_t>(ListedState::kYes);
  same.device = static_cast<uint16_t>(ListedState::kNeedsSame);
  same.needs_same_host_bridge = true;
  rules.host_bridges = {any, same};
  CpuRule zen;
  zen.vendor = "AuthenticAMD";
  zen.family_at_least = 0x17;
  rules.cpus = {zen};
  return rules;
}

CpuIdentity SmallWorldCpu(CpuState state) {
  CpuIdentity cpu;
  cpu.architecture = std::string("x86_64");
  if (state == CpuState::kUnknown) return cpu;
  cpu.vendor = std::string("AuthenticAMD");
  cpu.family = uint32_t{state == CpuState::kYes ? 0x19u : 0x15u};
  return cpu;
}

PairShape ShapeOf(const Forest& forest, int provider, int client) {
  auto sets = Ancestors(forest);
  uint32_t p = sets[provider], c = sets[client], both = p & c;
  PairShape shape;
  shape.functions = forest.size;
  shape.provider_root = RootOf(forest, p);
  shape.client_root = RootOf(forest, c);
  shape.meets = both != 0;
  auto size = [](uint32_t set) {
    return static_cast<uint32_t>(__builtin_popcount(set));
  };
  shape.distance = shape.meets ? size(p ^ c) : size(p) + size(c);
  if (!shape.meets) return shape;
  // The lowest common ancestor is the one whose ancestors are all of them.
  for (int i = 0; i < forest.size; ++i)
    if ((both >> i & 1) && sets[i] == both) shape.common = i;
  shape.counted = (p ^ c) | 1u << shape.common;
  for (int i = 0; i < forest.size; ++i)
    if (shape.counted >> i & 1) shape.order.push_back(i);
  // Provider's side first, each side from the most ancestors to the fewest.
  std::sort(shape.order.begin(), shape.order.end(), [&](int a, int b) {
    bool a_first = p >> a & 1, b_first = p >> b & 1;
    if (a_first != b_first) return a_first;
    return size(sets[a]) > size(sets[b]);
  });
  return shape;
}

MapType KnownOutcome(const PairShape& shape, const WorldState& state) {
  bool redirects = false;
  for (int i = 0; i < kMaxFunctions; ++i)
    if (shape.counted >> i & 1) redirects |= state.acs[i] == AcsState::kOn;
  if (shape.meets && !redirects) return MapType::kBusAddr;
  ListedState a = state.listed[shape.provider_root];
  ListedState b = state.listed[shape.client_root];
  bool one = shape.provider_root == shape.client_root;
  bool listed = one ? a != ListedState::kNo
                    : a == ListedState::kYes && b == ListedState::kYes;
  return listed || state.cpu == CpuState::kYes ? MapType::kThruHostBridge
                                               : MapType::kNotSupported;
}

Completions::Completions(const PairShape& shape)
    : shape_(shape), known_(size_t{1} << (2 * shape.functions + 6)) {}

MapTypeSet Completions::Of(const WorldState& state) {
  size_t code = 0;
  // ACS of functions that do not count is left out of the code.
  for (int i = 0; i < shape_.functions; ++i)
    code = code << 2 |
           (shape_.counted >> i & 1 ? static_cast<size_t>(state.acs[i]) : 0);
  code = code << 2 | static_cast<size_t>(state.listed[0]);
  code = code << 2 | static_cast<size_t>(state.listed[1]);
  code = code << 2 | static_cast<size_t>(state.cpu);
  if (known_[code] == 0) known_[code] = Expand(state).bits();
  return MapTypeSet::FromBits(known_[code]);
}

// Replaces the first unknown by each value it can have.
MapTypeSet Completions::Expand(const WorldState& state) {
  WorldState with = state;
  MapTypeSet set;
  for (int i = 0; i < kMaxFunctions; ++i) {
    if (state.acs[i] != AcsState::kUnknown || !(shape_.counted >> i & 1))
      continue;
    for (AcsState known : {AcsState::kAbsent, AcsState::kOff, AcsState::kOn}) {
      with.acs[i] = known;
      set = set | Of(with);
    }
    return set;
  }
  for (int root = 0; root < 2; ++root) {
    if (state.listed[root] != ListedState::kUnknown) continue;
    for (ListedState known :
         {ListedState::kNo, ListedState::kYes, ListedState::kNeedsSame}) {
      with.listed[root] = known;
      set = set | Of(with);
    }
    return set;
  }
  if (state.cpu != CpuState::kUnknown) return KnownOutcome(shape_, state);
  for (CpuState known : {CpuState::kNo, CpuState::kYes}) {
    with.cpu = known;
    set = set | Of(with);
  }
  return set;
}

}  // namespace p2pcheck
