// SPDX-License-Identifier: GPL-2.0-or-later
//
// Which way a TLP really goes between two devices.
//
// The kernel's verdict counts every function on the path that redirects; the
// hardware asks one.  A request that climbs through upstream ports and comes
// down through downstream ports meets exactly one peer decision: at the port
// through which it enters the device where the ways part, which is the child
// of the common ancestor on the sender's side.
//
//              upstream port                 request  B -> A: decided at Y
//               /        \                   completion A -> B: decided at X
//             X            Y
//             |            |                 RR on X alone: the kernel says
//             A            B                 redirect, B's requests go direct
//
// At that ingress: an untranslated request is redirected by RR (by EC with the
// egress bit only if RR is on too, else it is an error); a translated one goes
// direct where DT is on, whatever RR says, and is blocked by TB at any port it
// enters from below; a completion is redirected by CR unless it carries
// Relaxed Ordering.  A redirected request then needs Upstream Forwarding at
// every port above.
//
// Costs the length of the path.
#include "verdict/route.h"

#include <algorithm>

#include "verdict/path.h"

namespace p2pcheck {
namespace {

constexpr RouteOutcomeSet kDirect = Only(RouteOutcome::kDirect);
constexpr RouteOutcomeSet kRedirected = Only(RouteOutcome::kRedirected);
constexpr RouteOutcomeSet kBlocked = Only(RouteOutcome::kBlocked);

bool IsDownward(const Function& f) {
  return f.kernel_type.Is(PortType::kDownstreamPort) ||
         f.kernel_type.Is(PortType::kRootPort);
}

bool IsConventional(const Function& f) {
  return f.express.absent() ||
         (f.express.known() &&
          f.express.value().type == PortType::kPcieToPciBridge);
}

bool On(const AcsCapability& acs, uint16_t bit) {
  return (acs.control & bit) != 0;
}

class Router {
 public:
  Router(const Topology& topology, FunctionIndex provider, FunctionIndex client,
         TlpKind kind)
      : topology_(topology) {
    bool completion = kind == TlpKind::kCompletion;
    route_.kind = kind;
    route_.sender = completion ? provider : client;
    route_.receiver = completion ? client : provider;
    path_ = FindPath(topology, route_.sender, route_.receiver);
  }

  Route Run() {
    if (path_.common == kNoIndex) {
      route_.possible = Only(RouteOutcome::kRootComplex);
      VisitOverTheTop();
    } else if (path_.common == route_.sender) {
      Meet();  // Downwards only: a port to what is below it.
      route_.possible = kDirect;
    } else {
      Decide();
    }
    if (route_.kind == TlpKind::kTranslatedRequest) CheckBlocking();
    return std::move(route_);
  }

 private:
  // The ways up of both sides, as they meet.
  void Meet() {
    route_.visits = path_.provider_side;  // From the sender up to the common.
    route_.visits.insert(route_.visits.end(), path_.client_side.rbegin(),
                         path_.client_side.rend());
  }

  void VisitOverTheTop() {
    route_.visits.clear();
    for (FunctionIndex i = route_.sender; i != kNoIndex;
         i = topology_[i].upstream)
      route_.visits.push_back(i);
    size_t top = route_.visits.size();
    for (FunctionIndex i = route_.receiver; i != kNoIndex;
         i = topology_[i].upstream)
      route_.visits.push_back(i);
    std::reverse(route_.visits.begin() + static_cast<std::ptrdiff_t>(top),
                 route_.visits.end());
  }

  void Decide() {
    Meet();
    FunctionIndex ingress = path_.provider_side.size() < 2
                                ? route_.sender
                                : *(path_.provider_side.end() - 2);
    const Function& common = topology_[path_.common];
    if (path_.common == route_.receiver || IsConventional(common)) {
      route_.possible = kDirect;  // To the port itself, or on one bus.
      return;
    }
    route_.decided_at = ingress;
    DecideAt(topology_[ingress]);
    if (route_.possible & kRedirected) {
      VisitOverTheTop();
      if (route_.kind != TlpKind::kCompletion) CheckForwarding();
    }
  }

  void DecideAt(const Function& ingress) {
    route_.possible = ingress.acs.Match(
        [&](const AcsCapability& acs) { return ByControl(acs); },
        [&] {
          return IsDownward(ingress) ? kDirect
                                     : Only(RouteOutcome::kInsideDevice);
        },
        [&](ReadFailure) {
          route_.unreadable.push_back(route_.decided_at);
          return static_cast<RouteOutcomeSet>(
              kDirect | kRedirected |
              (route_.kind == TlpKind::kCompletion ? 0 : kBlocked));
        });
  }

  // Whether the egress vector names any target at all; which one a bit means
  // hangs on port numbers, so a bit that is set leaves both outcomes open.
  bool VectorIsEmpty(const AcsCapability& acs) const {
    const ConfigSpace& config = topology_[route_.decided_at].record->config;
    for (unsigned bit = 0; bit < acs.EgressVectorSize(); bit += 32)
      if (!config.Dword(static_cast<uint16_t>(acs.offset + 8 + bit / 8)).Is(0))
        return false;
    return true;
  }

  RouteOutcomeSet ByControl(const AcsCapability& acs) {
    if (route_.kind == TlpKind::kCompletion)
      return On(acs, kAcsCompletionRedirect) ? kRedirected : kDirect;
    if (route_.kind == TlpKind::kTranslatedRequest &&
        On(acs, kAcsDirectTranslated))
      return kDirect;
    bool redirect = On(acs, kAcsRequestRedirect);
    if (!On(acs, kAcsEgressControl)) return redirect ? kRedirected : kDirect;
    if (VectorIsEmpty(acs)) return kDirect;
    route_.egress_vector_open = true;
    return kDirect | (redirect ? kRedirected : kBlocked);
  }

  // UF at every port above the one that decided, up to the root port.
  void CheckForwarding() {
    FunctionIndex i = topology_[route_.decided_at].upstream;
    for (; i != kNoIndex; i = topology_[i].upstream) {
      const Function& f = topology_[i];
      if (!IsDownward(f)) continue;
      bool forwards =
          f.acs.known() && On(f.acs.value(), kAcsUpstreamForwarding);
      if (!forwards) route_.may_fail_at.push_back(i);
    }
  }

  // TB at every downstream or root port that the request enters from below.
  void CheckBlocking() {
    bool turns_back = route_.possible == kDirect;
    if (turns_back && path_.common == route_.sender) return;
    for (FunctionIndex i = topology_[route_.sender].upstream; i != kNoIndex;
         i = topology_[i].upstream) {
      if (turns_back && i == path_.common) break;
      BlockAt(i);
    }
  }

  void BlockAt(FunctionIndex i) {
    const Function& f = topology_[i];
    if (!IsDownward(f) || f.acs.absent()) return;
    if (f.acs.unknown()) {
      route_.possible |= kBlocked;
      route_.blocked_at.push_back(i);
      return;
    }
    if (!On(f.acs.value(), kAcsTranslationBlocking)) return;
    route_.possible = kBlocked;
    route_.blocked_at.push_back(i);
  }

  const Topology& topology_;
  Path path_;
  Route route_;
};

}  // namespace

std::string_view TlpKindName(TlpKind kind) {
  switch (kind) {
    case TlpKind::kUntranslatedRequest: return "request";
    case TlpKind::kTranslatedRequest: return "translated-request";
    case TlpKind::kCompletion: return "completion";
  }
  return "";
}

std::string_view RouteOutcomeName(RouteOutcome outcome) {
  switch (outcome) {
    case RouteOutcome::kDirect: return "direct";
    case RouteOutcome::kRedirected: return "redirected";
    case RouteOutcome::kBlocked: return "blocked";
    case RouteOutcome::kInsideDevice: return "inside-device";
    case RouteOutcome::kRootComplex: return "root-complex";
  }
  return "";
}

Route FindRoute(const Topology& topology, FunctionIndex provider,
                FunctionIndex client, TlpKind kind) {
  return Router(topology, provider, client, kind).Run();
}

}  // namespace p2pcheck
