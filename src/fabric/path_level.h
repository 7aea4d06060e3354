// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_FABRIC_PATH_LEVEL_H_
#define P2PCHECK_FABRIC_PATH_LEVEL_H_

#include <cstdint>
#include <optional>
#include <string_view>

#include "topology/topology.h"

namespace p2pcheck {

/// How far two functions are apart in the words of `nvidia-smi topo -m` (its
/// legend, driver 550): PIX "at most a single PCIe bridge", PXB several
/// without a host bridge, PHB through a host bridge, NODE between host bridges
/// of a NUMA node, SYS between NUMA nodes.
///
/// That tool takes a whole switch for one bridge, so PIX here is: below one
/// switch, or on one bus.  PHB is one root bus of the kernel, without a common
/// bridge.
enum class PathLevel : uint8_t { kSelf, kPix, kPxb, kPhb, kNode, kSys };

/// "X", "PIX", "PXB", "PHB", "NODE", "SYS".
std::string_view PathLevelName(PathLevel level);

/// None: a place or a NUMA node is not known.  Costs the length of the path.
std::optional<PathLevel> PathLevelOf(const Topology& topology, FunctionIndex a,
                                     FunctionIndex b);

}  // namespace p2pcheck

#endif  // P2PCHECK_FABRIC_PATH_LEVEL_H_
