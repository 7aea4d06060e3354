// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_POLICY_CHECK_POLICY_H_
#define P2PCHECK_POLICY_CHECK_POLICY_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/ternary.h"
#include "policy/policy.h"
#include "rules/command_line.h"
#include "verdict/check.h"

namespace p2pcheck {

/// What a host's requirements are held to.
struct PolicyInput {
  const CheckInput& host;
  /// What `check` finds otherwise.
  const std::vector<Finding>& findings;
  /// The kernel's configuration, as far as it matters; null: not known.
  const StringMap* config = nullptr;
  /// The command line that counts: assumed, or the host's own.
  Observed<CommandLine> command_line;
};

/// A pair, and whether it is as required.
struct PolicyPair {
  FunctionIndex provider, client;
  Ternary good = Ternary::kNo;
};

/// How one requirement fares, and why.
struct PolicyOutcome {
  const Requirement* requirement = nullptr;
  Ternary met = Ternary::kYes;
  /// Of what is counted (devices; pairs or partners of the worst device): how
  /// many there surely are, and how many at most.
  uint64_t surely = 0, perhaps = 0;
  /// What breaks it, else what leaves it open: devices, ports, each once.
  std::vector<FunctionIndex> functions;
  /// One pair that does, the nearest of its kind.
  std::optional<PolicyPair> example;
  /// [findings]: those that break it.
  std::vector<Finding> findings;
  /// [findings]: those that unknown facts may hide.
  std::vector<FindingId> hidden;
  /// The command line or configuration as it is, where it was read.
  std::string found;
};

/// The outcomes in the order of the requirements.  A fact that is not known
/// leaves a requirement undecided that hangs on it, never broken or met: what
/// a host is found to be with all facts is among what it may be with fewer.
/// Asks every pair of devices that a [[pairs]] is about, through the fabric
/// core.
std::vector<PolicyOutcome> CheckPolicy(const Policy& policy,
                                       const PolicyInput& input);

/// No where one is broken, unknown where one is undecided, else yes.
Ternary Worst(const std::vector<PolicyOutcome>& outcomes);

}  // namespace p2pcheck

#endif  // P2PCHECK_POLICY_CHECK_POLICY_H_
