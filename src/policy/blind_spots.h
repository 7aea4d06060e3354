// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_POLICY_BLIND_SPOTS_H_
#define P2PCHECK_POLICY_BLIND_SPOTS_H_

#include <array>

#include "verdict/check.h"

namespace p2pcheck {

/// Which findings there may be that `check` did not find, because a fact that
/// they rest on is not known.  Rather one too many: a policy that forbids them
/// is undecided then.
class BlindSpots {
 public:
  explicit BlindSpots(const CheckInput& host);

  bool MayHide(FindingId id) const { return hidden_[static_cast<size_t>(id)]; }

 private:
  std::array<bool, kFindingIds> hidden_{};
};

/// Whether functions are left out, have no place in the tree, or are of a kind
/// that is not known: then there may be devices or pairs that nobody counts.
bool MayLackPeers(const CheckInput& host);

}  // namespace p2pcheck

#endif  // P2PCHECK_POLICY_BLIND_SPOTS_H_
