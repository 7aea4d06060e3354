// SPDX-License-Identifier: GPL-2.0-or-later
//
// The kernel's verdict on an ordered pair (calc_map_type_and_dist, the same
// text from 5.14 to 7.3; the older kernels as far as their history tells).
//
// The kernel climbs from the provider until it meets the client's chain and
// collects every function on the way that redirects peer requests.  Nothing
// redirects: the pair goes direct, by bus address.  Something does, or the two
// chains never meet: the pair goes through the host bridge if the CPU or the
// table of host bridges lets it, else not at all.
//
//            00:01.0 root port           03:00.0 and 04:00.0 meet at 01:00.0.
//               |                        What 00:01.0 redirects is above that
//            01:00.0 upstream port       and does not count.  If 02:00.0
//             /     \                    redirects, the pair needs the host
//      02:00.0     02:01.0               bridge.
//         |           |
//      03:00.0     04:00.0
//
// Each question has three answers.  One that we cannot answer leaves both of
// its outcomes in the set, and the walk goes on with what is left, because a
// later answer may make it immaterial: on AMD Zen no pair is ever refused,
// whatever the ports say that we could not read.
//
// Costs the length of the two chains, some 200 ns on a host of three switch
// levels.
#include "verdict/decide.h"

#include <algorithm>

#include "verdict/acs_redirect.h"
#include "verdict/divergence.h"
#include "verdict/host_bridge.h"
#include "verdict/path.h"

namespace p2pcheck {
namespace {

constexpr MapTypeSet kNot = MapType::kNotSupported;
constexpr MapTypeSet kBus = MapType::kBusAddr;
constexpr MapTypeSet kThru = MapType::kThruHostBridge;

Fact AcsFact(const Function& f) {
  auto control =
      f.acs.Map([](const AcsCapability& acs) { return uint64_t{acs.control}; });
  return {FactKind::kAcsControl, f.address, control};
}

// One run of the kernel's questions over one pair.
class Walk {
 public:
  Walk(const Topology& topology, const RuleSet& rules, const CpuIdentity& cpu,
       FunctionIndex provider, FunctionIndex client)
      : topology_(topology), rules_(rules), cpu_(cpu) {
    verdict_.provider = provider;
    verdict_.client = client;
    verdict_.provider_host_bridge = topology[provider].host_bridge;
    verdict_.client_host_bridge = topology[client].host_bridge;
  }

  Verdict Run() {
    if (!rules_.algorithm.exists) {
      Leave(RuleId::kNoP2pdmaYet, kNot, {});
      return std::move(verdict_);
    }
    Path path = FindPath(topology_, verdict_.provider, verdict_.client);
    if (!path.known) {
      PlaceUnknown();
    } else {
      verdict_.common_bridge = path.common;
      verdict_.distance = path.distance();
      if (path.common == kNoIndex)
        NoCommonBridge();
      else if (rules_.algorithm.divergence_only)
        AskDivergence(FindDivergenceAcs(topology_, path));
      else
        AskAcs(FindAcsRedirect(topology_, path));
    }
    if (verdict_.possible.decided()) verdict_.missing.clear();
    return std::move(verdict_);
  }

 private:
  void Leave(RuleId rule, MapTypeSet leaves, std::vector<Fact> facts) {
    verdict_.possible = leaves;
    verdict_.reasons.push_back({rule, leaves, std::move(facts)});
  }

  void Miss(Fact fact) {
    auto& missing = verdict_.missing;
    if (std::find(missing.begin(), missing.end(), fact) == missing.end())
      missing.push_back(std::move(fact));
  }

  // Any relation is possible, so only what holds for every pair helps.
  void PlaceUnknown() {
    std::vector<Fact> facts;
    for (FunctionIndex i : {verdict_.provider, verdict_.client})
      if (!topology_[i].placed())
        facts.push_back({FactKind::kParent, topology_[i].address,
                         WhyNoPlace(topology_[i])});
    Leave(RuleId::kPlaceUnknown, WithoutPlace(), facts);
    for (Fact& fact : facts) Miss(std::move(fact));
    if (rules_.algorithm.no_common_bridge != NoCommonBridge::kHostBridgeTest)
      return;
    HostBridgeTest cpu = TestCpu(rules_, cpu_);
    if (cpu.passes == Ternary::kYes) Conclude(cpu);
  }

  static Observed<uint64_t> WhyNoPlace(const Function& f) {
    const auto& parent = f.record->parent;
    return parent.unknown() ? parent.failure() : ReadFailure::kMalformed;
  }

  MapTypeSet WithoutPlace() const {
    return rules_.algorithm.no_common_bridge == NoCommonBridge::kRefuse
               ? kNot | kBus
               : MapTypeSet::All();
  }

  void NoCommonBridge() {
    *verdict_.distance += rules_.algorithm.no_common_distance_marker;
    switch (rules_.algorithm.no_common_bridge) {
      case NoCommonBridge::kRefuse:
        return Leave(RuleId::kNoCommonBridgeRefused, kNot, {});
      case NoCommonBridge::kZenWithoutIommu:
        Leave(RuleId::kNoCommonBridge, kThru | kNot, {});
        return AskIommu();
      case NoCommonBridge::kHostBridgeTest:
        Leave(RuleId::kNoCommonBridge, kThru | kNot, {});
        return AskHostBridges();
    }
  }

  // 5.2 and 5.3: an active IOMMU refuses before the table is asked.
  void AskIommu() {
    Ternary active = IommuActive(topology_.snapshot());
    Fact fact{FactKind::kIommuGroup, std::nullopt, uint64_t{1}};
    if (active == Ternary::kYes)
      return Leave(RuleId::kIommuActiveRefused, kNot, {fact});
    AskHostBridges();
    if (active == Ternary::kNo || verdict_.possible == kNot) return;
    fact.value = ReadFailure::kNotRecorded;
    Leave(RuleId::kIommuUnknown, verdict_.possible | kNot, {fact});
    Miss(fact);
  }

  void AskAcs(const AcsOnPath& acs) {
    verdict_.acs_redirect = acs.redirecting;
    verdict_.acs_redirect_complete = acs.unreadable.empty();
    std::vector<Fact> facts;
    const auto& named =
        acs.redirects == Ternary::kYes ? acs.redirecting : acs.unreadable;
    for (FunctionIndex i : named) facts.push_back(AcsFact(topology_[i]));
    switch (acs.redirects) {
      case Ternary::kNo: return Leave(RuleId::kNoAcsRedirect, kBus, {});
      case Ternary::kYes:
        if (rules_.algorithm.acs_redirect_refuses)
          return Leave(RuleId::kAcsRedirectRefused, kNot, std::move(facts));
        Leave(RuleId::kAcsRedirect, kThru | kNot, std::move(facts));
        return AskHostBridges();
      case Ternary::kUnknown: return AcsUnknown(std::move(facts));
    }
  }

  // The unmerged series: as above, but a client whose translated requests are
  // blocked is refused.
  void AskDivergence(const DivergenceAcs& found) {
    std::vector<Fact> facts;
    for (FunctionIndex i : found.blocking)
      facts.push_back(AcsFact(topology_[i]));
    if (found.blocked == Ternary::kYes)
      return Leave(RuleId::kTranslationBlocked, kNot, std::move(facts));
    AskAcs(found.acs);
    if (found.blocked == Ternary::kNo) return;
    Leave(RuleId::kTranslationBlocked, verdict_.possible | kNot, facts);
    for (Fact& fact : facts) {
      fact.value = ReadFailure::kNotRecorded;
      Miss(std::move(fact));
    }
  }

  void AcsUnknown(std::vector<Fact> facts) {
    for (const Fact& fact : facts) Miss(fact);
    if (rules_.algorithm.acs_redirect_refuses)
      return Leave(RuleId::kAcsUnknown, kBus | kNot, std::move(facts));
    Leave(RuleId::kAcsUnknown, MapTypeSet::All(), std::move(facts));
    AskHostBridges();
  }

  void AskHostBridges() {
    if (verdict_.provider_host_bridge == kNoIndex)
      return Conclude(TestWithoutPlace(topology_[verdict_.provider]));
    Conclude(TestHostBridges(topology_, rules_, cpu_,
                             verdict_.provider_host_bridge,
                             verdict_.client_host_bridge));
  }

  // A function with itself, below nobody knows what.
  HostBridgeTest TestWithoutPlace(const Function& f) {
    HostBridgeTest test = TestCpu(rules_, cpu_);
    if (test.passes == Ternary::kYes) return test;
    test.passes = Ternary::kUnknown;
    Fact place{FactKind::kParent, f.address, WhyNoPlace(f)};
    test.findings.push_back({RuleId::kHostBridgeUnknown, {place}});
    test.missing.push_back(place);
    return test;
  }

  // Whatever ACS left stays; of the two outcomes behind it the test may rule
  // one out.
  void Conclude(const HostBridgeTest& test) {
    MapTypeSet after = verdict_.possible;
    if (test.passes == Ternary::kYes)
      after = after.Without(MapType::kNotSupported);
    if (test.passes == Ternary::kNo)
      after = after.Without(MapType::kThruHostBridge);
    for (size_t i = 0; i < test.findings.size(); ++i) {
      bool last = i + 1 == test.findings.size();
      Leave(test.findings[i].rule, last ? after : verdict_.possible,
            test.findings[i].facts);
    }
    verdict_.possible = after;
    for (const Fact& fact : test.missing) Miss(fact);
  }

  const Topology& topology_;
  const RuleSet& rules_;
  const CpuIdentity& cpu_;
  Verdict verdict_;
};

bool AllSay(const std::vector<Verdict>& verdicts, MapTypeSet set) {
  return std::all_of(verdicts.begin(), verdicts.end(),
                     [&](const Verdict& v) { return v.possible == set; });
}

// Kernels that may be this one, joined: the newest one's reasoning, the union
// of the sets, and who says what.
Verdict JoinKernels(const KernelQuestion& question,
                    std::vector<Verdict> verdicts) {
  Verdict joined = verdicts.back();
  if (AllSay(verdicts, joined.possible)) return joined;
  for (size_t i = 0; i < verdicts.size(); ++i) {
    joined.possible = joined.possible | verdicts[i].possible;
    joined.by_kernel.push_back(
        {question.kernels[i].label, verdicts[i].possible});
  }
  Fact fact{FactKind::kKernelVersion, std::nullopt, ReadFailure::kNotRecorded};
  joined.reasons.push_back({RuleId::kKernelUnknown, joined.possible, {fact}});
  joined.missing.push_back(fact);
  return joined;
}

Verdict WithoutP2pdma(Verdict with) {
  Verdict verdict;
  verdict.provider = with.provider;
  verdict.client = with.client;
  verdict.provider_host_bridge = with.provider_host_bridge;
  verdict.client_host_bridge = with.client_host_bridge;
  verdict.possible = kNot;
  Fact fact{FactKind::kP2pdmaBuiltIn, std::nullopt, uint64_t{0}};
  verdict.reasons.push_back({RuleId::kP2pdmaNotBuiltIn, kNot, {fact}});
  verdict.would_be = std::make_shared<const Verdict>(std::move(with));
  return verdict;
}

}  // namespace

Verdict Decide(const Topology& topology, const RuleSet& rules,
               const CpuIdentity& cpu, FunctionIndex provider,
               FunctionIndex client) {
  return Walk(topology, rules, cpu, provider, client).Run();
}

Verdict Decide(const Topology& topology, const KernelQuestion& question,
               const CpuIdentity& cpu, FunctionIndex provider,
               FunctionIndex client) {
  std::vector<Verdict> verdicts;
  verdicts.reserve(question.kernels.size());
  for (const RuleSet& rules : question.kernels)
    verdicts.push_back(Decide(topology, rules, cpu, provider, client));
  Verdict verdict = verdicts.size() == 1
                        ? std::move(verdicts.front())
                        : JoinKernels(question, std::move(verdicts));
  if (question.p2pdma_built_in == Ternary::kNo)
    return WithoutP2pdma(std::move(verdict));
  return verdict;
}

Ternary P2pdmaBuiltIn(const HostSnapshot& snapshot) {
  const HostFacts& host = snapshot.host;
  if (host.config.known()) {
    auto option = host.config.value().find("PCI_P2PDMA");
    if (option != host.config.value().end())
      return ToTernary(option->second == "y");
  }
  if (host.symbols.known()) {
    auto symbol = host.symbols.value().find("pci_p2pdma_distance_many");
    if (symbol != host.symbols.value().end())
      return ToTernary(symbol->second == "yes");
  }
  for (const FunctionRecord& record : snapshot.functions)
    if (record.p2pmem.known()) return Ternary::kYes;
  return Ternary::kUnknown;
}

}  // namespace p2pcheck
