// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_DIFF_SLOTS_H_
#define P2PCHECK_DIFF_SLOTS_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "topology/topology.h"

namespace p2pcheck {

/// Where a function stands among its siblings, without bus numbers.
struct Slot {
  bool vf = false;
  uint8_t devfn = 0;  ///< of a VF that of its physical function
  uint32_t rank = 0;  ///< among equals, by address: the number of a VF

  friend bool operator<(const Slot& a, const Slot& b) {
    if (a.vf != b.vf) return a.vf < b.vf;
    return a.devfn != b.devfn ? a.devfn < b.devfn : a.rank < b.rank;
  }
  friend bool operator==(const Slot& a, const Slot& b) {
    return a.vf == b.vf && a.devfn == b.devfn && a.rank == b.rank;
  }
};

/// Functions of one bus by slot.
using SlotList = std::vector<std::pair<Slot, FunctionIndex>>;

/// Whether two records may be of one device: vendor, device and subsystem,
/// as far as both know them.  Not the class: firmware and quirks change it.
bool MayBeSameDevice(const FunctionRecord& a, const FunctionRecord& b);

/// Model and function number, "10de:2330 10de:16c1 .0"; empty where the IDs
/// are not known.
std::string ModelOf(const Function& function);

/// The tree of a host by slots: the numbers of buses do not matter to it.
class SlotTree {
 public:
  explicit SlotTree(const Topology& topology);

  const Topology& topology() const { return *topology_; }
  /// What is directly on a root bus, or below a bridge; sorted.
  const SlotList& OnRootBus(HostBridgeIndex bridge) const {
    return roots_[bridge];
  }
  const SlotList& Below(FunctionIndex bridge) const { return below_[bridge]; }
  /// Equal for trees of the same models at the same places.
  uint64_t FingerprintOf(HostBridgeIndex bridge) const {
    return fingerprints_[bridge];
  }

 private:
  SlotList Sorted(const std::vector<FunctionIndex>& siblings) const;

  const Topology* topology_;
  std::vector<SlotList> roots_, below_;
  std::vector<uint64_t> fingerprints_;
};

}  // namespace p2pcheck

#endif  // P2PCHECK_DIFF_SLOTS_H_
