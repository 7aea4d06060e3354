// SPDX-License-Identifier: GPL-2.0-or-later
//
// Findings: what a person or a fleet should know about a host before
// peer-to-peer is tried on it.  One function a finding; each says only what
// its facts prove, and counts the pairs of devices it concerns.
#include "verdict/check.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "verdict/group_comparison.h"
#include "verdict/host_bridge.h"
#include "verdict/peer_census.h"

namespace p2pcheck {
namespace {

// In the order of FindingId.
constexpr std::array<std::string_view, kFindingIds> kNames = {
    "no-p2pdma",
    "acs-redirect-on-path",
    "host-bridge-not-listed-on-path",
    "groups-differ",
    "command-line-problem",
    "link-below-maximum",
    "route-across-sockets",
    "gates-disagree",
    "device-asleep",
    "unknown-for-privileges",
};

Fact AcsFact(const Function& f) {
  auto control =
      f.acs.Map([](const AcsCapability& acs) { return uint64_t{acs.control}; });
  return {FactKind::kAcsControl, f.address, control};
}

// A link as it runs and as it could: sysfs' word first.
struct LinkState {
  Observed<uint16_t> speed, max_speed;
  Observed<uint8_t> width, max_width;
};

template <class T>
Observed<T> FirstKnown(const Observed<T>& a, const Observed<T>& b) {
  return a.known() ? a : b;
}

LinkState LinkOf(const Function& f) {
  const FunctionRecord& r = *f.record;
  LinkState link{r.current_link_speed, r.max_link_speed, r.current_link_width,
                 r.max_link_width};
  if (!f.express.known()) return link;
  const ExpressCapability& express = f.express.value();
  link.speed = FirstKnown(link.speed, express.current_speed);
  link.max_speed = FirstKnown(link.max_speed, express.max_speed);
  link.width = FirstKnown(link.width, express.current_width);
  link.max_width = FirstKnown(link.max_width, express.max_width);
  return link;
}

class Check {
 public:
  explicit Check(const CheckInput& input)
      : in_(input),
        topology_(input.topology),
        census_(input.topology, input.kinds, input.asked) {}

  std::vector<Finding> Run() {
    KernelHasP2pdma();
    Redirects();
    HostBridges();
    Groups();
    CommandLineProblems();
    Links();
    Representatives();
    Sockets();
    Gates();
    Asleep();
    Privileges();
    return std::move(findings_);
  }

 private:
  size_t count() const { return topology_.functions().size(); }
  const RuleSet& rules() const { return in_.question.kernels.back(); }

  Finding& Add(FindingId id) {
    Finding finding;
    finding.id = id;
    findings_.push_back(std::move(finding));
    return findings_.back();
  }

  void KernelHasP2pdma() {
    bool too_old =
        std::none_of(in_.question.kernels.begin(), in_.question.kernels.end(),
                     [](const RuleSet& r) { return r.algorithm.exists; });
    if (in_.question.p2pdma_built_in != Ternary::kNo && !too_old) return;
    Fact fact{too_old ? FactKind::kKernelVersion : FactKind::kP2pdmaBuiltIn,
              std::nullopt, uint64_t{0}};
    Add(FindingId::kNoP2pdma).facts.push_back(fact);
  }

  void Redirects() {
    for (FunctionIndex i = 0; i < count(); ++i) {
      if (RedirectsP2p(topology_[i]) != Ternary::kYes) continue;
      uint64_t pairs = census_.PairsThrough(i);
      if (pairs == 0) continue;
      Finding& finding = Add(FindingId::kAcsRedirectOnPath);
      finding.functions = {i};
      finding.facts = {AcsFact(topology_[i])};
      finding.pairs = pairs;
    }
  }

  // A host bridge that pairs need and the kernel refuses: of one root bus, or
  // between two.
  void HostBridges() {
    const auto& bridges = topology_.host_bridges();
    for (HostBridgeIndex a = 0; a < bridges.size(); ++a)
      for (HostBridgeIndex b = a; b < bridges.size(); ++b)
        JudgeHostBridges(a, b);
  }

  void JudgeHostBridges(HostBridgeIndex a, HostBridgeIndex b) {
    uint64_t pairs =
        a == b ? census_.PairsOverRoot(a) : census_.PairsBetween(a, b);
    if (pairs == 0) return;
    HostBridgeTest test = TestHostBridges(topology_, rules(), in_.cpu, a, b);
    if (test.passes != Ternary::kNo) return;
    Finding& finding = Add(FindingId::kHostBridgeNotListed);
    finding.pairs = pairs;
    for (const HostBridgeFinding& step : test.findings)
      for (const Fact& fact : step.facts) finding.facts.push_back(fact);
    for (HostBridgeIndex h : {a, b}) {
      const auto& first = topology_.host_bridges()[h].first;
      if (first.known() && (finding.functions.empty() ||
                            finding.functions.back() != first.value()))
        finding.functions.push_back(first.value());
    }
  }

  // Published groups against those that follow from ACS as it is now.
  void Groups() {
    if (!rules().groups) return;
    GroupPrediction predicted = PredictGroups(topology_, *rules().groups);
    if (predicted.status != GroupStatus::kPredicted) return;
    for (GroupDifference& difference :
         CompareGroups(topology_, *rules().groups, predicted).differences) {
      Finding& finding = Add(FindingId::kGroupsDiffer);
      finding.functions = std::move(difference.functions);
      for (FunctionIndex i : finding.functions)
        finding.facts.push_back(
            {FactKind::kPublishedGroup, topology_[i].address,
             topology_[i].record->iommu_group.Map(
                 [](uint32_t group) { return uint64_t{group}; })});
    }
  }

  void CommandLineProblems() {
    KernelBoot running = RunningKernel(topology_.snapshot(), in_.book);
    if (!running.command_line.known()) return;
    for (CommandLineFinding& one :
         ReadCommandLine(topology_, running, running, true).findings) {
      if (IsNote(one.id)) continue;
      Finding& finding = Add(FindingId::kCommandLineProblem);
      for (const PciAddress& address : one.functions) {
        FunctionIndex i = topology_.Find(address);
        if (i != kNoIndex) finding.functions.push_back(i);
      }
      finding.command_line = std::move(one);
    }
  }

  // Only uplinks of switches: an endpoint slows its own link down when it has
  // nothing to do, a switch's uplink does not.
  void Links() {
    for (FunctionIndex i = 0; i < count(); ++i) {
      const Function& f = topology_[i];
      if (!f.kernel_type.Is(PortType::kUpstreamPort)) continue;
      if (census_.Below(i).all() < 2 || f.upstream == kNoIndex) continue;
      LinkState own = LinkOf(f), above = LinkOf(topology_[f.upstream]);
      bool narrow = Below(own.width, own.max_width, above.max_width);
      bool slow = Below(own.speed, own.max_speed, above.max_speed);
      if (!narrow && !slow) continue;
      Finding& finding = Add(FindingId::kLinkBelowMaximum);
      finding.functions = {i, f.upstream};
      finding.pairs = census_.PairsThrough(i);
    }
  }

  // Whether a link runs below what both of its ends can do.
  template <class T>
  static bool Below(const Observed<T>& now, const Observed<T>& one_end,
                    const Observed<T>& other_end) {
    return now.known() && one_end.known() && other_end.known() &&
           now.value() < std::min(one_end.value(), other_end.value());
  }

  // One device of each kind below each port stands for all its likes.
  void Representatives() {
    std::set<std::pair<FunctionIndex, DeviceKind>> seen;
    for (FunctionIndex i = 0; i < count(); ++i) {
      const Function& f = topology_[i];
      bool asked =
          std::find(in_.asked.begin(), in_.asked.end(), i) != in_.asked.end();
      if (!f.placed() || f.physfn.known()) continue;
      if (!asked && !KindsPair(in_.kinds[i], DeviceKind::kGpu)) continue;
      FunctionIndex place = f.upstream == kNoIndex ? i : f.upstream;
      if (asked || seen.insert({place, in_.kinds[i]}).second)
        peers_.push_back(i);
    }
  }

  template <class Visit>
  void ForEachPeerPair(Visit visit) {
    for (FunctionIndex provider : peers_)
      for (FunctionIndex client : peers_)
        if (provider != client &&
            KindsPair(in_.kinds[provider], in_.kinds[client]))
          visit(provider, client);
  }

  void Sockets() {
    std::map<std::pair<int32_t, int32_t>, Finding> found;
    ForEachPeerPair([&](FunctionIndex provider, FunctionIndex client) {
      int32_t a = topology_[provider].record->numa_node.value_or(-1);
      int32_t b = topology_[client].record->numa_node.value_or(-1);
      if (a < 0 || b < 0 || a >= b) return;
      Verdict verdict =
          Decide(topology_, in_.question, in_.cpu, provider, client);
      if (!(verdict.possible == MapType::kThruHostBridge)) return;
      Finding& finding = found[{a, b}];
      finding.node_a = a;
      finding.node_b = b;
      if (finding.pairs == 0) finding.functions = {provider, client};
      finding.pairs += 2;
    });
    for (auto& [nodes, finding] : found) {
      finding.id = FindingId::kRouteAcrossSockets;
      findings_.push_back(std::move(finding));
    }
  }

  void Gates() {
    GateComparer gates(topology_, in_.cpu, rules().groups);
    std::map<std::pair<GateRow, std::vector<FunctionIndex>>, uint64_t> found;
    ForEachPeerPair([&](FunctionIndex provider, FunctionIndex client) {
      Verdict verdict =
          Decide(topology_, in_.question, in_.cpu, provider, client);
      for (GateFinding& gate : gates.Compare(verdict))
        ++found[{gate.row, std::move(gate.functions)}];
    });
    for (auto& [key, pairs] : found) {
      Finding& finding = Add(FindingId::kGatesDisagree);
      finding.row = key.first;
      finding.functions = key.second;
      finding.pairs = pairs;
      for (FunctionIndex i : finding.functions)
        if (topology_[i].acs.known())
          finding.facts.push_back(AcsFact(topology_[i]));
    }
  }

  void Asleep() {
    Collect(FindingId::kDeviceAsleep, [](const Function& f) {
      return f.acs.unknown() && f.acs.failure() == ReadFailure::kAsleep;
    });
  }

  void Privileges() {
    Collect(FindingId::kUnknownForPrivileges, [](const Function& f) {
      return f.acs.unknown() &&
             (f.acs.failure() == ReadFailure::kPermissionDenied ||
              f.acs.failure() == ReadFailure::kConfigTooShort);
    });
  }

  template <class Matches>
  void Collect(FindingId id, Matches matches) {
    std::vector<FunctionIndex> functions;
    for (FunctionIndex i = 0; i < count(); ++i)
      if (matches(topology_[i])) functions.push_back(i);
    if (!functions.empty()) Add(id).functions = std::move(functions);
  }

  const CheckInput& in_;
  const Topology& topology_;
  PeerCensus census_;
  std::vector<FunctionIndex> peers_;
  std::vector<Finding> findings_;
};

}  // namespace

bool KindsPair(DeviceKind a, DeviceKind b) {
  auto norm = [](DeviceKind kind) {
    return kind == DeviceKind::kAccelerator ? DeviceKind::kGpu : kind;
  };
  a = norm(a);
  b = norm(b);
  auto peer = [](DeviceKind kind) {
    return kind == DeviceKind::kGpu || kind == DeviceKind::kNic ||
           kind == DeviceKind::kNvme;
  };
  return peer(a) && peer(b) && (a != b || a == DeviceKind::kGpu);
}

std::string_view FindingName(FindingId id) {
  return kNames[static_cast<size_t>(id)];
}

std::optional<FindingId> FindingFromName(std::string_view name) {
  for (size_t i = 0; i < kNames.size(); ++i)
    if (kNames[i] == name) return static_cast<FindingId>(i);
  return std::nullopt;
}

Severity SeverityOf(FindingId id) {
  switch (id) {
    case FindingId::kNoP2pdma: return Severity::kError;
    case FindingId::kDeviceAsleep:
    case FindingId::kUnknownForPrivileges: return Severity::kUndecided;
    default: return Severity::kWarning;
  }
}

std::string_view SeverityName(Severity severity) {
  switch (severity) {
    case Severity::kError: return "error";
    case Severity::kWarning: return "warning";
    case Severity::kUndecided: return "undecided";
  }
  return "";
}

std::vector<Finding> CheckHost(const CheckInput& input) {
  return Check(input).Run();
}

}  // namespace p2pcheck
