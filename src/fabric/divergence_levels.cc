// SPDX-License-Identifier: GPL-2.0-or-later
#include "fabric/divergence_levels.h"

#include "pci/acs.h"

namespace p2pcheck {
namespace {

using Entry = DivergenceLevels::Entry;

Ternary IsOn(const Function& f, uint16_t bits) {
  if (f.acs.known()) return f.acs.value().AnyOn(bits);
  return f.acs.absent() ? Ternary::kNo : Ternary::kUnknown;
}

Ternary AtsOn(const Function& f) {
  Observed<AtsCapability> ats = AtsOf(f);
  if (ats.known()) return ToTernary(ats.value().enabled());
  return ats.absent() ? Ternary::kNo : Ternary::kUnknown;
}

Entry EntryOf(const Function& f, const Entry& above) {
  Entry entry;
  entry.completion = IsOn(f, kAcsCompletionRedirect);
  entry.request = IsOn(f, kAcsRequestRedirect | kAcsEgressControl);
  entry.direct = IsOn(f, kAcsDirectTranslated);
  entry.translated = AtsOn(f);
  Ternary blocking = IsOn(f, kAcsTranslationBlocking);
  entry.blocking = blocking == Ternary::kYes ? f.depth + 1 : above.blocking;
  entry.unsure = blocking == Ternary::kUnknown ? f.depth + 1 : above.unsure;
  return entry;
}

}  // namespace

Ternary DivergenceLevels::Redirects(FabricIndex port,
                                    FabricIndex client) const {
  Ternary request = entries[port].request;
  Ternary passes = And(entries[client].translated, entries[port].direct);
  if (passes == Ternary::kYes) return Ternary::kNo;
  return passes == Ternary::kNo ? request : And(request, Ternary::kUnknown);
}

Ternary DivergenceLevels::Blocked(FabricIndex client, uint32_t level) const {
  const Entry& entry = entries[client];
  Ternary way = entry.blocking > level ? Ternary::kYes
                : entry.unsure > level ? Ternary::kUnknown
                                       : Ternary::kNo;
  return And(entry.translated, way);
}

DivergenceLevels FindDivergenceLevels(const Topology& topology,
                                      const Preorder& order) {
  DivergenceLevels levels;
  levels.entries.reserve(order.function.size());
  for (FunctionIndex i : order.function) {
    FunctionIndex above = topology[i].upstream;
    levels.entries.push_back(EntryOf(
        topology[i],
        above == kNoIndex ? Entry() : levels.entries[order.position[above]]));
  }
  return levels;
}

}  // namespace p2pcheck
