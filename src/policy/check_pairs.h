// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_POLICY_CHECK_PAIRS_H_
#define P2PCHECK_POLICY_CHECK_PAIRS_H_

#include "policy/check_policy.h"

namespace p2pcheck {

/// Holds a host to one [[pairs]].  Fills in all but PolicyOutcome::requirement.
PolicyOutcome CheckPairs(const PairsRequirement& requirement,
                         const PolicyInput& input);

}  // namespace p2pcheck

#endif  // P2PCHECK_POLICY_CHECK_PAIRS_H_
