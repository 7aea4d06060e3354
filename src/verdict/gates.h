// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_VERDICT_GATES_H_
#define P2PCHECK_VERDICT_GATES_H_

#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "rules/cpu.h"
#include "topology/topology.h"
#include "verdict/isolation.h"
#include "verdict/route.h"
#include "verdict/verdict.h"

namespace p2pcheck {

/// A way in which the kernel's verdict and the hardware part, as
/// spec/kernel-p2p.md 7 numbers them; those that facts of a host can show.
enum class GateRow : uint8_t {
  kOneSideOnly,           ///< D1: RR or CR where its TLP is not decided
  kAboveDivergence,       ///< D2: redirect at a port that does not decide
  kCommonAncestor,        ///< D3: redirect at the common ancestor itself
  kEmptyEgressVector,     ///< D4: EC on, no target in its vector
  kDirectTranslated,      ///< D5: DT on, the client uses ATS
  kTranslationBlocked,    ///< D6: TB on, the client uses ATS
  kAtsOnBusAddress,       ///< D7: the client would translate a bus address
  kNoUpstreamForwarding,  ///< D8: a redirected request may die on its way up
  kRelaxedOrdering,       ///< D9: CR counts, completions may pass by it
  kEmulatedHostBridge,    ///< D14: the CPU vouches for a guest's bridges
  kAcsOutOfReach,         ///< D19: 256 bytes of config space for a PCIe port
  kCacheCollision,        ///< D22: two clients share a slot of the cache
  kInsideDevice,          ///< D23: functions of a device without ACS
  kConventionalBus,       ///< D24
  kLoopback,              ///< D30: a function with itself
  kDwordRegisters,        ///< D10: Intel PCH ports redirect by a dword at +8
  kIsolatedByQuirk,       ///< D11: no capability, and peers may not pass
  kApartInGroups,         ///< D27: in two groups, and free to talk
};
constexpr size_t kGateRows = 18;

/// "D1".."D30": the row of the table.
std::string_view GateRowName(GateRow row);

struct GateFinding {
  GateRow row;
  std::vector<FunctionIndex> functions;  ///< the ports or devices at fault

  friend bool operator==(const GateFinding& a, const GateFinding& b) {
    return a.row == b.row && a.functions == b.functions;
  }
};

/// Compares verdicts on pairs of one host with their physical routes.  Only
/// what is known is said: an unreadable port gives no finding.
class GateComparer {
 public:
  /// `rules`: of the kernel's quirk tables; null where there are none.
  GateComparer(const Topology& topology, const CpuIdentity& cpu,
               std::shared_ptr<const GroupRules> rules);

  std::vector<GateFinding> Compare(const Verdict& verdict) const;

 private:
  const Topology& topology_;
  const CpuIdentity& cpu_;
  std::shared_ptr<const GroupRules> rules_;
  std::optional<Isolation> isolation_;
};

}  // namespace p2pcheck

#endif  // P2PCHECK_VERDICT_GATES_H_
