// SPDX-License-Identifier: GPL-2.0-or-later
#include "support/judge.h"

#include <fmt/format.h>

#include <ostream>
#include <stdexcept>

#include "rules/kernel_version.h"

namespace p2pcheck {

const RuleBook& Rules() {
  static const RuleBook rules = RuleBook::Embedded();
  return rules;
}

RuleSet RulesOf(std::string_view kernel) {
  auto version = ParseKernelVersion(kernel);
  if (!version)
    throw std::runtime_error(fmt::format("not a kernel: {}", kernel));
  return Rules().For(*version);
}

KernelQuestion QuestionOf(const HostSnapshot& snapshot) {
  KernelQuestion question;
  auto version = KernelVersionOf(snapshot.host);
  if (version.known())
    question.kernels.push_back(Rules().For(version.value()));
  else
    question.kernels = Rules().ForUnknownKernel();
  question.p2pdma_built_in = P2pdmaBuiltIn(snapshot);
  return question;
}

Host::Host(HostSnapshot snapshot)
    : snapshot_(std::make_unique<const HostSnapshot>(std::move(snapshot))),
      topology_(BuildTopology(*snapshot_)),
      cpu_(IdentifyCpu(*snapshot_, Rules())) {
  std::string wrong = CheckTopology(topology_);
  if (!wrong.empty()) throw std::runtime_error(wrong);
}

FunctionIndex Host::At(std::string_view address) const {
  FunctionIndex index = topology_.Find(AddressOf(address));
  if (index == kNoIndex)
    throw std::runtime_error(fmt::format("no function {}", address));
  return index;
}

Verdict Host::Ask(std::string_view provider, std::string_view client,
                  std::string_view kernel) const {
  return Decide(topology_, RulesOf(kernel), cpu_, At(provider), At(client));
}

Verdict Host::Ask(std::string_view provider, std::string_view client) const {
  return Decide(topology_, QuestionOf(*snapshot_), cpu_, At(provider),
                At(client));
}

Host SketchedHost(std::string_view name, const SketchOptions& options) {
  return Host(Sketch(SketchText(name), options));
}

MapTypeSet Possible(const Host& host, std::string_view provider,
                    std::string_view client) {
  return host.Ask(provider, client).possible;
}

std::string AcsList(const Host& host, const Verdict& verdict) {
  std::string list;
  for (FunctionIndex i : verdict.acs_redirect) {
    if (!list.empty()) list += ';';
    list += ToString(host.topology()[i].address);
  }
  return list;
}

std::string RulesIn(const Verdict& verdict) {
  std::string names;
  for (const Reason& reason : verdict.reasons) {
    if (!names.empty()) names += ' ';
    names += RuleName(reason.rule);
  }
  return names;
}

std::string ToString(MapTypeSet set) {
  std::string text;
  for (MapType type :
       {MapType::kNotSupported, MapType::kBusAddr, MapType::kThruHostBridge}) {
    if (!set.Has(type)) continue;
    if (!text.empty()) text += '|';
    text += MapTypeName(type);
  }
  return text.empty() ? "(empty)" : text;
}

void PrintTo(MapTypeSet set, std::ostream* out) { *out << ToString(set); }

}  // namespace p2pcheck
