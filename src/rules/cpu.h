// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_RULES_CPU_H_
#define P2PCHECK_RULES_CPU_H_

#include <optional>
#include <string>

#include "base/observed.h"
#include "base/ternary.h"
#include "rules/rule_set.h"
#include "snapshot/host_snapshot.h"

namespace p2pcheck {

/// Which CPU a host has, and how we know.
struct CpuIdentity {
  Observed<std::string> architecture;  ///< "x86_64"
  Observed<std::string> vendor;        ///< "AuthenticAMD"
  Observed<uint32_t> family;
  /// Where /proc/cpuinfo was not recorded: the function whose presence proves
  /// the CPU (it exists only on its die).
  std::optional<PciAddress> proved_by;
};

CpuIdentity IdentifyCpu(const HostSnapshot& snapshot, const RuleBook& rules);

/// The kernel's cpu_supports_p2pdma (5.9 to 7.3): built for x86, and the first
/// processor is of a vendor and family that the rules list.
Ternary CpuSupportsP2p(const CpuIdentity& cpu, const RuleSet& rules);

}  // namespace p2pcheck

#endif  // P2PCHECK_RULES_CPU_H_
