// SPDX-License-Identifier: GPL-2.0-or-later
//
// Stands in for src/fabric/outcome.cc in p2pcheck_planted: the fabric core
// with one rule wrong, for cross_check_test.py.  A path on which nothing
// redirects goes through the host bridge here.
#include "fabric/outcome.h"
#define PairOutcome RightOutcome
#include "fabric/outcome.cc"
#undef PairOutcome

namespace p2pcheck {

MapTypeSet PairOutcome(const P2pdmaAlgorithm& algorithm, Ternary iommu_active,
                       PairAcs acs, Ternary passes) {
  if (acs == PairAcs::kNoRedirect) return MapType::kThruHostBridge;
  return RightOutcome(algorithm, iommu_active, acs, passes);
}

}  // namespace p2pcheck
