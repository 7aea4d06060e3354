// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_RULES_ACS_PROGRAMMING_H_
#define P2PCHECK_RULES_ACS_PROGRAMMING_H_

#include <cstdint>
#include <string>

#include "base/ternary.h"

namespace p2pcheck {

/// What a parameter that sets ACS does to a function that it matches.
enum class AcsParameter : uint8_t {
  kNone,           ///< the kernel does not know it
  kFromDefault,    ///< 4.20: starts from the kernel's own setting
  kMisprogrammed,  ///< 6.11 to 6.14: the masks are mixed up
  kFromFirmware,   ///< starts from what firmware left
};

/// When the kernel writes the control word.
enum class AcsWritten : uint8_t {
  kEnumeration,   ///< when the function is found
  kDmaConfigure,  ///< when the IOMMU core or a driver takes it, before groups
  kUnknown,       ///< one of these
};

/// How a kernel sets ACS at boot.
struct AcsProgramming {
  std::string id;  ///< "acs-6.15"
  AcsParameter disable_acs_redir = AcsParameter::kNone;
  AcsParameter config_acs = AcsParameter::kNone;
  AcsWritten written = AcsWritten::kEnumeration;
  /// `intel_iommu=off` and `iommu=off` are the last word; before 7.3 the
  /// platform's DMAR table may overrule the first.
  bool intel_off_is_final = false;
  bool from_history = false;  ///< known from changelogs, not from its source
  Ternary in_force = Ternary::kYes;
  std::string kernels;  ///< as written in the rule
  std::string source;
};

}  // namespace p2pcheck

#endif  // P2PCHECK_RULES_ACS_PROGRAMMING_H_
