// SPDX-License-Identifier: GPL-2.0-or-later
//
// [[pairs]]: each ordered pair of a provider and a client is good, bad or
// undecided; what may not be a provider or client at all makes its pairs
// undecided too.  Each scope counts what is surely good and what may be:
//
//   each = 2     of every provider: at least 2 surely good, or met is open
//                while at most 2 may be, else broken
//   count = 16   the same of all pairs together
//   (neither)    every pair is good
//
// A source that does not have every function of the host (`complete` is
// false) may lack good pairs as well as bad ones.
#include "policy/check_pairs.h"

#include <algorithm>
#include <array>
#include <limits>

#include "fabric/fabric.h"
#include "policy/device_members.h"
#include "verdict/route_score.h"

namespace p2pcheck {
namespace {

using Scope = PairsRequirement::Scope;

constexpr uint32_t kFar = std::numeric_limits<uint32_t>::max();

// Fewer than `wanted` for sure, enough for sure, or open.
Ternary Enough(uint64_t surely, uint64_t perhaps, uint64_t wanted) {
  if (surely >= wanted) return Ternary::kYes;
  return perhaps >= wanted ? Ternary::kUnknown : Ternary::kNo;
}

// What a requirement about something comes to that may not be one of those it
// is about.
Ternary IfMember(const Member& member, Ternary met) {
  return member.certain == Ternary::kYes ? met : Or(met, Ternary::kUnknown);
}

class PairsCheck {
 public:
  PairsCheck(const PairsRequirement& requirement, const PolicyInput& input)
      : requirement_(requirement),
        host_(input.host),
        topology_(input.host.topology),
        fabric_(topology_, {host_.question.kernels, host_.cpu,
                            host_.question.p2pdma_built_in}),
        providers_(MembersOf(topology_, host_.kinds, requirement.provider)),
        clients_(MembersOf(topology_, host_.kinds, requirement.client)) {
    if (!requirement.min_bandwidth) return;
    std::vector<FunctionIndex> devices;
    for (const auto* members : {&providers_, &clients_})
      for (const Member& m : *members) devices.push_back(m.function);
    scorer_.emplace(topology_, host_.book, host_.cpu, devices);
  }

  PolicyOutcome Run() {
    switch (requirement_.scope) {
      case Scope::kEvery: Every(); break;
      case Scope::kEach: Each(providers_, clients_, false); break;
      case Scope::kEachClient: Each(clients_, providers_, true); break;
      case Scope::kInAll: InAll(); break;
    }
    PickExample();
    return std::move(outcome_);
  }

 private:
  bool complete() const { return topology_.snapshot().complete; }

  Ternary Fast(FunctionIndex provider, FunctionIndex client) const {
    if (!requirement_.min_bandwidth) return Ternary::kYes;
    if (!topology_[provider].placed() || !topology_[client].placed())
      return Ternary::kUnknown;
    auto rate = scorer_->Score(provider, client).line();
    return rate ? ToTernary(*rate >= *requirement_.min_bandwidth)
                : Ternary::kUnknown;
  }

  Ternary Good(FunctionIndex provider, FunctionIndex client) const {
    MapTypeSet possible = fabric_.ScoreOf(provider, client).possible;
    if ((possible & requirement_.good).empty()) return Ternary::kNo;
    Ternary type =
        possible.Within(requirement_.good) ? Ternary::kYes : Ternary::kUnknown;
    return And(type, Fast(provider, client));
  }

  // Keeps the nearest of the bad pairs, and of the open ones.
  void Consider(const PolicyPair& pair) {
    if (pair.good == Ternary::kYes) return;
    auto distance =
        fabric_.ScoreOf(pair.provider, pair.client).distance.value_or(kFar);
    Example& example = examples_[static_cast<size_t>(pair.good)];
    if (!example.pair || distance < example.distance)
      example = {pair, distance};
  }

  // What broke it is bad pairs, but where none is there can be too few.
  void PickExample() {
    const auto& bad = examples_[static_cast<size_t>(Ternary::kNo)].pair;
    const auto& open = examples_[static_cast<size_t>(Ternary::kUnknown)].pair;
    if (outcome_.met == Ternary::kNo) outcome_.example = bad ? bad : open;
    if (outcome_.met == Ternary::kUnknown) outcome_.example = open;
  }

  void Blame(FunctionIndex function, Ternary met) {
    if (met == Ternary::kYes) return;
    if (met < worst_) outcome_.functions.clear();
    worst_ = std::min(worst_, met);
    if (met == worst_) outcome_.functions.push_back(function);
  }

  void Every() {
    if (!complete()) outcome_.met = Ternary::kUnknown;
    for (const Member& p : providers_) {
      Ternary of_provider = Ternary::kYes;
      for (const Member& c : clients_) {
        if (p.function == c.function) continue;
        Ternary good = Good(p.function, c.function);
        Ternary met = IfMember(p, IfMember(c, good));
        Consider({p.function, c.function, met});
        outcome_.surely += met == Ternary::kYes;
        outcome_.perhaps += met != Ternary::kNo;
        of_provider = And(of_provider, met);
      }
      Blame(p.function, of_provider);
      outcome_.met = And(outcome_.met, of_provider);
    }
  }

  // Pairs of one device with all partners that are good, and that may be.
  std::pair<uint64_t, uint64_t> Count(FunctionIndex device,
                                      const std::vector<Member>& partners,
                                      bool device_is_client, bool consider) {
    uint64_t surely = 0, perhaps = 0;
    for (const Member& partner : partners) {
      if (partner.function == device) continue;
      PolicyPair pair{device, partner.function};
      if (device_is_client) std::swap(pair.provider, pair.client);
      pair.good = And(Good(pair.provider, pair.client), partner.certain);
      surely += pair.good == Ternary::kYes;
      perhaps += pair.good != Ternary::kNo;
      if (consider) Consider(pair);
    }
    return {surely, perhaps};
  }

  void Each(const std::vector<Member>& devices,
            const std::vector<Member>& partners, bool devices_are_clients) {
    if (!complete()) outcome_.met = Ternary::kUnknown;
    for (const Member& device : devices) {
      auto [surely, perhaps] =
          Count(device.function, partners, devices_are_clients, false);
      Ternary met = Enough(surely, perhaps, requirement_.count);
      if (!complete()) met = Or(met, Ternary::kUnknown);
      met = IfMember(device, met);
      if (met < worst_) {
        outcome_.surely = surely;
        outcome_.perhaps = perhaps;
      }
      Blame(device.function, met);
      outcome_.met = And(outcome_.met, met);
    }
    if (!outcome_.functions.empty())
      Count(outcome_.functions.front(), partners, devices_are_clients, true);
  }

  void InAll() {
    for (const Member& p : providers_) {
      for (const Member& c : clients_) {
        if (p.function == c.function) continue;
        PolicyPair pair{p.function, c.function};
        pair.good =
            And(Good(p.function, c.function), And(p.certain, c.certain));
        outcome_.surely += pair.good == Ternary::kYes;
        outcome_.perhaps += pair.good != Ternary::kNo;
        Consider(pair);
      }
    }
    outcome_.met =
        Enough(outcome_.surely, outcome_.perhaps, requirement_.count);
    if (!complete()) outcome_.met = Or(outcome_.met, Ternary::kUnknown);
  }

  const PairsRequirement& requirement_;
  const CheckInput& host_;
  const Topology& topology_;
  Fabric fabric_;
  std::vector<Member> providers_, clients_;
  std::optional<RouteScorer> scorer_;
  PolicyOutcome outcome_;
  struct Example {
    std::optional<PolicyPair> pair;
    uint32_t distance = kFar;
  };
  std::array<Example, 2> examples_;  // by Ternary: bad, open
  Ternary worst_ = Ternary::kYes;
};

}  // namespace

PolicyOutcome CheckPairs(const PairsRequirement& requirement,
                         const PolicyInput& input) {
  return PairsCheck(requirement, input).Run();
}

}  // namespace p2pcheck
