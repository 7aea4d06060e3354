// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_VERDICT_DIVERGENCE_H_
#define P2PCHECK_VERDICT_DIVERGENCE_H_

#include <vector>

#include "base/ternary.h"
#include "topology/topology.h"
#include "verdict/acs_redirect.h"
#include "verdict/path.h"

namespace p2pcheck {

/// What the unmerged series "evaluate ACS at divergence ports only" asks of a
/// path (spec/kernel-p2p.md, end of section 8): RR and EC at the child of the
/// common ancestor on the client's side, CR at the one on the provider's.
struct DivergenceAcs {
  AcsOnPath acs;
  /// Whether a client that sends translated requests (ATS) meets Translation
  /// Blocking on its way up.
  Ternary blocked = Ternary::kNo;
  std::vector<FunctionIndex> blocking;  ///< ports that block, or may
};

DivergenceAcs FindDivergenceAcs(const Topology& topology, const Path& path);

}  // namespace p2pcheck

#endif  // P2PCHECK_VERDICT_DIVERGENCE_H_
