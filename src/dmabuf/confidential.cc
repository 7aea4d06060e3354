// SPDX-License-Identifier: GPL-2.0-or-later
#include "dmabuf/confidential.h"

#include "dmabuf/architecture.h"

namespace p2pcheck {
namespace {

Ternary WithoutEvidence(const HostSnapshot& snapshot) {
  const HostFacts& host = snapshot.host;
  if (host.hypervisor.Is(false)) return Ternary::kNo;
  if (!host.confidential_guest.absent()) return Ternary::kUnknown;
  Observed<std::string> architecture = ArchitectureOf(snapshot);
  if (!architecture.known() || IsX86(architecture.value()))
    return Ternary::kUnknown;
  return Ternary::kNo;
}

}  // namespace

ConfidentialGuest IdentifyConfidential(const HostSnapshot& snapshot) {
  const Observed<std::string>& evidence = snapshot.host.confidential_guest;
  if (evidence.known()) return {Ternary::kYes, evidence.value()};
  return {WithoutEvidence(snapshot), ""};
}

Ternary RefusesDirectMmio(const DmabufRules& rules,
                          const ConfidentialGuest& guest) {
  if (guest.is == Ternary::kNo) return Ternary::kNo;
  // Some kind that we do not know: none refused is a no, else it may be.
  bool none_refused = !rules.confidential.empty();
  for (const ConfidentialRule& rule : rules.confidential) {
    if (!guest.kind.empty() && rule.guest == guest.kind)
      return rule.refuses_direct;
    none_refused = none_refused && rule.refuses_direct == Ternary::kNo;
  }
  return none_refused ? Ternary::kNo : Ternary::kUnknown;
}

}  // namespace p2pcheck
