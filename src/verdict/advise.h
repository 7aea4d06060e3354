// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_VERDICT_ADVISE_H_
#define P2PCHECK_VERDICT_ADVISE_H_

#include <string>
#include <vector>

#include "rules/cpu.h"
#include "rules/rule_set.h"
#include "topology/topology.h"
#include "verdict/verdict.h"

namespace p2pcheck {

/// What a user wishes for a pair, in both directions.
enum class AdviceGoal : uint8_t {
  kDirect,   ///< BUS_ADDR
  kAllowed,  ///< anything but NOT_SUPPORTED
};

/// ACS bits to turn off at a port.
struct PortChange {
  FunctionIndex port = kNoIndex;
  uint16_t clear = 0;  ///< of the bits for which the kernel counts it
  AcsCapability acs;   ///< as it would be then

  friend bool operator==(const PortChange& a, const PortChange& b) {
    return a.port == b.port && a.clear == b.clear;
  }
};

/// Why no ACS setting reaches the goal.
enum class AdviceObstacle : uint8_t {
  kNone,
  kReached,         ///< it is so already
  kNoCommonBridge,  ///< ACS has no say: other slots, or another kernel
  kAcsUnknown,      ///< a port could not be read: at least `changes`
  kPlaceUnknown,
  kNoP2pdma,  ///< the kernel has none
};

struct Advice {
  AdviceObstacle obstacle = AdviceObstacle::kNone;
  /// The smallest set of ports and bits, in the order of the path; every one
  /// of them is needed.
  std::vector<PortChange> changes;
  /// Where the obstacle is kAcsUnknown: the ports.
  std::vector<FunctionIndex> unreadable;
  /// The outcome once they are made, in the order of the two directions.
  MapTypeSet after;
};

/// The smallest change of ACS control words with which a kernel would give a
/// pair the wished outcome in both directions.  A path is direct exactly when
/// nothing counted on it redirects, so the set is forced: every bit that
/// counts, at every function that has one on.  (tests/verdict/advise_test.cc
/// proves it against all subsets.)
Advice Advise(const Topology& topology, const RuleSet& rules,
              const CpuIdentity& cpu, FunctionIndex provider,
              FunctionIndex client, AdviceGoal goal);

/// "pci=disable_acs_redir=0000:40:01.0;0000:40:02.0": what 4.20 and later
/// take.
std::string DisableRedirectParameter(const Topology& topology,
                                     const std::vector<PortChange>& changes);

/// "pci=config_acs=xx1000x@0000:40:01.0": names every implemented bit as it is
/// to be, so that nothing else changes (6.11 and later; the rightmost
/// character is bit 0).
std::string ConfigAcsParameter(const Topology& topology,
                               const std::vector<PortChange>& changes);

/// "setpci -s 0000:40:01.0 ECAP_ACS+6.w=0000:000c": at run time, one a port.
std::vector<std::string> SetpciLines(const Topology& topology,
                                     const std::vector<PortChange>& changes);

}  // namespace p2pcheck

#endif  // P2PCHECK_VERDICT_ADVISE_H_
