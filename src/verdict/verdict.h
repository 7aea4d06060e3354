// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_VERDICT_VERDICT_H_
#define P2PCHECK_VERDICT_VERDICT_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/observed.h"
#include "pci/address.h"
#include "rules/map_type.h"
#include "topology/topology.h"

namespace p2pcheck {

/// What a reason rests on: one observation.
enum class FactKind : uint8_t {
  kAcsControl,     ///< value: the control word
  kAcsCapability,  ///< whether there is an ACS capability
  kParent,         ///< the bridge above
  kCpu,            ///< vendor and family of the first processor
  kHostBridgeId,   ///< value: vendor << 16 | device of the root device
  kFirstFunction,  ///< which function a root bus lists first
  kPortType,       ///< value: PCIe port type
  kIommuGroup,     ///< whether functions are in groups at all
  kKernelVersion,
  kP2pdmaBuiltIn,
  kPublishedGroup,  ///< value: the number of the function's IOMMU group
};

struct Fact {
  FactKind kind;
  /// The function it is about; none for facts of the host.
  std::optional<PciAddress> function;
  /// The value, the knowledge that there is none, or why we can't tell.
  Observed<uint64_t> value;

  friend bool operator==(const Fact& a, const Fact& b) {
    return a.kind == b.kind && a.function == b.function && a.value == b.value;
  }
};

/// The steps by which the kernel comes to a verdict, and ours where the
/// kernel's facts are not known.  Names stand in rule_names.cc, words in
/// report/sentences.cc.
enum class RuleId : uint8_t {
  kP2pdmaNotBuiltIn,       ///< the kernel was built without CONFIG_PCI_P2PDMA
  kNoP2pdmaYet,            ///< kernels before 4.20
  kPlaceUnknown,           ///< what is above a function is not known
  kNoCommonBridge,         ///< no bridge above both: ACS is not asked
  kNoAcsRedirect,          ///< nothing on the path redirects
  kAcsRedirect,            ///< something on the path redirects
  kAcsUnknown,             ///< something on the path might
  kAcsRedirectRefused,     ///< before 5.4: that is a refusal
  kNoCommonBridgeRefused,  ///< before 5.2: that is a refusal
  kIommuActiveRefused,     ///< 5.2, 5.3: an IOMMU is active
  kIommuUnknown,           ///< 5.2, 5.3: whether one is, is not known
  kCpuSupported,           ///< AMD Zen or newer: every host bridge will do
  kCpuNotSupported,
  kCpuUnknown,
  kHostBridgeListed,
  kHostBridgeNotListed,
  kHostBridgeNeedsSame,    ///< listed, but only for one host bridge
  kHostBridgeNotEligible,  ///< its first function is neither 00.0 nor a port
  kHostBridgeUnknown,
  kKernelUnknown,       ///< kernels that it may be disagree
  kTranslationBlocked,  ///< the unmerged series: TB, and a client with ATS
};
constexpr size_t kRuleIds = 21;

/// "acs-redirect": stable, for scripts and for `explain`.
std::string_view RuleName(RuleId rule);
std::optional<RuleId> RuleFromName(std::string_view name);

/// One step: the rule, what it leaves possible, and what it rests on.
struct Reason {
  RuleId rule;
  MapTypeSet leaves;
  std::vector<Fact> facts;

  friend bool operator==(const Reason& a, const Reason& b) {
    return a.rule == b.rule && a.leaves == b.leaves && a.facts == b.facts;
  }
};

/// What a kernel would do with a pair, or what it may do as far as we know.
struct Verdict {
  FunctionIndex provider = kNoIndex;
  FunctionIndex client = kNoIndex;
  MapTypeSet possible;
  /// The kernel's distance: edges of the tree between the two, and where they
  /// have no common ancestor the nodes on both chains (5.4 to 5.13: plus
  /// 0x1000).  None where a place is unknown, or there is no p2pdma.
  std::optional<uint32_t> distance;
  /// The functions that redirect, in the order in which the kernel prints
  /// them: provider side bottom-up with the common ancestor, then client side.
  std::vector<FunctionIndex> acs_redirect;
  /// False: functions we could not read may belong in the list too.
  bool acs_redirect_complete = true;
  FunctionIndex common_bridge = kNoIndex;
  HostBridgeIndex provider_host_bridge = kNoIndex;
  HostBridgeIndex client_host_bridge = kNoIndex;
  /// In the order in which the kernel asks.
  std::vector<Reason> reasons;
  /// What would settle it; empty where possible.decided().
  std::vector<Fact> missing;
  /// Where the kernel's version is unknown and it matters: what each kernel
  /// that it may be would say.
  std::vector<std::pair<std::string, MapTypeSet>> by_kernel;
  /// Where p2pdma is not built in: the verdict with it.
  std::shared_ptr<const Verdict> would_be;
};

}  // namespace p2pcheck

#endif  // P2PCHECK_VERDICT_VERDICT_H_
