// SPDX-License-Identifier: GPL-2.0-or-later
//
// Which ordered pairs fare otherwise, and why.  The outcomes of both readings
// come from two fabrics, row by row.  For the cause of a change other worlds
// are built, as they are needed: the later one with one thing as it was (the
// kernel, PCI_P2PDMA, the CPU, the ACS words), and the earlier one with that
// thing as it is now.  If the first gives the old outcome back, or the second
// already gives the new one, that thing is a cause.  Where none is, what
// cannot be exchanged is looked at: place, host bridge, IOMMU.
//
// A pair that did not change costs two bytes to compare; one that did, two more
// for each thing that is not the same, and the length of its path where ACS is
// the cause.
#include "diff/pair_changes.h"

#include <algorithm>
#include <array>
#include <optional>

#include "verdict/path.h"

namespace p2pcheck {
namespace {

bool SameKernels(const KernelQuestion& a, const KernelQuestion& b) {
  return std::equal(
      a.kernels.begin(), a.kernels.end(), b.kernels.begin(), b.kernels.end(),
      [](const RuleSet& x, const RuleSet& y) { return x.label == y.label; });
}

bool SameCpu(const CpuIdentity& a, const CpuIdentity& b) {
  return a.architecture == b.architecture && a.vendor == b.vendor &&
         a.family == b.family;
}

// ACS as a what-if: without the capability nothing is on; where it was not
// read, no bit is known.
AcsCapability AsAssumed(const Observed<AcsCapability>& acs) {
  if (acs.known()) return acs.value();
  AcsCapability assumed;
  if (acs.unknown()) assumed.control_known = 0;
  return assumed;
}

// What verdicts look at: a bit that no kernel counts changes none.
bool SameAcs(const Observed<AcsCapability>& a,
             const Observed<AcsCapability>& b) {
  AcsCapability x = AsAssumed(a), y = AsAssumed(b);
  return x.control == y.control && x.control_known == y.control_known;
}

bool ActiveIommuCounts(const KernelQuestion& question) {
  return std::any_of(question.kernels.begin(), question.kernels.end(),
                     [](const RuleSet& rules) {
                       return rules.algorithm.no_common_bridge ==
                              NoCommonBridge::kZenWithoutIommu;
                     });
}

constexpr uint32_t BitOf(Cause cause) {
  return 1u << static_cast<uint32_t>(cause);
}

std::vector<Cause> CausesOf(uint32_t bits) {
  std::vector<Cause> causes;
  for (uint32_t i = 0; i <= static_cast<uint32_t>(Cause::kTogether); ++i)
    if (bits >> i & 1) causes.push_back(static_cast<Cause>(i));
  return causes;
}

bool Differs(const Function& f, Ternary redirects) {
  return RedirectsP2p(f) != redirects;
}

}  // namespace

// The two readings, and those that are half of each.
class PairComparison::Worlds {
 public:
  enum Thing { kKernels, kP2pdma, kProcessor, kAcsWords, kThings };

  Worlds(const DiffSide& before, const DiffSide& after, const HostMatch& match)
      : before_(before),
        after_(after),
        match_(match),
        old_(before.topology, Ask(before)),
        new_(after.topology, Ask(after)) {
    differs_ = {
        !SameKernels(before.question, after.question),
        before.question.p2pdma_built_in != after.question.p2pdma_built_in,
        !SameCpu(before.cpu, after.cpu), AcsDiffers()};
  }

  const Fabric& old_fabric() const { return old_; }
  const Fabric& new_fabric() const { return new_; }

  // The outcomes of one provider in every world, by that world's positions:
  // they hang on the kernel, too.
  struct Rows {
    std::array<std::vector<uint8_t>, kThings> reverted, applied;
  };
  void Fill(FunctionIndex provider, Rows* rows) {
    for (int thing = 0; thing < kThings; ++thing) {
      if (!differs_[thing]) continue;
      Row(Reverted(thing), match_.after_of[provider], &rows->reverted[thing]);
      Row(Applied(thing), provider, &rows->applied[thing]);
    }
  }
  static void Row(const Fabric& world, FunctionIndex provider,
                  std::vector<uint8_t>* row) {
    row->resize(world.size());
    FabricIndex at = world.PositionOf(provider);
    world.Outcomes({at, at + 1}, world.All(), row->data());
  }

  // What by itself makes the difference, as bits of Cause.
  uint32_t CausesIn(const Rows& rows, FunctionIndex client, uint8_t before,
                    uint8_t after) {
    static constexpr Cause kCauses[] = {Cause::kKernel, Cause::kBuiltIn,
                                        Cause::kCpu, Cause::kAcs};
    uint32_t causes = 0;
    for (int thing = 0; thing < kThings; ++thing) {
      if (!differs_[thing]) continue;
      FabricIndex d = Reverted(thing).PositionOf(match_.after_of[client]);
      FabricIndex c = Applied(thing).PositionOf(client);
      if (rows.reverted[thing][d] == before || rows.applied[thing][c] == after)
        causes |= BitOf(kCauses[thing]);
    }
    return causes;
  }

 private:
  static FabricQuestion Ask(const DiffSide& side) {
    return {side.question.kernels, side.cpu, side.question.p2pdma_built_in};
  }

  // The ACS words of `of` on the tree of `on`.
  static Topology Exchanged(const DiffSide& on, const DiffSide& of,
                            const std::vector<FunctionIndex>& other) {
    std::vector<AssumedAcs> assumed;
    for (FunctionIndex i = 0; i < other.size(); ++i) {
      if (other[i] == kNoIndex) continue;
      const auto& acs = of.topology[other[i]].acs;
      if (!SameAcs(on.topology[i].acs, acs))
        assumed.push_back({i, AsAssumed(acs)});
    }
    return on.topology.WithAcs(assumed);
  }

  bool AcsDiffers() const {
    return std::any_of(match_.matched.begin(), match_.matched.end(),
                       [&](const PairedFunction& m) {
                         return !SameAcs(before_.topology[m.before].acs,
                                         after_.topology[m.after].acs);
                       });
  }

  // `on` with one thing of `of`.
  static Fabric Mixed(int thing, const DiffSide& on, const DiffSide& of,
                      const std::vector<FunctionIndex>& other) {
    FabricQuestion question{
        (thing == kKernels ? of : on).question.kernels,
        (thing == kProcessor ? of : on).cpu,
        (thing == kP2pdma ? of : on).question.p2pdma_built_in};
    if (thing != kAcsWords) return Fabric(on.topology, question);
    return Fabric(Exchanged(on, of, other), question);
  }
  const Fabric& Reverted(int thing) {
    auto& world = reverted_[thing];
    if (!world) world = Mixed(thing, after_, before_, match_.before_of);
    return *world;
  }
  const Fabric& Applied(int thing) {
    auto& world = applied_[thing];
    if (!world) world = Mixed(thing, before_, after_, match_.after_of);
    return *world;
  }

  const DiffSide& before_;
  const DiffSide& after_;
  const HostMatch& match_;
  Fabric old_, new_;
  std::array<bool, kThings> differs_{};
  std::array<std::optional<Fabric>, kThings> reverted_, applied_;
};

namespace {

// Whether the function a root bus lists first is not the same one.
bool FirstDiffers(const DiffSide& before, const DiffSide& after,
                  const HostMatch& match, FunctionIndex function) {
  HostBridgeIndex a = before.topology[function].host_bridge;
  HostBridgeIndex b = after.topology[match.after_of[function]].host_bridge;
  if (a == kNoIndex || b == kNoIndex) return false;
  const auto& first = before.topology.host_bridges()[a].first;
  const auto& now = after.topology.host_bridges()[b].first;
  if (!first.known() || !now.known()) return !(first == now);
  return match.after_of[first.value()] != now.value();
}

// Whether a function hangs from other bridges, or that is not known.
bool PlaceDiffers(const DiffSide& before, const DiffSide& after,
                  const HostMatch& match, FunctionIndex function) {
  for (FunctionIndex i = function; i != kNoIndex;) {
    const Function& a = before.topology[i];
    const Function& b = after.topology[match.after_of[i]];
    if (a.placed() != b.placed()) return true;
    FunctionIndex above =
        a.upstream == kNoIndex ? kNoIndex : match.after_of[a.upstream];
    if (a.upstream != kNoIndex && above == kNoIndex) return true;
    if (above != b.upstream) return true;
    i = a.upstream;
  }
  return false;
}

// Things that cannot be exchanged: the one that is not the same.
Cause OtherCause(const DiffSide& before, const DiffSide& after,
                 const HostMatch& match, FunctionIndex provider,
                 FunctionIndex client) {
  std::vector<Cause> causes;
  auto any = [&](auto differs) {
    return differs(before, after, match, provider) ||
           differs(before, after, match, client);
  };
  if (any(FirstDiffers)) causes.push_back(Cause::kHostBridge);
  if (any(PlaceDiffers)) causes.push_back(Cause::kPlace);
  bool asks =
      ActiveIommuCounts(before.question) || ActiveIommuCounts(after.question);
  if (asks && IommuActive(before.topology.snapshot()) !=
                  IommuActive(after.topology.snapshot()))
    causes.push_back(Cause::kIommu);
  return causes.size() == 1 ? causes.front() : Cause::kTogether;
}

template <class Map>
std::pair<size_t, bool> Numbered(Map* map, const typename Map::key_type& key,
                                 size_t next) {
  auto [at, added] = map->emplace(key, next);
  return {at->second, added};
}

// Kernels that look at more of ACS than redirect.
bool AsksMoreOfAcs(const KernelQuestion& question) {
  return std::any_of(
      question.kernels.begin(), question.kernels.end(),
      [](const RuleSet& rules) { return rules.algorithm.divergence_only; });
}

}  // namespace

std::string_view CauseName(Cause cause) {
  switch (cause) {
    case Cause::kKernel: return "kernel";
    case Cause::kBuiltIn: return "p2pdma";
    case Cause::kCpu: return "cpu";
    case Cause::kAcs: return "acs";
    case Cause::kHostBridge: return "host-bridge";
    case Cause::kPlace: return "place";
    case Cause::kIommu: return "iommu";
    case Cause::kTogether: return "together";
  }
  return "";
}

PairComparison::PairComparison(const DiffSide& before, const DiffSide& after,
                               const HostMatch& match,
                               const std::vector<FunctionIndex>& selected)
    : before_(before),
      after_(after),
      match_(match),
      worlds_(std::make_unique<Worlds>(before_, after_, match_)),
      acs_changed_(before.topology.functions().size(), false) {
  for (FunctionIndex i : selected)
    if (match.after_of[i] != kNoIndex) selected_.push_back(i);
  compared_ = uint64_t{selected_.size()} * selected_.size();
  bool more = AsksMoreOfAcs(before.question) || AsksMoreOfAcs(after.question);
  for (const PairedFunction& m : match.matched) {
    const Function& was = before.topology[m.before];
    const Function& is = after.topology[m.after];
    acs_changed_[m.before] =
        more ? !SameAcs(was.acs, is.acs) : Differs(was, RedirectsP2p(is));
  }
  Scan([&](const Changed& pair) {
    ++changed_;
    ++classes_[ClassOf(pair)].pairs;
    return true;
  });
}

PairComparison::~PairComparison() = default;

template <class Found>
void PairComparison::Scan(const Found& found) {
  const Fabric& a = worlds_->old_fabric();
  const Fabric& b = worlds_->new_fabric();
  std::vector<uint8_t> was, is;
  Worlds::Rows rows;
  std::vector<std::pair<FabricIndex, FabricIndex>> clients;
  for (FunctionIndex c : selected_)
    clients.push_back({a.PositionOf(c), b.PositionOf(match_.after_of[c])});
  for (FunctionIndex provider : selected_) {
    Worlds::Row(a, provider, &was);
    Worlds::Row(b, match_.after_of[provider], &is);
    bool filled = false;
    for (size_t j = 0; j < clients.size(); ++j) {
      auto [c, d] = clients[j];
      if (was[c] == is[d]) continue;
      if (!filled) worlds_->Fill(provider, &rows);
      filled = true;
      Changed pair{provider, selected_[j], MapTypeSet::FromBits(was[c]),
                   MapTypeSet::FromBits(is[d]),
                   worlds_->CausesIn(rows, selected_[j], was[c], is[d])};
      if (!found(pair)) return;
    }
  }
}

void PairComparison::ForEach(const Visit& visit) {
  Scan([&](const Changed& pair) {
    return visit(ClassOf(pair), pair.provider, pair.client);
  });
}

std::vector<FunctionIndex> PairComparison::PortsOnWay(
    FunctionIndex provider, FunctionIndex client) const {
  Path path = FindPath(before_.topology, provider, client);
  std::vector<FunctionIndex> ports;
  if (!path.known) return ports;
  for (const auto* side : {&path.provider_side, &path.client_side})
    for (FunctionIndex i : *side)
      if (acs_changed_[i]) ports.push_back(i);
  std::sort(ports.begin(), ports.end());
  return ports;
}

size_t PairComparison::ClassOf(const Changed& pair) {
  Changed known = pair;
  if (known.causes == 0)
    known.causes =
        BitOf(OtherCause(before_, after_, match_, pair.provider, pair.client));
  std::vector<FunctionIndex> ports;
  if (known.causes & BitOf(Cause::kAcs))
    ports = PortsOnWay(pair.provider, pair.client);
  return NumberOf(known, ports);
}

size_t PairComparison::NumberOf(const Changed& pair,
                                const std::vector<FunctionIndex>& ports) {
  DeviceKind provider = before_.kinds[pair.provider];
  DeviceKind client = before_.kinds[pair.client];
  uint64_t key = static_cast<uint64_t>(provider) << 40 |
                 static_cast<uint64_t>(client) << 32 |
                 uint64_t{pair.before.bits()} << 24 |
                 uint64_t{pair.after.bits()} << 16 | pair.causes;
  size_t next = classes_.size();
  auto [number, added] = ports.empty()
                             ? Numbered(&plain_classes_, key, next)
                             : Numbered(&port_classes_, {key, ports}, next);
  if (added)
    classes_.push_back({provider, client, pair.before, pair.after,
                        CausesOf(pair.causes), ports, 0, pair.provider,
                        pair.client});
  return number;
}

}  // namespace p2pcheck
