// SPDX-License-Identifier: GPL-2.0-or-later
//
// Where the kernel's verdict and the hardware part ways, for one pair.
//
// The kernel's verdict is a policy over a superset of the ports that matter
// (route.cc tells which do).  That makes it say "redirect" where the hardware
// goes direct, and now and then "direct" where the hardware will not deliver.
// Each row of the table in spec/kernel-p2p.md 7 that facts of the host can
// show is one function here.
#include "verdict/gates.h"

#include <algorithm>
#include <array>

#include "verdict/path.h"

namespace p2pcheck {
namespace {

// In the order of GateRow.
constexpr std::array<std::string_view, kGateRows> kNames = {
    "D1",  "D2",  "D3",  "D4",  "D5",  "D6",  "D7",  "D8",  "D9",
    "D14", "D19", "D22", "D23", "D24", "D30", "D10", "D11", "D27"};

Ternary UsesAts(const Function& f) {
  return AtsOf(f).Match(
      [](const AtsCapability& ats) { return ToTernary(ats.enabled()); },
      [] { return Ternary::kNo; },
      [](ReadFailure) { return Ternary::kUnknown; });
}

bool On(const Function& f, uint16_t bits) {
  return f.acs.known() && (f.acs.value().control & bits) != 0;
}

// Device Control bit 4: Enable Relaxed Ordering (PCIe 6.0, 7.5.3.4).
bool MayRelaxOrdering(const Function& f) {
  HeldConfig held(f.record->config);
  auto base = FindCapability(held, kCapExpress);
  if (!base.known()) return false;
  auto control = held.Word(base.value() + 8);
  return control.known() && (control.value() & 0x10) != 0;
}

// Whether a device's DMA addresses are translated: the type of its group.
bool Translates(const Topology& topology, const Function& f) {
  const auto& groups = topology.snapshot().groups;
  if (!f.record->iommu_group.known()) return false;
  auto group = groups.find(f.record->iommu_group.value());
  if (group == groups.end() || !group->second.type.known()) return false;
  return group->second.type.value().rfind("DMA", 0) == 0;
}

class Comparison {
 public:
  Comparison(const Topology& topology, const CpuIdentity& cpu,
             const Isolation* isolation, const Verdict& verdict)
      : topology_(topology),
        cpu_(cpu),
        isolation_(isolation),
        verdict_(verdict),
        path_(FindPath(topology, verdict.provider, verdict.client)) {}

  std::vector<GateFinding> Run() {
    if (!path_.known) return {};
    if (verdict_.provider == verdict_.client) {
      if (!verdict_.acs_redirect.empty())
        Add(GateRow::kLoopback, {verdict_.provider});
      return std::move(findings_);
    }
    if (path_.common != kNoIndex) {
      request_ = Find(TlpKind::kUntranslatedRequest);
      completion_ = Find(TlpKind::kCompletion);
      Redirects();
      Translations();
      Surroundings();
      Quirks();
      Groups();
    }
    HostBridges();
    Cache();
    return std::move(findings_);
  }

 private:
  void Add(GateRow row, std::vector<FunctionIndex> functions) {
    findings_.push_back({row, std::move(functions)});
  }

  void AddIfAny(GateRow row, std::vector<FunctionIndex> functions) {
    if (!functions.empty()) Add(row, std::move(functions));
  }

  Route Find(TlpKind kind) const {
    return FindRoute(topology_, verdict_.provider, verdict_.client, kind);
  }

  bool CanBe(MapType type) const { return verdict_.possible.Has(type); }

  bool RequestGoesDirect() const {
    return request_.possible == Only(RouteOutcome::kDirect);
  }

  // What the kernel counts as redirect and the hardware does not ask.
  void Redirects() {
    std::vector<FunctionIndex> one_side, above, common, empty;
    for (FunctionIndex i : verdict_.acs_redirect) {
      if (i == path_.common)
        common.push_back(i);
      else if (i != request_.decided_at && i != completion_.decided_at)
        above.push_back(i);
      else if (i == request_.decided_at && i != completion_.decided_at)
        JudgeRequestSide(i, &one_side, &empty);
      else if (!On(topology_[i], kAcsCompletionRedirect))
        one_side.push_back(i);
    }
    if (RequestGoesDirect()) {
      AddIfAny(GateRow::kOneSideOnly, std::move(one_side));
      AddIfAny(GateRow::kAboveDivergence, std::move(above));
      AddIfAny(GateRow::kCommonAncestor, std::move(common));
      AddIfAny(GateRow::kEmptyEgressVector, std::move(empty));
    }
    if (request_.possible == Only(RouteOutcome::kRedirected) &&
        CanBe(MapType::kThruHostBridge))
      AddIfAny(GateRow::kNoUpstreamForwarding, Read(request_.may_fail_at));
    if (completion_.possible == Only(RouteOutcome::kRedirected) &&
        MayRelaxOrdering(topology_[verdict_.provider]))
      Add(GateRow::kRelaxedOrdering, {verdict_.provider});
  }

  // Those of which it is known; the others only may be at fault.
  std::vector<FunctionIndex> Read(std::vector<FunctionIndex> ports) const {
    ports.erase(std::remove_if(ports.begin(), ports.end(),
                               [&](FunctionIndex i) {
                                 return topology_[i].acs.unknown();
                               }),
                ports.end());
    return ports;
  }

  void JudgeRequestSide(FunctionIndex i, std::vector<FunctionIndex>* one_side,
                        std::vector<FunctionIndex>* empty) const {
    if (On(topology_[i], kAcsRequestRedirect)) return;
    bool egress = On(topology_[i], kAcsEgressControl);
    if (egress && !request_.egress_vector_open)
      empty->push_back(i);
    else if (!egress)
      one_side->push_back(i);  // CR alone, where requests are decided.
  }

  // Clients that send translated requests.
  void Translations() {
    const Function& client = topology_[verdict_.client];
    if (UsesAts(client) != Ternary::kYes) return;
    Route translated = Find(TlpKind::kTranslatedRequest);
    if (translated.possible == Only(RouteOutcome::kBlocked))
      Add(GateRow::kTranslationBlocked, translated.blocked_at);
    else if (translated.possible == Only(RouteOutcome::kDirect) &&
             !verdict_.acs_redirect.empty() && !RequestGoesDirect())
      Add(GateRow::kDirectTranslated, {translated.decided_at});
    if (CanBe(MapType::kBusAddr) && Translates(topology_, client))
      Add(GateRow::kAtsOnBusAddress, {verdict_.client});
  }

  // What the kernel cannot see, or does not ask.
  void Surroundings() {
    std::vector<FunctionIndex> blind;
    for (const auto* side : {&path_.provider_side, &path_.client_side})
      for (FunctionIndex i : *side)
        if (topology_[i].express.known() && topology_[i].is_bridge &&
            topology_[i].record->config.reach().Is(256))
          blind.push_back(i);
    AddIfAny(GateRow::kAcsOutOfReach, std::move(blind));
    if (request_.possible == Only(RouteOutcome::kInsideDevice))
      Add(GateRow::kInsideDevice, {verdict_.provider, verdict_.client});
    const Function& common = topology_[path_.common];
    bool bus =
        common.is_bridge && (common.express.absent() ||
                             common.kernel_type.Is(PortType::kPcieToPciBridge));
    if (bus && path_.common != verdict_.provider &&
        path_.common != verdict_.client)
      Add(GateRow::kConventionalBus, {path_.common});
  }

  // Ports that the kernel knows by their IDs: for groups, never for p2p.
  void Quirks() {
    if (!isolation_) return;
    std::vector<FunctionIndex> dwords, isolated;
    for (const auto* side : {&path_.provider_side, &path_.client_side}) {
      for (FunctionIndex i : *side) {
        const AcsQuirk* quirk = isolation_->QuirkOf(i);
        if (!quirk || !topology_[i].is_bridge) continue;
        if (quirk->rule == AcsQuirkRule::kIntelSpt)
          JudgeDwords(i, &dwords);
        else if (topology_[i].acs.absent() &&
                 isolation_->Of(i) == Ternary::kYes)
          isolated.push_back(i);
      }
    }
    if (!CanBe(MapType::kBusAddr)) return;
    AddIfAny(GateRow::kDwordRegisters, std::move(dwords));
    AddIfAny(GateRow::kIsolatedByQuirk, std::move(isolated));
  }

  void JudgeDwords(FunctionIndex i, std::vector<FunctionIndex>* dwords) const {
    const Function& f = topology_[i];
    if (!f.acs.known()) return;
    auto control = f.record->config.Dword(f.acs.value().offset + 8);
    if (control.known() && (control.value() & kAcsRedirectBits))
      dwords->push_back(i);
  }

  // Two downstream ports without ACS: the kernel never compares siblings, so
  // what is below them is apart in groups, and talks freely.
  void Groups() {
    if (!(verdict_.possible == MapType::kBusAddr)) return;
    FunctionIndex a = request_.decided_at, b = completion_.decided_at;
    if (a == kNoIndex || b == kNoIndex || a == b) return;
    auto bare_port = [&](FunctionIndex i) {
      return topology_[i].kernel_type.Is(PortType::kDownstreamPort) &&
             topology_[i].acs.absent();
    };
    const auto& one = topology_[verdict_.provider].record->iommu_group;
    const auto& other = topology_[verdict_.client].record->iommu_group;
    if (bare_port(a) && bare_port(b) && one.known() && other.known() &&
        one.value() != other.value())
      Add(GateRow::kApartInGroups, {verdict_.provider, verdict_.client});
  }

  // The kernel asks the CPU, and a guest's CPU says nothing about the bridges
  // that its hypervisor emulates or passes through.
  void HostBridges() {
    bool asked = std::any_of(
        verdict_.reasons.begin(), verdict_.reasons.end(),
        [](const Reason& r) { return r.rule == RuleId::kCpuSupported; });
    if (asked && !cpu_.proved_by &&
        topology_.snapshot().host.hypervisor.Is(true))
      Add(GateRow::kEmulatedHostBridge, {});
  }

  // The cache's key is (domain << 16 | bus << 8 | devfn) in 32 bits: the
  // domains 0x10000 and 0 share slots (5.14 to 7.3).
  void Cache() {
    const PciAddress& client = topology_[verdict_.client].address;
    FunctionIndex twin =
        topology_.Find({client.domain ^ 0x10000u, client.bus, client.devfn});
    if (twin != kNoIndex)
      Add(GateRow::kCacheCollision, {verdict_.client, twin});
  }

  const Topology& topology_;
  const CpuIdentity& cpu_;
  const Isolation* isolation_;
  const Verdict& verdict_;
  Path path_;
  Route request_, completion_;
  std::vector<GateFinding> findings_;
};

}  // namespace

std::string_view GateRowName(GateRow row) {
  return kNames[static_cast<size_t>(row)];
}

GateComparer::GateComparer(const Topology& topology, const CpuIdentity& cpu,
                           std::shared_ptr<const GroupRules> rules)
    : topology_(topology), cpu_(cpu), rules_(std::move(rules)) {
  if (rules_) isolation_.emplace(topology, *rules_);
}

std::vector<GateFinding> GateComparer::Compare(const Verdict& verdict) const {
  const Verdict& judged = verdict.would_be ? *verdict.would_be : verdict;
  return Comparison(topology_, cpu_, isolation_ ? &*isolation_ : nullptr,
                    judged)
      .Run();
}

}  // namespace p2pcheck
