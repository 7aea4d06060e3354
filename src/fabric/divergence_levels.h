// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_FABRIC_DIVERGENCE_LEVELS_H_
#define P2PCHECK_FABRIC_DIVERGENCE_LEVELS_H_

#include <cstdint>
#include <vector>

#include "base/ternary.h"
#include "fabric/preorder.h"
#include "topology/topology.h"

namespace p2pcheck {

/// What the unmerged series "evaluate ACS at divergence ports only" asks of a
/// function (spec/kernel-p2p.md, end of section 8), by position.
struct DivergenceLevels {
  struct Entry {
    Ternary completion = Ternary::kNo;  ///< CR
    Ternary request = Ternary::kNo;     ///< RR or EC
    Ternary direct = Ternary::kNo;      ///< DT
    Ternary translated = Ternary::kNo;  ///< ATS on: sends translated requests
    /// Levels of the lowest function on its way up, itself included, with TB
    /// on, and with TB perhaps on; 0: none.
    uint32_t blocking = 0, unsure = 0;
  };
  std::vector<Entry> entries;

  bool empty() const { return entries.empty(); }
  const Entry& operator[](FabricIndex f) const { return entries[f]; }

  /// Whether requests from the client turn upstream at `port`, where its way
  /// leaves the common bridge.
  Ternary Redirects(FabricIndex port, FabricIndex client) const;
  /// Whether translated requests of the client are stopped below that level.
  Ternary Blocked(FabricIndex client, uint32_t level) const;
};

DivergenceLevels FindDivergenceLevels(const Topology& topology,
                                      const Preorder& order);

}  // namespace p2pcheck

#endif  // P2PCHECK_FABRIC_DIVERGENCE_LEVELS_H_
