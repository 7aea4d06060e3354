// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_VERDICT_ACS_REDIRECT_H_
#define P2PCHECK_VERDICT_ACS_REDIRECT_H_

#include <vector>

#include "base/ternary.h"
#include "topology/topology.h"
#include "verdict/path.h"

namespace p2pcheck {

/// What ACS says about a path with a common ancestor.
struct AcsOnPath {
  std::vector<FunctionIndex> redirecting;  ///< in the kernel's print order
  std::vector<FunctionIndex> unreadable;   ///< might redirect
  Ternary redirects = Ternary::kNo;
};

/// Every function from the provider up to and including the common ancestor,
/// then every one from the client up to below it: ports, endpoints and VFs
/// alike (calc_map_type_and_dist, 5.14 to 7.3).
AcsOnPath FindAcsRedirect(const Topology& topology, const Path& path);

}  // namespace p2pcheck

#endif  // P2PCHECK_VERDICT_ACS_REDIRECT_H_
