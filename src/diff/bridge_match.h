// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_DIFF_BRIDGE_MATCH_H_
#define P2PCHECK_DIFF_BRIDGE_MATCH_H_

#include <vector>

#include "diff/slots.h"

namespace p2pcheck {

/// The host bridge of `after` for each of `before`; kNoIndex: none.
///
/// Firmware numbers root buses, and may number them anew.  So, in this order:
/// all by their order, where as many trees of the same devices stand in the
/// same order; by number, where half of what is on the bus fits; trees that
/// are alike by order, where there are as many on both sides; and two that
/// resemble each other more than any third.
std::vector<HostBridgeIndex> MatchHostBridges(const SlotTree& before,
                                              const SlotTree& after);

}  // namespace p2pcheck

#endif  // P2PCHECK_DIFF_BRIDGE_MATCH_H_
