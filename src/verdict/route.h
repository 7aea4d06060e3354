// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_VERDICT_ROUTE_H_
#define P2PCHECK_VERDICT_ROUTE_H_

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/ternary.h"
#include "topology/topology.h"

namespace p2pcheck {

/// What travels between a pair.  Requests go from the client to the provider,
/// completions of reads the other way.
enum class TlpKind : uint8_t {
  kUntranslatedRequest,
  kTranslatedRequest,  ///< after an ATS translation: AT = translated
  kCompletion,         ///< without Relaxed Ordering; with it CR never holds it
};
constexpr TlpKind kTlpKinds[] = {TlpKind::kUntranslatedRequest,
                                 TlpKind::kTranslatedRequest,
                                 TlpKind::kCompletion};
std::string_view TlpKindName(TlpKind kind);

/// What the hardware does with it, as far as config space can show.
enum class RouteOutcome : uint8_t {
  kDirect = 1,        ///< turned towards the peer below the root complex
  kRedirected = 2,    ///< sent up to the root complex, and down again if that
                      ///< routes peers
  kBlocked = 4,       ///< an ACS violation: dropped
  kInsideDevice = 8,  ///< between functions of one device: not specified
  kRootComplex = 16,  ///< no bridge above both: the root complex decides
};

/// The outcomes that are still possible; bits of RouteOutcome.
using RouteOutcomeSet = uint8_t;
constexpr RouteOutcomeSet Only(RouteOutcome outcome) {
  return static_cast<RouteOutcomeSet>(outcome);
}
/// "direct", "redirected", ...
std::string_view RouteOutcomeName(RouteOutcome outcome);

/// The way of one kind of TLP.
struct Route {
  TlpKind kind = TlpKind::kUntranslatedRequest;
  FunctionIndex sender = kNoIndex, receiver = kNoIndex;
  RouteOutcomeSet possible = 0;
  /// The ingress at which it is decided: the child of the common ancestor on
  /// the sender's side.  kNoIndex: nothing decides.
  FunctionIndex decided_at = kNoIndex;
  /// Functions it passes, sender first, receiver last; where several outcomes
  /// are possible those of the longest way.
  std::vector<FunctionIndex> visits;
  /// Ports that may refuse a redirected request on its way up, because
  /// Upstream Forwarding is off or not there.
  std::vector<FunctionIndex> may_fail_at;
  /// Ports at which a translated request is blocked (TB), or may be.
  std::vector<FunctionIndex> blocked_at;
  /// Ports whose ACS we could not read and which matter here.
  std::vector<FunctionIndex> unreadable;
  /// Egress control is on at decided_at, and which targets its vector means is
  /// not known (or the vector was not read).
  bool egress_vector_open = false;
};

/// Follows PCIe 6.0, 6.12 (spec/kernel-p2p.md 6.2 and 6.5): a peer decision is
/// taken at one ingress only, whatever the kernel counts.  Both functions must
/// be placed.
Route FindRoute(const Topology& topology, FunctionIndex provider,
                FunctionIndex client, TlpKind kind);

}  // namespace p2pcheck

#endif  // P2PCHECK_VERDICT_ROUTE_H_
