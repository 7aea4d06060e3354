// SPDX-License-Identifier: GPL-2.0-or-later
//
// No kernel release: what a series that was posted and not merged would ask.
// Where today's kernel counts every function of the path, it looks at the two
// ingress ports at which hardware decides (see route.cc): the client's for
// requests, the provider's for completions.  A client with ATS on may pass a
// redirecting port that has Direct Translated P2P on, and is stopped by any
// port with Translation Blocking.
#include "verdict/divergence.h"

namespace p2pcheck {
namespace {

Ternary Has(const Function& f, uint16_t bits) {
  return f.acs.Match([&](const AcsCapability& acs) { return acs.AnyOn(bits); },
                     [] { return Ternary::kNo; },
                     [](ReadFailure) { return Ternary::kUnknown; });
}

Ternary SendsTranslated(const Function& client) {
  return AtsOf(client).Match(
      [](const AtsCapability& ats) { return ToTernary(ats.enabled()); },
      [] { return Ternary::kNo; },
      [](ReadFailure) { return Ternary::kUnknown; });
}

void Count(AcsOnPath* acs, FunctionIndex i, Ternary redirects) {
  acs->redirects = Or(acs->redirects, redirects);
  if (redirects == Ternary::kYes) acs->redirecting.push_back(i);
  if (redirects == Ternary::kUnknown) acs->unreadable.push_back(i);
}

}  // namespace

DivergenceAcs FindDivergenceAcs(const Topology& topology, const Path& path) {
  DivergenceAcs found;
  // The common ancestor is the last on the provider's side.
  if (path.provider_side.size() >= 2) {
    FunctionIndex ingress = *(path.provider_side.end() - 2);
    Count(&found.acs, ingress, Has(topology[ingress], kAcsCompletionRedirect));
  }
  if (path.client_side.empty()) return found;
  FunctionIndex ingress = path.client_side.back();
  const Function& port = topology[ingress];
  Ternary translated = SendsTranslated(topology[path.client_side.front()]);
  Ternary passes = And(translated, Has(port, kAcsDirectTranslated));
  Count(&found.acs, ingress,
        And(Has(port, kAcsRequestRedirect | kAcsEgressControl), Not(passes)));
  for (FunctionIndex i : path.client_side) {
    Ternary blocks = And(translated, Has(topology[i], kAcsTranslationBlocking));
    if (blocks != Ternary::kNo) found.blocking.push_back(i);
    found.blocked = Or(found.blocked, blocks);
  }
  return found;
}

}  // namespace p2pcheck
