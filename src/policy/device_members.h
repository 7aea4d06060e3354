// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_POLICY_DEVICE_MEMBERS_H_
#define P2PCHECK_POLICY_DEVICE_MEMBERS_H_

#include <vector>

#include "policy/policy.h"
#include "topology/topology.h"

namespace p2pcheck {

/// A function that is one of those a policy means, or may be.
struct Member {
  FunctionIndex function;
  Ternary certain = Ternary::kYes;  ///< kYes or kUnknown
};

/// Those of a choice, by address.
std::vector<Member> MembersOf(const Topology& topology,
                              const std::vector<DeviceKind>& kinds,
                              const DeviceChoice& choice);

/// Whether a function has an ID.
Ternary HasId(const Function& function, const DeviceId& id);

}  // namespace p2pcheck

#endif  // P2PCHECK_POLICY_DEVICE_MEMBERS_H_
