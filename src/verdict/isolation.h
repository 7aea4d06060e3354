// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_VERDICT_ISOLATION_H_
#define P2PCHECK_VERDICT_ISOLATION_H_

#include <cstdint>
#include <vector>

#include "base/ternary.h"
#include "pci/acs.h"
#include "rules/group_rules.h"
#include "topology/topology.h"

namespace p2pcheck {

/// What a function must pass to the root complex for IOMMU groups to count it
/// as isolated (the kernel's REQ_ACS_FLAGS).
constexpr uint16_t kAcsIsolationBits =
    kAcsSourceValidation | kAcsRequestRedirect | kAcsCompletionRedirect |
    kAcsUpstreamForwarding;

/// The kernel's `multifunction`: bit 7 of the function's own header type, or a
/// function number above 0; never for a VF.
Ternary IsMultifunction(const Topology& topology, FunctionIndex function);

/// What-if: the control bits that the capabilities allow, all on or all off.
enum class SupposedAcs : uint8_t { kAsRead, kAllOn, kAllOff };

/// Whether a function is isolated from its peers in the kernel's eyes
/// (pci_acs_enabled, 6.1 to 7.3): the quirk table, then type and ACS control.
/// Not what p2pdma asks: bits that are not implemented count as safe here, and
/// functions known by their IDs need no capability.
class Isolation {
 public:
  Isolation(const Topology& topology, const GroupRules& rules,
            SupposedAcs supposed = SupposedAcs::kAsRead,
            uint16_t flags = kAcsIsolationBits);

  Ternary Of(FunctionIndex function) const { return isolated_[function]; }
  /// The function and everything above it, up to the root bus.
  Ternary OfPath(FunctionIndex from) const;
  /// The first entry of the quirk table that may have answered; null: none.
  const AcsQuirk* QuirkOf(FunctionIndex function) const {
    return quirks_[function];
  }

 private:
  const Topology& topology_;
  std::vector<Ternary> isolated_;
  std::vector<const AcsQuirk*> quirks_;
};

}  // namespace p2pcheck

#endif  // P2PCHECK_VERDICT_ISOLATION_H_
