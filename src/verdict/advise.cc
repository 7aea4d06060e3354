// SPDX-License-Identifier: GPL-2.0-or-later
#include "verdict/advise.h"

#include <fmt/format.h>

#include <algorithm>

#include "verdict/acs_redirect.h"
#include "verdict/decide.h"
#include "verdict/divergence.h"
#include "verdict/path.h"

namespace p2pcheck {
namespace {

bool Reached(MapTypeSet possible, AdviceGoal goal) {
  if (goal == AdviceGoal::kDirect) return possible == MapType::kBusAddr;
  return !possible.Has(MapType::kNotSupported);
}

PortChange Cleared(const Topology& topology, FunctionIndex port,
                   uint16_t bits) {
  PortChange change{port, 0, topology[port].acs.value()};
  change.clear = change.acs.control & bits;
  change.acs.control &= static_cast<uint16_t>(~bits);
  return change;
}

void AddChange(std::vector<PortChange>* changes, PortChange change) {
  auto known =
      std::find_if(changes->begin(), changes->end(),
                   [&](const PortChange& c) { return c.port == change.port; });
  if (known == changes->end()) {
    changes->push_back(std::move(change));
    return;
  }
  known->clear |= change.clear;
  known->acs.control &= change.acs.control;
}

// The bits that count at the two ports where the ways part.
void CollectDivergence(const Topology& topology, const Path& path,
                       Advice* advice) {
  DivergenceAcs found = FindDivergenceAcs(topology, path);
  for (FunctionIndex i : found.acs.redirecting) {
    bool request_side =
        !path.client_side.empty() && i == path.client_side.back();
    AddChange(&advice->changes,
              Cleared(topology, i,
                      request_side ? kAcsRequestRedirect | kAcsEgressControl
                                   : kAcsCompletionRedirect));
  }
  for (FunctionIndex i : found.acs.unreadable) advice->unreadable.push_back(i);
}

void Collect(const Topology& topology, const RuleSet& rules, const Path& path,
             Advice* advice) {
  if (rules.algorithm.divergence_only)
    return CollectDivergence(topology, path, advice);
  AcsOnPath acs = FindAcsRedirect(topology, path);
  for (FunctionIndex i : acs.redirecting)
    AddChange(&advice->changes, Cleared(topology, i, kAcsRedirectBits));
  for (FunctionIndex i : acs.unreadable) advice->unreadable.push_back(i);
}

std::vector<AssumedAcs> Assumed(const std::vector<PortChange>& changes) {
  std::vector<AssumedAcs> assumed;
  for (const PortChange& change : changes)
    assumed.push_back({change.port, change.acs});
  return assumed;
}

}  // namespace

Advice Advise(const Topology& topology, const RuleSet& rules,
              const CpuIdentity& cpu, FunctionIndex provider,
              FunctionIndex client, AdviceGoal goal) {
  Advice advice;
  Verdict there = Decide(topology, rules, cpu, provider, client);
  Verdict back = Decide(topology, rules, cpu, client, provider);
  advice.after = there.possible | back.possible;
  if (!rules.algorithm.exists) {
    advice.obstacle = AdviceObstacle::kNoP2pdma;
    return advice;
  }
  if (Reached(advice.after, goal)) {
    advice.obstacle = AdviceObstacle::kReached;
    return advice;
  }
  Path way = FindPath(topology, provider, client);
  if (!way.known) {
    advice.obstacle = AdviceObstacle::kPlaceUnknown;
    return advice;
  }
  if (way.common == kNoIndex) {
    advice.obstacle = AdviceObstacle::kNoCommonBridge;
    return advice;
  }
  Collect(topology, rules, way, &advice);
  if (rules.algorithm.divergence_only)
    Collect(topology, rules, FindPath(topology, client, provider), &advice);
  if (!advice.unreadable.empty()) advice.obstacle = AdviceObstacle::kAcsUnknown;
  Topology after = topology.WithAcs(Assumed(advice.changes));
  advice.after = Decide(after, rules, cpu, provider, client).possible |
                 Decide(after, rules, cpu, client, provider).possible;
  return advice;
}

std::string DisableRedirectParameter(const Topology& topology,
                                     const std::vector<PortChange>& changes) {
  std::string text = "pci=disable_acs_redir=";
  for (size_t i = 0; i < changes.size(); ++i)
    text += (i ? ";" : "") + ToString(topology[changes[i].port].address);
  return text;
}

std::string ConfigAcsParameter(const Topology& topology,
                               const std::vector<PortChange>& changes) {
  std::string text = "pci=config_acs=";
  for (size_t i = 0; i < changes.size(); ++i) {
    const AcsCapability& acs = changes[i].acs;
    if (i) text += ';';
    for (int bit = 6; bit >= 0; --bit) {
      bool there = acs.implemented() >> bit & 1;
      text += !there ? 'x' : (acs.control >> bit & 1) ? '1' : '0';
    }
    text += '@' + ToString(topology[changes[i].port].address);
  }
  return text;
}

std::vector<std::string> SetpciLines(const Topology& topology,
                                     const std::vector<PortChange>& changes) {
  std::vector<std::string> lines;
  for (const PortChange& change : changes)
    lines.push_back(fmt::format("setpci -s {} ECAP_ACS+6.w=0000:{:04x}",
                                ToString(topology[change.port].address),
                                change.clear));
  return lines;
}

}  // namespace p2pcheck
