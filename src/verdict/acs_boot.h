// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_VERDICT_ACS_BOOT_H_
#define P2PCHECK_VERDICT_ACS_BOOT_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "base/observed.h"
#include "base/ternary.h"
#include "rules/acs_programming.h"
#include "rules/command_line.h"
#include "rules/group_rules.h"
#include "rules/rule_set.h"
#include "topology/topology.h"
#include "verdict/device_match.h"

namespace p2pcheck {

/// Bits of an ACS word of which some may not be known.
struct AcsBits {
  uint16_t value = 0;  ///< 0 where not known
  uint16_t known = 0;

  friend bool operator==(const AcsBits& a, const AcsBits& b) {
    return a.value == b.value && a.known == b.known;
  }
};

/// A kernel with its command line, about to boot or booted.
struct KernelBoot {
  /// How it sets ACS; each that it may be where the version leaves it open.
  std::vector<AcsProgramming> programming;
  /// Its table of odd ports; null: nothing is known of any.
  std::shared_ptr<const GroupRules> quirks;
  Observed<CommandLine> command_line;
  /// It is the one that runs: the groups that it published tell whether it
  /// turned ACS on.
  bool running = false;
  /// Whether it turns ACS on, of each of `programming`: as the one that runs,
  /// and booted anew.  Empty: found out for each function that is asked about,
  /// with a look at all the others.
  std::vector<Ternary> running_requests, new_requests;
};

/// Finds out once what does not hang on the function; the rest of `boot` must
/// not change afterwards.  Asking about all of 13,000 functions takes seconds
/// without.
void FindRequests(const HostSnapshot& snapshot, KernelBoot* boot);

/// The kernel that runs on the host, with the command line it was given.
KernelBoot RunningKernel(const HostSnapshot& snapshot, const RuleBook& book);
/// Another one: `version` not known stands for all from 5.14 on.
KernelBoot NamedKernel(const RuleBook& book,
                       const Observed<KernelVersion>& version,
                       Observed<CommandLine> command_line);

/// What a kernel makes of one function's ACS at boot.
struct AcsAtBoot {
  /// What the control word will be, of the bits the kernel knows
  /// (kAcsKernelBits).
  AcsBits control;
  /// What firmware left, as far as the word at hand tells.
  AcsBits firmware;
  /// Whether the word at hand can be what the running kernel made; unknown
  /// where it could not be read or there is no telling.
  Ternary agrees = Ternary::kUnknown;
  /// Whether the kernel turns ACS on by itself, and whether it gets to set
  /// this function at all (from 7.0 on only once an IOMMU or a driver takes
  /// it).
  Ternary requested = Ternary::kUnknown;
  Ternary applied = Ternary::kYes;
  /// What the parameters come to for this function; several where we can't
  /// tell.  Empty: not given.
  std::vector<ParameterMatch> disable_acs_redir, config_acs;
  /// Intel PCH ports with dwords: the control dword at +8, and what it will
  /// be.  `control` is about the word at +6 all the same, which nobody writes.
  std::optional<AcsDwords> dwords;
  AcsBits dword_control;

  bool Matched() const;  ///< some parameter surely matches
};

/// What firmware left, where it is known from elsewhere: F of the
/// specification.  By default nothing is known of it.
struct FirmwareAcs {
  AcsBits word, dword;
};

/// What `boot` makes of a function whose firmware value is as given, without
/// looking at the control word at hand.  Absent: it has no ACS capability;
/// unknown: that could not be read.
Observed<AcsAtBoot> PredictAcs(const Topology& topology, const KernelBoot& boot,
                               FunctionIndex function,
                               const FirmwareAcs& firmware = {});

/// What `next` would make of it, given that `running` made the control word at
/// hand, which tells part of what firmware left: a bit that is off was off
/// (the kernel clears none by itself), one that is on tells nothing.  With the
/// same kernel twice this is the prediction for the next boot.  `agrees` and
/// `firmware` are about the running one.
Observed<AcsAtBoot> PredictAcsChange(const Topology& topology,
                                     const KernelBoot& running,
                                     const KernelBoot& next,
                                     FunctionIndex function);

/// Whether the word at hand can be what `running` made of the function, and
/// the bits of it that it cannot have made.
struct AcsAgreement {
  Ternary agrees = Ternary::kUnknown;
  uint16_t differs = 0;
};
AcsAgreement CompareWithLive(const Topology& topology,
                             const KernelBoot& running, FunctionIndex function);

/// Whether the function is one of Intel's PCH root ports that have dwords
/// where the specification has words.
Ternary HasAcsDwords(const Function& function, const KernelBoot& boot);

}  // namespace p2pcheck

#endif  // P2PCHECK_VERDICT_ACS_BOOT_H_
