// SPDX-License-Identifier: GPL-2.0-or-later
#include "policy/blind_spots.h"

#include <algorithm>

#include "verdict/group_comparison.h"
#include "verdict/host_bridge.h"
#include "verdict/peer_census.h"

namespace p2pcheck {
namespace {

bool IsPeer(DeviceKind kind) { return KindsPair(kind, DeviceKind::kGpu); }

template <class T>
bool OneKnown(const Observed<T>& a, const Observed<T>& b) {
  return !a.unknown() || !b.unknown();
}

// Sysfs or config space has speed and width of a link, now and at most.
bool LinkKnown(const Function& f) {
  const FunctionRecord& r = *f.record;
  ExpressCapability none;
  const ExpressCapability& e = f.express.known() ? f.express.value() : none;
  return OneKnown(r.current_link_speed, e.current_speed) &&
         OneKnown(r.max_link_speed, e.max_speed) &&
         OneKnown(r.current_link_width, e.current_width) &&
         OneKnown(r.max_link_width, e.max_width);
}

class Finder {
 public:
  explicit Finder(const CheckInput& host)
      : host_(host),
        topology_(host.topology),
        census_(host.topology, host.kinds, host.asked) {}

  // Whether a function that pairs pass may redirect them.
  bool Acs() const {
    return AnyFunction([&](FunctionIndex i) {
      return census_.PairsThrough(i) > 0 &&
             RedirectsP2p(topology_[i]) == Ternary::kUnknown;
    });
  }

  // Whether ACS of a function above or of a peer is not known at all.
  bool AnyAcs() const {
    return AnyFunction([&](FunctionIndex i) {
      return census_.Below(i).all() > 0 && topology_[i].acs.unknown();
    });
  }

  bool HostBridges() const {
    const auto& bridges = topology_.host_bridges();
    for (HostBridgeIndex a = 0; a < bridges.size(); ++a)
      for (HostBridgeIndex b = a; b < bridges.size(); ++b) {
        uint64_t pairs =
            a == b ? census_.PairsOverRoot(a) : census_.PairsBetween(a, b);
        if (pairs > 0 && Passes(a, b) == Ternary::kUnknown) return true;
      }
    return host_.question.kernels.size() > 1;
  }

  bool Groups() const {
    const auto& rules = host_.question.kernels.back().groups;
    if (!rules) return true;
    GroupPrediction predicted = PredictGroups(topology_, *rules);
    if (predicted.status == GroupStatus::kNoIommu) return false;
    if (predicted.status != GroupStatus::kPredicted) return true;
    return CompareGroups(topology_, *rules, predicted)
               .Count(Ternary::kUnknown) > 0;
  }

  bool CommandLine() const {
    KernelBoot running = RunningKernel(topology_.snapshot(), host_.book);
    if (!running.command_line.known()) return running.command_line.unknown();
    return ReadCommandLine(topology_, running, running, true).undecided;
  }

  bool Links() const {
    return AnyFunction([&](FunctionIndex i) {
      const Function& f = topology_[i];
      if (census_.Below(i).all() < 2 || f.upstream == kNoIndex) return false;
      if (f.kernel_type.unknown()) return true;
      return f.kernel_type.Is(PortType::kUpstreamPort) &&
             !(LinkKnown(f) && LinkKnown(topology_[f.upstream]));
    });
  }

  bool Nodes() const {
    return AnyFunction([&](FunctionIndex i) {
      return IsPeer(host_.kinds[i]) && topology_[i].record->numa_node.unknown();
    });
  }

 private:
  template <class Asks>
  bool AnyFunction(Asks asks) const {
    for (FunctionIndex i = 0; i < topology_.functions().size(); ++i)
      if (asks(i)) return true;
    return false;
  }

  Ternary Passes(HostBridgeIndex a, HostBridgeIndex b) const {
    return TestHostBridges(topology_, host_.question.kernels.back(), host_.cpu,
                           a, b)
        .passes;
  }

  const CheckInput& host_;
  const Topology& topology_;
  PeerCensus census_;
};

}  // namespace

BlindSpots::BlindSpots(const CheckInput& host) {
  Finder finder(host);
  auto set = [&](FindingId id, bool hidden) {
    hidden_[static_cast<size_t>(id)] = hidden;
  };
  bool incomplete = !host.topology.snapshot().complete;
  bool peers = MayLackPeers(host), acs = finder.Acs();
  bool bridges = finder.HostBridges();
  set(FindingId::kNoP2pdma, host.question.p2pdma_built_in == Ternary::kUnknown);
  set(FindingId::kAcsRedirectOnPath, peers || acs);
  set(FindingId::kHostBridgeNotListed, peers || bridges);
  set(FindingId::kGroupsDiffer, incomplete || finder.Groups());
  set(FindingId::kCommandLineProblem, incomplete || finder.CommandLine());
  set(FindingId::kLinkBelowMaximum, peers || finder.Links());
  set(FindingId::kRouteAcrossSockets,
      peers || acs || bridges || finder.Nodes());
  set(FindingId::kGatesDisagree, peers || finder.AnyAcs() || bridges);
  set(FindingId::kDeviceAsleep, incomplete);
  set(FindingId::kUnknownForPrivileges, incomplete);
}

bool MayLackPeers(const CheckInput& host) {
  const auto& functions = host.topology.functions();
  return !host.topology.snapshot().complete ||
         std::count(host.kinds.begin(), host.kinds.end(),
                    DeviceKind::kUnknown) > 0 ||
         std::any_of(functions.begin(), functions.end(),
                     [](const Function& f) { return !f.placed(); });
}

}  // namespace p2pcheck
