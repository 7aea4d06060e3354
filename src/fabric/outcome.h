// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_FABRIC_OUTCOME_H_
#define P2PCHECK_FABRIC_OUTCOME_H_

#include <cstdint>

#include "base/ternary.h"
#include "rules/map_type.h"
#include "rules/rule_set.h"

namespace p2pcheck {

/// What ACS says about the path of a pair; not asked without a common bridge.
enum class PairAcs : uint8_t { kNotAsked, kNoRedirect, kUnknown, kRedirect };

/// That of a path on which the worst function redirects so.
PairAcs ToPairAcs(Ternary redirects);

/// What one kernel makes of a pair whose place is known: `passes` is what the
/// host bridge test says, which is asked only where it matters.  The whole of
/// calc_map_type_and_dist but for the walk (4.20 to 7.3; spec/kernel-p2p.md
/// 0.1, 1.3).  The only rule of the fabric core; a test plants an error here.
MapTypeSet PairOutcome(const P2pdmaAlgorithm& algorithm, Ternary iommu_active,
                       PairAcs acs, Ternary passes);

}  // namespace p2pcheck

#endif  // P2PCHECK_FABRIC_OUTCOME_H_
