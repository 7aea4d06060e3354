// SPDX-License-Identifier: GPL-2.0-or-later
#include "verdict/acs_redirect.h"

namespace p2pcheck {

AcsOnPath FindAcsRedirect(const Topology& topology, const Path& path) {
  AcsOnPath acs;
  auto look = [&](FunctionIndex i) {
    Ternary redirects = RedirectsP2p(topology[i]);
    acs.redirects = Or(acs.redirects, redirects);
    if (redirects == Ternary::kYes) acs.redirecting.push_back(i);
    if (redirects == Ternary::kUnknown) acs.unreadable.push_back(i);
  };
  for (FunctionIndex i : path.provider_side) look(i);
  for (FunctionIndex i : path.client_side) look(i);
  return acs;
}

}  // namespace p2pcheck
