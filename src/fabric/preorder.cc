// SPDX-License-Identifier: GPL-2.0-or-later
//
// Without recursion, since a recording may nest as deep as it likes.
// Functions are sorted by depth (by counting).  From the deepest up, each adds
// its size to its bridge's; from the roots down, each bridge hands out the
// positions after its own to what is below it.
#include "fabric/preorder.h"

#include <algorithm>

namespace p2pcheck {
namespace {

class Numbering {
 public:
  Numbering(const Topology& topology,
            const std::vector<HostBridgeIndex>& bridges)
      : topology_(topology), bridges_(bridges) {}

  Preorder Run() {
    SortByDepth();
    CountSubtrees();
    PlaceTrees();
    PlaceRest();
    Invert();
    return std::move(order_);
  }

 private:
  uint32_t count() const {
    return static_cast<uint32_t>(topology_.functions().size());
  }

  void SortByDepth() {
    std::vector<uint32_t> next(1);
    for (const Function& f : topology_.functions()) {
      if (next.size() < f.depth + 2) next.resize(f.depth + 2);
      ++next[f.depth + 1];
    }
    for (size_t d = 1; d < next.size(); ++d) next[d] += next[d - 1];
    by_depth_.resize(count());
    for (FunctionIndex i = 0; i < count(); ++i)
      by_depth_[next[topology_[i].depth]++] = i;
  }

  void CountSubtrees() {
    size_.assign(count(), 1);
    for (size_t n = count(); n-- > 0;) {
      FunctionIndex above = topology_[by_depth_[n]].upstream;
      if (above != kNoIndex) size_[above] += size_[by_depth_[n]];
    }
  }

  void PlaceTrees() {
    order_.position.assign(count(), kNoIndex);
    order_.root_buses.resize(bridges_.size());
    FabricIndex next = 0;
    for (HostBridgeIndex h : bridges_) {
      order_.root_buses[h].begin = next;
      for (FunctionIndex root : topology_.host_bridges()[h].functions) {
        order_.position[root] = next;
        next += size_[root];
      }
      order_.root_buses[h].end = next;
    }
    order_.placed = next;
  }

  void PlaceRest() {
    std::vector<FabricIndex> next(count());
    FabricIndex nowhere = order_.placed;
    for (FunctionIndex i : by_depth_) {
      const Function& f = topology_[i];
      FabricIndex& own = order_.position[i];
      if (f.upstream != kNoIndex) {
        own = next[f.upstream];
        next[f.upstream] += size_[i];
      } else if (!f.placed()) {
        own = nowhere++;
      }
      next[i] = own + 1;
    }
  }

  void Invert() {
    order_.function.resize(count());
    order_.subtree_end.resize(count());
    for (FunctionIndex i = 0; i < count(); ++i) {
      order_.function[order_.position[i]] = i;
      order_.subtree_end[order_.position[i]] = order_.position[i] + size_[i];
    }
  }

  const Topology& topology_;
  const std::vector<HostBridgeIndex>& bridges_;
  std::vector<FunctionIndex> by_depth_;
  std::vector<uint32_t> size_;
  Preorder order_;
};

}  // namespace

Preorder NumberInPreorder(const Topology& topology,
                          const std::vector<HostBridgeIndex>& bridges) {
  return Numbering(topology, bridges).Run();
}

}  // namespace p2pcheck
