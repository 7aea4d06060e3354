// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_VERDICT_DECIDE_H_
#define P2PCHECK_VERDICT_DECIDE_H_

#include <vector>

#include "base/ternary.h"
#include "rules/cpu.h"
#include "rules/rule_set.h"
#include "topology/topology.h"
#include "verdict/verdict.h"

namespace p2pcheck {

/// What one kernel, built with PCI_P2PDMA, would decide about an ordered pair.
/// Plain: climbs the tree and asks what the kernel asks, in its order.
Verdict Decide(const Topology& topology, const RuleSet& rules,
               const CpuIdentity& cpu, FunctionIndex provider,
               FunctionIndex client);

/// What a verdict is asked of: one kernel, or all that it may be.
struct KernelQuestion {
  /// One entry where the version is known.
  std::vector<RuleSet> kernels;
  /// Whether PCI_P2PDMA is built in.  Unknown widens nothing.
  Ternary p2pdma_built_in = Ternary::kUnknown;
};

/// The verdict of the kernel that the question names; of several kernels the
/// union of their sets, with what each says where they differ.  Where p2pdma
/// is not built in: NOT_SUPPORTED, with the verdict beneath in would_be.
Verdict Decide(const Topology& topology, const KernelQuestion& question,
               const CpuIdentity& cpu, FunctionIndex provider,
               FunctionIndex client);

/// Whether CONFIG_PCI_P2PDMA is built into the kernel of a host: from its
/// configuration, else from its symbols, else from a p2pmem pool.
Ternary P2pdmaBuiltIn(const HostSnapshot& snapshot);

}  // namespace p2pcheck

#endif  // P2PCHECK_VERDICT_DECIDE_H_
